package org.portreeve.control;

import java.util.List;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.control.journal.LeaseJournal;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.NatConfig;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.shard.ShardLink;

/**
 * The books of port control, its ways to shards and journal, and the time of the call that is being
 * served. What operations share. Event loop only.
 */
final class ControlState {
    final ControlConfig config;
    final NatConfig nat;
    final ControlCounters counters = new ControlCounters();
    final Subscribers subscribers;
    final LeaseBook leases;
    final HoldBook holds = new HoldBook();
    final BlockBook blocks;
    final Recorder recorder;
    final ShardRequests requests;
    final Pairings pairings;
    final Turns turns;

    /** The monotonic time that was passed in last. */
    long nowNs;

    /** The wall-clock time that was passed in last. */
    long wallMillis;

    ControlState(
            ControlConfig config,
            Directory directory,
            List<ShardLink> links,
            LeaseJournal journal) {
        this.config = config;
        this.nat = config.nat();
        this.subscribers = new Subscribers(config);
        this.leases = new LeaseBook(nat);
        this.blocks = new BlockBook(nat);
        this.recorder = new Recorder(journal, counters);
        this.requests = new ShardRequests(links, counters);
        this.pairings = new Pairings(this, directory);
        this.turns = new Turns(this);
    }

    void at(long nowNs, long wallMillis) {
        this.nowNs = nowNs;
        this.wallMillis = wallMillis;
    }

    int externalIp(int addressIndex) {
        return nat.pool().get(addressIndex);
    }

    /** The wall-clock time of a moment on the monotonic clock, for records. */
    long wallMillisOf(long momentNs) {
        return wallMillis + Math.ceilDiv(momentNs - nowNs, Durations.NS_PER_MILLI);
    }

    /** What a lease looks like in the journal, with this owner and deadline. */
    JournalRecord granted(
            Subscriber subscriber,
            InternalTuple internal,
            int addressIndex,
            int externalPort,
            Lease.Owner owner,
            long deadlineNs) {
        return new JournalRecord.LeaseGranted(
                internal,
                subscribers.id(subscriber),
                externalIp(addressIndex),
                externalPort,
                owner.nonce(),
                owner.origin(),
                owner.clientIp(),
                owner.clientPort(),
                wallMillisOf(deadlineNs));
    }

    JournalRecord granted(Lease lease, Lease.Owner owner, long deadlineNs) {
        return granted(
                lease.subscriber,
                lease.internal,
                lease.addressIndex,
                lease.externalPort,
                owner,
                deadlineNs);
    }

    JournalRecord held(Hold hold) {
        return new JournalRecord.PortHeld(
                hold.internal,
                subscribers.id(hold.subscriber),
                externalIp(hold.addressIndex),
                hold.externalPort,
                hold.nonce,
                wallMillisOf(hold.deadlineNs()));
    }

    /** Ends the rest of a port, and says so in the journal. */
    void endHold(Hold hold) {
        holds.remove(hold);
        recorder.note(
                new JournalRecord.HoldEnded(
                        hold.internal.protocol(),
                        externalIp(hold.addressIndex),
                        hold.externalPort));
        pairings.forgetIfUnused(hold.subscriber);
    }
}
