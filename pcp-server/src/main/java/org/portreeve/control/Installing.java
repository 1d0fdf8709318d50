package org.portreeve.control;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.portreeve.control.Ending.Aftermath;
import org.portreeve.control.Obstacles.Wanted;
import org.portreeve.control.ShardRequests.Request;
import org.portreeve.control.StaticMapping.State;
import org.portreeve.control.reservation.Conflict;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome;

/**
 * One attempt to put a reservation in force: its subscriber paired for certain, leases in its way
 * ended when that was decided, then the translator. Event loop only.
 */
final class Installing {
    private final ControlState state;
    private final StaticMapping mapping;
    private final Wanted wanted;
    private final int addressIndex;
    private Optional<Claim> claim = Optional.empty();
    private Optional<Request> request = Optional.empty();
    private Optional<Turn> turn = Optional.empty();

    Installing(ControlState state, StaticMapping mapping, long key) {
        Reservation reservation = mapping.reservation();
        this.state = state;
        this.mapping = mapping;
        this.wanted =
                new Wanted(
                        reservation.internal(),
                        key,
                        reservation.externalIp(),
                        reservation.externalPort(),
                        reservation.id());
        this.addressIndex = state.stayingIndex(reservation.externalIp());
    }

    void begin() {
        mapping.state(State.INSTALLING);
        if (addressIndex == ControlState.NO_ADDRESS || isPairedElsewhere()) {
            // Known beforehand, so that no pairing comes and goes for it.
            wait(state.obstacles.inBooks(wanted));
        } else {
            OptionalInt address = OptionalInt.of(addressIndex);
            Claim.begin(state, wanted.subscriberKey(), address, this::claimed);
        }
    }

    private boolean isPairedElsewhere() {
        return state.subscribers
                .find(wanted.subscriberKey())
                .filter(s -> s.isPaired() && s.addressIndex != addressIndex)
                .isPresent();
    }

    private void claimed(Optional<Claim> held) {
        claim = held;
        if (held.isEmpty()) {
            fail();
        } else if (held.get().addressIndex() == addressIndex) {
            mapping.attach(held.get().subscriber());
            clear();
        } else {
            wait(state.obstacles.inBooks(wanted));
        }
    }

    /** Ends leases in the way, one after the other, then goes on; waits when it must not. */
    private void clear() {
        if (mapping.isWithdrawn()) {
            fail();
            return;
        }
        List<Conflict> conflicts = ReservationRules.inTheWay(state.obstacles.inBooks(wanted));
        Optional<Lease> lease = state.obstacles.lease(wanted);
        boolean mayEnd =
                lease.isPresent()
                        && (mapping.evicts() || state.obstacles.isSame(wanted, lease.get()));
        if (mayEnd) {
            evict(lease.get());
        } else if (conflicts.isEmpty()) {
            install();
        } else {
            wait(conflicts);
        }
    }

    private void evict(Lease lease) {
        boolean isPort =
                lease.addressIndex() == addressIndex
                        && lease.hasExternalPort(wanted.externalPort())
                        && lease.protocol() == wanted.internal().protocol();
        boolean isOwn = lease.internal().equals(wanted.internal());
        boolean stays =
                lease.has(wanted.internal())
                        && lease.externalPort(wanted.internal()) == wanted.externalPort();
        Aftermath taken = stays ? Aftermath.STAY : Aftermath.CUT;
        boolean isUnderWay =
                state.turns.evict(
                        lease,
                        isPort ? taken : Aftermath.REST,
                        !isOwn,
                        () -> {
                            if (!isOwn) {
                                state.rehousing.add(lease);
                            }
                            clear();
                        });
        if (!isUnderWay) {
            fail();
        }
    }

    private void install() {
        // Requests of the tuple wait meanwhile.
        turn = state.turns.take(wanted.internal());
        if (turn.isEmpty()) {
            fail();
            return;
        }
        request = state.requests.open(state.nat.shardOf(addressIndex), this::onOutcome);
        if (request.isEmpty()) {
            close();
            state.statics.crowded(mapping);
            return;
        }
        int subscriber = mapping.holder().orElseThrow().index;
        request.get()
                .send(id ->
                        new ShardCommand.InstallStatic(
                                id,
                                subscriber,
                                addressIndex,
                                wanted.externalPort(),
                                wanted.internal()));
    }

    private void onOutcome(ShardOutcome outcome) {
        switch (outcome) {
            case ShardOutcome.Reserved _ -> installed();
            case ShardOutcome.Refused refused -> refused(refused.reason());
            case ShardOutcome.PortUse use -> blocked(use);
            case ShardOutcome.Ended _ -> fail();
            default -> throw new AssertionError("not an outcome of a reservation: " + outcome);
        }
    }

    private void installed() {
        Subscriber subscriber = mapping.holder().orElseThrow();
        subscriber.hadPort = true;
        subscriber.idle = false;
        state.holds
                .findExternal(wanted.internal().protocol(), addressIndex, wanted.externalPort())
                .ifPresent(state::endHold);
        if (mapping.isWithdrawn()) {
            request.orElseThrow().send(mapping::removal);
            return;
        }
        mapping.state(State.IN_FORCE);
        mapping.waitsFor(List.of());
        state.pairings.publish(subscriber, wanted.internal().internalIp());
        close();
        state.statics.installed(mapping);
    }

    private void refused(ShardOutcome.Refusal reason) {
        if (reason == ShardOutcome.Refusal.BLOCK_HELD) {
            mapping.losePort();
        }
        if (reason == ShardOutcome.Refusal.TABLE_FULL) {
            state.counters.increment(ControlCounter.STATICS_WITHOUT_ROOM);
        }
        request.orElseThrow()
                .send(id ->
                        new ShardCommand.QueryPort(
                                id,
                                addressIndex,
                                wanted.internal().protocol(),
                                wanted.externalPort()));
    }

    private void blocked(ShardOutcome.PortUse use) {
        // Traffic goes on with what they keep, and the reservation waits for the end of that.
        state.obstacles
                .peers(wanted, use.holder())
                .forEach(lease -> state.peerTurns.evict(lease, () -> {}));
        List<Conflict> conflicts = ReservationRules.inTheWay(state.obstacles.inShard(wanted, use));
        if (conflicts.isEmpty()) {
            fail();
        } else {
            wait(conflicts);
        }
    }

    private void wait(List<Conflict> conflicts) {
        mapping.waitsFor(conflicts);
        close();
        state.statics.waits(mapping);
    }

    /** It cannot be said what is in the way, or it passes: soon again. */
    private void fail() {
        close();
        state.statics.failed(mapping);
    }

    private void close() {
        request.ifPresent(Request::close);
        claim.ifPresent(Claim::release);
        turn.ifPresent(state.turns::end);
    }
}
