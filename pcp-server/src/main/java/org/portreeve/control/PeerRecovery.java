package org.portreeve.control;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Optional;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome;

/**
 * Puts back the sessions that PEERs keep, each at the external tuple that its client was told, so
 * that the next packet goes on there. A part of {@link Recovery}; event loop only.
 */
final class PeerRecovery {
    private final ControlState state;
    private final Recovery recovery;
    private Deque<JournalRecord.PeerGranted> found = new ArrayDeque<>();

    PeerRecovery(ControlState state, Recovery recovery) {
        this.state = state;
        this.recovery = recovery;
    }

    void load(Collection<JournalRecord.PeerGranted> found) {
        this.found.addAll(found);
    }

    /** All is back, or will not be; the room for a million is let go of too. */
    void forget() {
        found = new ArrayDeque<>();
    }

    /** What is still to be put back; whoever does so takes it out. */
    Deque<JournalRecord.PeerGranted> found() {
        return found;
    }

    /** Puts one back, or returns false: later. */
    boolean restore(JournalRecord.PeerGranted record) {
        JournalRecord end =
                new JournalRecord.PeerEnded(
                        record.internal(), record.remoteIp(), record.remotePort());
        if (record.deadlineMillis() <= state.wallMillis) {
            // RFC 6887 §12.3: traffic would have to keep it, and there was none.
            state.recorder.note(end);
            return true;
        }
        if (isBeaten(record)) {
            state.counters.increment(ControlCounter.BEATEN_AT_RESTORE);
            state.recorder.note(end);
            return true;
        }
        if (!recovery.wasPaired(record.subscriber())) {
            // Nobody was told of it: that waits until the pairing is durable too.
            recovery.drop(end);
            return true;
        }
        Optional<Subscriber> owner =
                recovery.paired(record.subscriber(), record.externalIp())
                        .filter(s -> state.subscribers.isOwn(s, record.internal()));
        if (owner.isEmpty()) {
            lost(record, end);
            return true;
        }
        return restore(owner.get(), record, end);
    }

    private boolean restore(Subscriber owner, JournalRecord.PeerGranted record, JournalRecord end) {
        int addressIndex = state.addressIndex(record.externalIp());
        long deadlineNs = recovery.momentNs(record.deadlineMillis());
        return recovery.ask(
                addressIndex,
                id ->
                        new ShardCommand.RestoreSession(
                                id,
                                owner.index,
                                addressIndex,
                                record.externalPort(),
                                record.internal(),
                                record.remoteIp(),
                                record.remotePort(),
                                deadlineNs - state.nowNs),
                outcome -> {
                    if (outcome instanceof ShardOutcome.Refused refused) {
                        refused(record, refused.reason(), end);
                    } else {
                        restored(owner, record, addressIndex, deadlineNs);
                    }
                });
    }

    /**
     * One whose port another has by now, or whose tuple another port, was over: that its session
     * ended went unnoticed, and nobody lost anything.
     */
    private void refused(
            JournalRecord.PeerGranted record, ShardOutcome.Refusal reason, JournalRecord end) {
        if (reason == ShardOutcome.Refusal.PORT_USED) {
            state.counters.increment(ControlCounter.BEATEN_AT_RESTORE);
            state.recorder.note(end);
        } else {
            lost(record, end);
        }
    }

    /** Its client is told to ask again. */
    private void lost(JournalRecord.PeerGranted record, JournalRecord end) {
        KnownClients.clientOf(record).ifPresent(state.clients::lost);
        recovery.lost(record.internal(), record.clientIp(), end);
    }

    private void restored(
            Subscriber owner, JournalRecord.PeerGranted record, int addressIndex, long deadlineNs) {
        state.peers.add(
                new PeerLease(
                        new PeerTuple(record.internal(), record.remoteIp(), record.remotePort()),
                        owner,
                        addressIndex,
                        record.externalPort(),
                        new PeerLease.Owner(
                                record.nonce(),
                                record.clientIp(),
                                record.clientPort(),
                                record.description()),
                        deadlineNs));
        owner.explicit++;
        owner.hadPort = true;
        state.pairings.publish(owner, record.internal().internalIp());
        state.counters.increment(ControlCounter.RESTORED_PEERS);
    }

    /** Whether a reservation or a lease has given the tuple another port by now, or taken its. */
    private boolean isBeaten(JournalRecord.PeerGranted record) {
        boolean isFixedElsewhere =
                state.statics
                        .inForce(record.internal())
                        .filter(fixed ->
                                fixed.reservation().externalIp() != record.externalIp()
                                        || fixed.reservation().externalPort()
                                                != record.externalPort())
                        .isPresent();
        boolean isTaken =
                state.statics
                        .inForce(
                                record.internal().protocol(),
                                record.externalIp(),
                                record.externalPort())
                        .filter(fixed -> !fixed.internal().equals(record.internal()))
                        .isPresent();
        boolean isLeasedElsewhere =
                state.leases
                        .find(record.internal())
                        .filter(lease ->
                                lease.externalPort() != record.externalPort()
                                        || state.externalIp(lease.addressIndex())
                                                != record.externalIp())
                        .isPresent();
        return isFixedElsewhere || isTaken || isLeasedElsewhere;
    }
}
