package org.portreeve.control;

import java.util.Collection;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import org.portreeve.control.ShardRequests.Request;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome;

/**
 * Puts back what the journal kept, in slices, through the shards' mailboxes: pairings, then what
 * staff reserved, which beats all else, then blocks, leases, resting ports and PEERs. A lease that
 * cannot be put back was lost, which the epoch of its client must say (RFC 6887 §8.5). Event loop
 * only.
 */
final class Recovery {
    /** So long after all else a snapshot is back for certain; it is a matter of seconds. */
    static final long EXPECTED_NS = 300 * Durations.NS_PER_SECOND;

    private final ControlState state;
    private final IntConsumer onLoss;
    private final PeerRecovery peers;
    private Unrestored unrestored;
    private Set<InternalTuple> insisted = Set.of();
    private Phase phase = Phase.PAIRINGS;
    private int slot;
    private int underWay;

    /** Begins nothing yet; {@code onLoss} hears of whom a lease cannot be put back. */
    Recovery(ControlState state, RecoveredState found, IntConsumer onLoss) {
        this.state = state;
        unrestored = new Unrestored(found);
        this.onLoss = onLoss;
        peers = new PeerRecovery(state, this);
    }

    /** The part that is about PEERs. */
    PeerRecovery peers() {
        return peers;
    }

    /** Internal addresses whose mappings the translator gets back when all this is done. */
    void expect(Collection<Integer> hosts) {
        unrestored.expectedHosts.addAll(hosts);
    }

    /** Whose owners insist on the external tuples that their leases have. */
    void insisted(Set<InternalTuple> insisted) {
        this.insisted = Set.copyOf(insisted);
    }

    boolean isDone() {
        return phase == Phase.DONE;
    }

    /** Whether reservations may be put in force now. */
    boolean takesReservations() {
        return switch (phase) {
            case PAIRINGS -> false;
            case STATICS, BLOCKS, LEASES, PEERS, HOLDS, EXPIRED, HOSTS, TIDYING, DONE -> true;
        };
    }

    /** Whether shards may already be heard: pairings come before whatever packets want. */
    boolean knowsPairings() {
        return phase != Phase.PAIRINGS;
    }

    /** Goes on with at most so many records. Returns the work done. */
    int advance(int limit) {
        int done = 0;
        while (done < limit && step()) {
            done++;
        }
        return done;
    }

    private boolean step() {
        return switch (phase) {
            case PAIRINGS -> next(unrestored.pairings, this::pairing, Phase.STATICS);
            case STATICS -> reservations();
            case BLOCKS -> next(unrestored.blocks, this::block, Phase.LEASES);
            case LEASES -> next(unrestored.leases, this::lease, Phase.EXPIRED);
            case EXPIRED -> next(unrestored.expiredHolds, this::hold, Phase.HOLDS);
            // A PEER goes on at a port that rests for its tuple, and the other way round it cannot.
            case HOLDS -> next(unrestored.holds, this::hold, Phase.PEERS);
            case PEERS -> next(peers.found(), peers::restore, Phase.HOSTS);
            case HOSTS -> next(unrestored.expectedHosts, this::host, Phase.TIDYING);
            case TIDYING -> tidy();
            case DONE -> false;
        };
    }

    private <R> boolean next(Deque<R> records, Step<R> restore, Phase next) {
        if (!records.isEmpty()) {
            boolean taken = restore.take(records.element());
            if (taken) {
                records.remove();
            }
            return taken;
        }
        if (underWay > 0) {
            return false;
        }
        phase = next;
        return true;
    }

    /** A reservation beats a lease, and its port may lie in a block of others, so it goes first. */
    private boolean reservations() {
        boolean isSettled = state.statics.isSettled();
        if (isSettled) {
            phase = Phase.BLOCKS;
        }
        return isSettled;
    }

    private boolean pairing(JournalRecord.Paired record) {
        Optional<Subscriber> subscriber = subscriber(record.subscriber());
        Optional<Integer> addressIndex = addressIndex(record.externalIp());
        boolean isRestored =
                subscriber.isPresent()
                        && addressIndex.isPresent()
                        && state.pairings.restore(subscriber.get(), addressIndex.get());
        if (!isRestored) {
            drop(new JournalRecord.Unpaired(record.subscriber()));
        }
        return true;
    }

    private boolean block(JournalRecord.BlockLeased record) {
        Optional<Subscriber> subscriber = paired(record.subscriber(), record.externalIp());
        JournalRecord release =
                new JournalRecord.BlockReleased(record.externalIp(), record.firstPort());
        if (subscriber.isEmpty() || record.size() != state.nat.pool().block().size()) {
            drop(release);
            return true;
        }
        Subscriber owner = subscriber.get();
        int addressIndex = state.addressIndex(record.externalIp());
        return ask(
                addressIndex,
                id ->
                        new ShardCommand.RestoreBlock(
                                id, owner.index, addressIndex, record.firstPort()),
                outcome -> restoredBlock(owner, record, release, outcome));
    }

    private void restoredBlock(
            Subscriber owner,
            JournalRecord.BlockLeased record,
            JournalRecord release,
            ShardOutcome outcome) {
        if (outcome instanceof ShardOutcome.Refused) {
            drop(release);
            return;
        }
        owner.blocks++;
        owner.hadPort = true;
        int addressIndex = state.addressIndex(record.externalIp());
        state.blocks.lease(addressIndex, record.firstPort(), owner.index);
        state.blocks.recorded(addressIndex, record.firstPort());
    }

    private boolean lease(JournalRecord.LeaseGranted record) {
        if (record.deadlineMillis() <= state.wallMillis) {
            expired(record);
            return true;
        }
        if (isBeaten(record)) {
            state.counters.increment(ControlCounter.BEATEN_AT_RESTORE);
            state.news.beaten(record, insisted.contains(record.internal()));
            state.recorder.note(new JournalRecord.LeaseEnded(record.internal()));
            return true;
        }
        if (!wasPaired(record.subscriber())) {
            // Nobody was told of it: that waits until the pairing is durable too.
            drop(new JournalRecord.LeaseEnded(record.internal()));
            return true;
        }
        Optional<Subscriber> subscriber = paired(record.subscriber(), record.externalIp());
        if (subscriber.isEmpty() || !state.subscribers.isOwn(subscriber.get(), record.internal())) {
            lost(record);
            return true;
        }
        Subscriber owner = subscriber.get();
        int addressIndex = state.addressIndex(record.externalIp());
        boolean isAsked =
                ask(
                        addressIndex,
                        id -> Restorations.lease(id, owner.index, addressIndex, record),
                        outcome -> restoredLease(owner, record, outcome));
        // Until then nothing else keeps its index from another.
        owner.operations += isAsked ? 1 : 0;
        return isAsked;
    }

    private void restoredLease(
            Subscriber subscriber, JournalRecord.LeaseGranted record, ShardOutcome outcome) {
        subscriber.operations--;
        if (outcome instanceof ShardOutcome.Refused) {
            lost(record);
            return;
        }
        long deadlineNs = momentNs(record.deadlineMillis());
        Lease.Owner owner =
                new Lease.Owner(
                        record.nonce(),
                        record.origin(),
                        record.clientIp(),
                        record.clientPort(),
                        record.description(),
                        record.filters(),
                        insisted.contains(record.internal()));
        state.leases.add(
                new Lease(
                        record.internal(),
                        subscriber,
                        state.addressIndex(record.externalIp()),
                        record.externalPort(),
                        record.size(),
                        owner,
                        deadlineNs));
        subscriber.explicit++;
        subscriber.sets += record.size() > 1 ? 1 : 0;
        subscriber.hadPort = true;
        state.pairings.publish(subscriber, record.internal().internalIp());
        state.counters.increment(ControlCounter.RESTORED_LEASES);
    }

    /** It ended while the node was down: only its port rests, for what is left of that. */
    private void expired(JournalRecord.LeaseGranted record) {
        long holdNs = state.nat.timers().explicitHoldNs(record.internal().protocol());
        JournalRecord.PortHeld held =
                new JournalRecord.PortHeld(
                        record.internal(),
                        record.subscriber(),
                        record.externalIp(),
                        record.externalPort(),
                        record.nonce(),
                        record.deadlineMillis() + holdNs / Durations.NS_PER_MILLI,
                        record.size() > 1);
        state.counters.increment(ControlCounter.EXPIRED_AT_RESTORE);
        state.recorder.note(new JournalRecord.LeaseRested(held, record.size()));
        for (int i = 0; i < record.size(); i++) {
            unrestored.expiredHolds.add(held.next(i));
        }
    }

    private boolean hold(JournalRecord.PortHeld record) {
        if (isHeld(record)) {
            // A later lease of the port ended while the node was down; one record is for both.
            return true;
        }
        Optional<Subscriber> subscriber = paired(record.subscriber(), record.externalIp());
        if (subscriber.isEmpty()
                || record.untilMillis() <= state.wallMillis
                || isLeased(record)
                || isReserved(
                        record.internal().protocol(), record.externalIp(), record.externalPort())) {
            drop(ended(record));
            return true;
        }
        Subscriber owner = subscriber.get();
        long untilNs = momentNs(record.untilMillis());
        int addressIndex = state.addressIndex(record.externalIp());
        boolean isAsked =
                ask(
                        addressIndex,
                        id ->
                                new ShardCommand.RestoreHold(
                                        id,
                                        owner.index,
                                        addressIndex,
                                        record.externalPort(),
                                        record.internal(),
                                        untilNs - state.nowNs),
                        outcome -> restoredHold(owner, record, untilNs, outcome));
        // Until then nothing else keeps its index from another.
        owner.operations += isAsked ? 1 : 0;
        return isAsked;
    }

    private void restoredHold(
            Subscriber owner, JournalRecord.PortHeld record, long untilNs, ShardOutcome outcome) {
        owner.operations--;
        if (outcome instanceof ShardOutcome.Refused) {
            drop(ended(record));
            return;
        }
        state.holds.restore(
                new Hold(
                        record.internal(),
                        owner,
                        state.addressIndex(record.externalIp()),
                        record.externalPort(),
                        record.nonce(),
                        record.ofSet(),
                        untilNs));
    }

    /**
     * A host that is to have its mappings back finds its pairing in the directory, where it stays
     * until they are there: till then its shard has nothing, and would say so.
     */
    private boolean host(int internalIp) {
        long key = state.subscribers.keyOf(InternalTuple.DEFAULT_REALM, internalIp);
        Optional<Subscriber> known =
                key == Subscribers.UNKNOWN ? Optional.empty() : state.subscribers.find(key);
        known.filter(Subscriber::isPaired)
                .ifPresent(subscriber -> {
                    subscriber.ask(state.nowNs + EXPECTED_NS);
                    state.pairings.publish(subscriber, internalIp);
                });
        return true;
    }

    /** Gives up the pairings of subscribers that have nothing else. */
    private boolean tidy() {
        if (slot == state.subscribers.slotCount()) {
            phase = Phase.DONE;
            unrestored = new Unrestored(RecoveredState.empty());
            peers.forget();
            insisted = Set.of();
            return true;
        }
        state.subscribers.slot(slot++).ifPresent(this::tidy);
        return true;
    }

    private void tidy(Subscriber subscriber) {
        // One with a host in the directory may get mappings back; the shard says if it does not.
        if (subscriber.blocks == 0 && subscriber.addressCount() == 0) {
            state.pairings.onIdle(subscriber);
        }
    }

    /** Whether the journal knows the pairing of a subscriber. */
    boolean wasPaired(String subscriber) {
        return unrestored.pairedIds.contains(subscriber);
    }

    /** Has a shard do something; false: later. */
    boolean ask(
            int addressIndex, LongFunction<ShardCommand> commandOfId, ShardRequests.Waiter waiter) {
        Answer answer = new Answer(waiter);
        answer.request = state.requests.open(state.nat.shardOf(addressIndex), answer::onOutcome);
        answer.request.ifPresent(r -> r.send(commandOfId));
        underWay += answer.request.isPresent() ? 1 : 0;
        return answer.request.isPresent();
    }

    /** A lease cannot be put back; its client is told to ask again. */
    private void lost(JournalRecord.LeaseGranted record) {
        KnownClients.clientOf(record).ifPresent(state.clients::lost);
        JournalRecord end = new JournalRecord.LeaseEnded(record.internal());
        // The other protocols have no IPv6: nobody but the host is known then.
        boolean isKnown = record.origin() == LeaseOrigin.PCP || record.clientIp() != 0;
        lost(record.internal(), isKnown ? record.clientIp() : record.internal().internalIp(), end);
    }

    /**
     * What was granted cannot be put back, and ends: its host and who asked for it know it.
     *
     * @param clientIp {@link ClientEpochs#BY_IPV6} of who asked by IPv6
     */
    void lost(InternalTuple internal, int clientIp, JournalRecord end) {
        // Before the lease's end, so that a crash in between cannot hide the loss from the clients.
        onLoss.accept(internal.internalIp());
        if (clientIp != internal.internalIp()) {
            onLoss.accept(clientIp);
        }
        state.counters.increment(ControlCounter.LOST_AT_RESTORE);
        state.recorder.note(end);
    }

    /** What nobody was told of, or what is of no use, ends. */
    void drop(JournalRecord end) {
        state.counters.increment(ControlCounter.DROPPED_AT_RESTORE);
        state.recorder.note(end);
    }

    private static JournalRecord ended(JournalRecord.PortHeld record) {
        return new JournalRecord.HoldEnded(
                record.internal().protocol(), record.externalIp(), record.externalPort());
    }

    /** Whether a reservation has the internal or the external tuple of a lease. */
    private boolean isBeaten(JournalRecord.LeaseGranted record) {
        int protocol = record.internal().protocol();
        return IntStream.range(0, record.size())
                .anyMatch(i ->
                        state.statics.inForce(record.internal().next(i)).isPresent()
                                || isReserved(
                                        protocol, record.externalIp(), record.externalPort() + i));
    }

    private boolean isReserved(int protocol, int externalIp, int externalPort) {
        return state.statics.inForce(protocol, externalIp, externalPort).isPresent();
    }

    private boolean isLeased(JournalRecord.PortHeld record) {
        return addressIndex(record.externalIp())
                .flatMap(index ->
                        state.leases.findExternal(
                                record.internal().protocol(), index, record.externalPort()))
                .isPresent();
    }

    private boolean isHeld(JournalRecord.PortHeld record) {
        return addressIndex(record.externalIp())
                .flatMap(index ->
                        state.holds.findExternal(
                                record.internal().protocol(), index, record.externalPort()))
                .isPresent();
    }

    private Optional<Subscriber> subscriber(String id) {
        long key = state.subscribers.keyOf(id);
        return key == Subscribers.UNKNOWN ? Optional.empty() : state.subscribers.findOrAdd(key);
    }

    /**
     * The subscriber of an id, when it may have something at this external address: its own;
     * another one of the shard, by soft pairing or from before it moved; or one of another shard,
     * when that is the only one.
     */
    Optional<Subscriber> paired(String id, int externalIp) {
        Optional<Integer> addressIndex = addressIndex(externalIp);
        return state.subscribers
                .find(state.subscribers.keyOf(id))
                .filter(s -> s.isPaired() && addressIndex.isPresent())
                .filter(s -> isWithin(s, addressIndex.get()));
    }

    private boolean isWithin(Subscriber subscriber, int addressIndex) {
        int shard = state.nat.shardOf(addressIndex);
        if (state.nat.shardOf(subscriber.addressIndex) == shard) {
            return true;
        }
        if (subscriber.formerIndex == Subscriber.NO_FORMER) {
            subscriber.formerIndex = addressIndex;
            state.pairings.entries().showAll(subscriber);
        }
        return state.nat.shardOf(subscriber.formerIndex) == shard;
    }

    private Optional<Integer> addressIndex(int externalIp) {
        int addressIndex = state.addressIndex(externalIp);
        return addressIndex == ControlState.NO_ADDRESS
                ? Optional.empty()
                : Optional.of(addressIndex);
    }

    long momentNs(long wallMillis) {
        return state.nowNs + (wallMillis - state.wallMillis) * Durations.NS_PER_MILLI;
    }

    private enum Phase {
        PAIRINGS,
        STATICS,
        BLOCKS,
        LEASES,
        EXPIRED,
        HOLDS,
        PEERS,
        HOSTS,
        TIDYING,
        DONE
    }

    /** Puts one record back, or returns false: later. */
    @FunctionalInterface
    private interface Step<R> {
        boolean take(R record);
    }

    /** One command under way. */
    private final class Answer {
        private final ShardRequests.Waiter waiter;
        private Optional<Request> request = Optional.empty();

        Answer(ShardRequests.Waiter waiter) {
            this.waiter = waiter;
        }

        void onOutcome(ShardOutcome outcome) {
            request.ifPresent(Request::close);
            underWay--;
            waiter.onOutcome(outcome);
        }
    }
}
