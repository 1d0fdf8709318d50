package org.portreeve.control.journal;

import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.portreeve.control.journal.JournalRecord.AddressDrained;
import org.portreeve.control.journal.JournalRecord.BlockLeased;
import org.portreeve.control.journal.JournalRecord.BlockReleased;
import org.portreeve.control.journal.JournalRecord.ClientEpochStarted;
import org.portreeve.control.journal.JournalRecord.ClientEpochsEnded;
import org.portreeve.control.journal.JournalRecord.DrainEnded;
import org.portreeve.control.journal.JournalRecord.EpochStarted;
import org.portreeve.control.journal.JournalRecord.HoldEnded;
import org.portreeve.control.journal.JournalRecord.LeaseEnded;
import org.portreeve.control.journal.JournalRecord.LeaseGranted;
import org.portreeve.control.journal.JournalRecord.LeaseInsisted;
import org.portreeve.control.journal.JournalRecord.LeaseRested;
import org.portreeve.control.journal.JournalRecord.Paired;
import org.portreeve.control.journal.JournalRecord.PeerEnded;
import org.portreeve.control.journal.JournalRecord.PeerGranted;
import org.portreeve.control.journal.JournalRecord.PortHeld;
import org.portreeve.control.journal.JournalRecord.SubscriberDrainEnded;
import org.portreeve.control.journal.JournalRecord.SubscriberDrained;
import org.portreeve.control.journal.JournalRecord.TimeMark;
import org.portreeve.control.journal.JournalRecord.Unpaired;
import org.portreeve.nat.InternalTuple;

/**
 * What the records of a journal come to: the state of port control that a start begins with. Folds
 * records and decides nothing: a deadline that has passed is still here. One thread.
 */
public final class JournalImage {
    private final Map<InternalTuple, LeaseGranted> leases = new LinkedHashMap<>();
    private final Set<InternalTuple> insisted = new HashSet<>();
    private final Map<ExternalTuple, PortHeld> holds = new LinkedHashMap<>();
    private final Map<String, Paired> pairings = new LinkedHashMap<>();
    private final Map<BlockStart, BlockLeased> blocks = new LinkedHashMap<>();
    private final Map<Integer, AddressDrained> drains = new LinkedHashMap<>();
    private final Map<String, SubscriberDrained> drainedSubscribers = new LinkedHashMap<>();
    private final Map<Session, PeerGranted> peers = new LinkedHashMap<>();
    private final Map<Integer, ClientEpochStarted> clientEpochs = new LinkedHashMap<>();
    private OptionalLong epochStartMillis = OptionalLong.empty();
    private OptionalLong lastWallMillis = OptionalLong.empty();

    /** Takes the next record into account. */
    public void apply(JournalRecord record) {
        switch (record) {
            case LeaseGranted lease -> put(lease, false);
            case LeaseInsisted(LeaseGranted lease) -> put(lease, true);
            case LeaseEnded(InternalTuple internal) -> remove(internal);
            case PortHeld hold -> holds.put(ExternalTuple.of(hold), hold);
            case LeaseRested(PortHeld first, int size) -> {
                remove(first.internal());
                for (int i = 0; i < size; i++) {
                    PortHeld hold = first.next(i);
                    holds.put(ExternalTuple.of(hold), hold);
                }
            }
            case HoldEnded(int protocol, int ip, int port) ->
                    holds.remove(new ExternalTuple(protocol, ip, port));
            case Paired paired -> pairings.put(paired.subscriber(), paired);
            case Unpaired(String subscriber) -> pairings.remove(subscriber);
            case BlockLeased block -> blocks.put(BlockStart.of(block), block);
            case BlockReleased(int ip, int firstPort) ->
                    blocks.remove(new BlockStart(ip, firstPort));
            case EpochStarted(long startMillis) -> epochStartMillis = OptionalLong.of(startMillis);
            case ClientEpochStarted started -> clientEpochs.put(started.clientIp(), started);
            case ClientEpochsEnded _ -> clientEpochs.clear();
            case TimeMark(long wallMillis) -> lastWallMillis = later(wallMillis);
            case AddressDrained drained -> drains.put(drained.externalIp(), drained);
            case DrainEnded(int ip) -> drains.remove(ip);
            case SubscriberDrained drained -> drainedSubscribers.put(drained.subscriber(), drained);
            case SubscriberDrainEnded(String subscriber) -> drainedSubscribers.remove(subscriber);
            case PeerGranted peer -> peers.put(Session.of(peer), peer);
            case PeerEnded(InternalTuple internal, int remoteIp, int remotePort) ->
                    peers.remove(new Session(internal, remoteIp, remotePort));
        }
    }

    private void put(LeaseGranted lease, boolean isInsisted) {
        leases.put(lease.internal(), lease);
        if (isInsisted) {
            insisted.add(lease.internal());
        } else {
            insisted.remove(lease.internal());
        }
    }

    private void remove(InternalTuple internal) {
        leases.remove(internal);
        insisted.remove(internal);
    }

    private OptionalLong later(long wallMillis) {
        return OptionalLong.of(
                LongStream.concat(lastWallMillis.stream(), LongStream.of(wallMillis))
                        .max()
                        .orElseThrow());
    }

    /** The leases, one for each internal tuple. */
    public Collection<LeaseGranted> leases() {
        return Collections.unmodifiableCollection(leases.values());
    }

    /** The internal tuples of leases whose owners insist on the external ones. */
    public Set<InternalTuple> insisted() {
        return Collections.unmodifiableSet(insisted);
    }

    /** The lease of this internal tuple. */
    public Optional<LeaseGranted> lease(InternalTuple internal) {
        return Optional.ofNullable(leases.get(internal));
    }

    /** The external ports that rest, one record for each. */
    public Collection<PortHeld> holds() {
        return Collections.unmodifiableCollection(holds.values());
    }

    /** The pairings, one for each subscriber. */
    public Collection<Paired> pairings() {
        return Collections.unmodifiableCollection(pairings.values());
    }

    /** The port blocks, one record for each. */
    public Collection<BlockLeased> blocks() {
        return Collections.unmodifiableCollection(blocks.values());
    }

    /** External addresses that new subscribers do not get, one record for each. */
    public Collection<AddressDrained> drains() {
        return Collections.unmodifiableCollection(drains.values());
    }

    /** Subscribers that get no new mapping, one record for each. */
    public Collection<SubscriberDrained> drainedSubscribers() {
        return Collections.unmodifiableCollection(drainedSubscribers.values());
    }

    /** The sessions that PEERs keep, one record for each. */
    public Collection<PeerGranted> peers() {
        return Collections.unmodifiableCollection(peers.values());
    }

    /** When the epoch was 0; empty when the journal never had one: state was lost, begin one. */
    public OptionalLong epochStartMillis() {
        return epochStartMillis;
    }

    /** Whose epoch began later than that of the node, one record for each address. */
    public Collection<ClientEpochStarted> clientEpochs() {
        return Collections.unmodifiableCollection(clientEpochs.values());
    }

    /** The latest time mark; a wall clock behind it was set back. */
    public OptionalLong lastWallMillis() {
        return lastWallMillis;
    }

    /** Forgets all of it: whoever began with it has it now, and it may be large. */
    public void clear() {
        leases.clear();
        insisted.clear();
        holds.clear();
        pairings.clear();
        blocks.clear();
        drains.clear();
        drainedSubscribers.clear();
        peers.clear();
        clientEpochs.clear();
    }

    /** Everything live, as a checkpoint appends it. */
    public Stream<JournalRecord> records() {
        return Stream.of(
                        epochStartMillis.stream().mapToObj(EpochStarted::new),
                        lastWallMillis.stream().mapToObj(TimeMark::new),
                        clientEpochs.values().stream(),
                        drains.values().stream(),
                        drainedSubscribers.values().stream(),
                        pairings.values().stream(),
                        blocks.values().stream(),
                        holds.values().stream(),
                        leases.values().stream().map(this::record),
                        peers.values().stream())
                .flatMap(records -> records);
    }

    private JournalRecord record(LeaseGranted lease) {
        return insisted.contains(lease.internal()) ? new LeaseInsisted(lease) : lease;
    }

    private record ExternalTuple(int protocol, int externalIp, int externalPort) {
        static ExternalTuple of(PortHeld hold) {
            return new ExternalTuple(
                    hold.internal().protocol(), hold.externalIp(), hold.externalPort());
        }
    }

    private record Session(InternalTuple internal, int remoteIp, int remotePort) {
        static Session of(PeerGranted peer) {
            return new Session(peer.internal(), peer.remoteIp(), peer.remotePort());
        }
    }

    private record BlockStart(int externalIp, int firstPort) {
        static BlockStart of(BlockLeased block) {
            return new BlockStart(block.externalIp(), block.firstPort());
        }
    }
}
