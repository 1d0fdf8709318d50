package org.portreeve.control;

import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.portreeve.control.Ending.Aftermath;
import org.portreeve.control.MapOutcome.Reason;
import org.portreeve.control.MapRules.Decision;
import org.portreeve.control.Turn.Wish;
import org.portreeve.control.policy.MapPolicy;
import org.portreeve.control.policy.Profile;
import org.portreeve.nat.InternalTuple;

/**
 * One operation at a time for each internal tuple: begins it, queues what comes meanwhile, and goes
 * on with that. Event loop only.
 */
final class Turns {
    private final ControlState state;
    private final MapRules rules;
    private final Map<InternalTuple, Turn> busy = new HashMap<>();

    Turns(ControlState state, ControlConfig config) {
        this.state = state;
        this.rules = new MapRules(config, state::externalIp);
    }

    /** Decides by another policy from now on. */
    void use(ControlConfig config) {
        rules.use(config);
    }

    /** Decides a request, now or when its turn comes. */
    void request(Wish wish) {
        InternalTuple internal = wish.command().internal();
        Turn turn = busy.get(internal);
        if (turn == null) {
            Turn fresh = new Turn(internal);
            busy.put(internal, fresh);
            fresh.waiting().add(wish);
            goOn(fresh);
        } else if (!turn.join(wish)) {
            state.counters.increment(ControlCounter.WAITING_FULL);
            Turn refused = new Turn(internal);
            refused.take(wish);
            refused.answer(
                    new MapOutcome.Refused(Reason.NO_RESOURCES, MapRules.SHORT_ERROR_SECONDS));
        }
    }

    /**
     * Ends a lease whose deadline is over. While something else is under way with its tuple it only
     * loses its timer, which the end of that operation starts again. Returns false when the shard
     * has no place.
     */
    boolean expire(Lease lease) {
        state.leases.disarm(lease);
        if (busy.containsKey(lease.internal)) {
            return true;
        }
        Turn turn = new Turn(lease.internal);
        if (!new Ending(state, turn, lease).expire()) {
            state.leases.changed(lease);
            return false;
        }
        busy.put(lease.internal, turn);
        return true;
    }

    /**
     * Ends a lease whoever owns it. Returns false when that has to be tried again: something else
     * is under way with its tuple, or the shard has no place.
     *
     * @param aftermath what becomes of its port
     * @param isMoving whether it is to go on elsewhere; {@link Rehousing#add} is then called later
     */
    boolean evict(Lease lease, Aftermath aftermath, boolean isMoving, Runnable whenEnded) {
        Optional<Turn> turn = take(lease.internal);
        boolean underWay =
                turn.isPresent()
                        && new Ending(state, turn.get(), lease)
                                .evict(aftermath, isMoving, whenEnded);
        if (turn.isPresent() && !underWay) {
            busy.remove(lease.internal);
        }
        return underWay;
    }

    /** The same for good; its port rests. */
    boolean evict(Lease lease, Runnable whenEnded) {
        return evict(lease, Aftermath.REST, false, whenEnded);
    }

    /** Keeps a tuple for an operation that nobody requested; requests wait. Empty when busy. */
    Optional<Turn> take(InternalTuple internal) {
        if (busy.containsKey(internal)) {
            return Optional.empty();
        }
        Turn turn = new Turn(internal);
        busy.put(internal, turn);
        return Optional.of(turn);
    }

    /** The operation of a turn is over; the next one begins. */
    void end(Turn turn) {
        goOn(turn);
    }

    /** The tuples of an internal address that something is under way with. */
    List<InternalTuple> busyOf(int internalIp) {
        return busy.keySet().stream().filter(t -> t.internalIp() == internalIp).toList();
    }

    boolean isBusy(InternalTuple internal) {
        return busy.containsKey(internal);
    }

    int busyCount() {
        return busy.size();
    }

    /** Begins the operations that wait, until one takes its time. */
    private void goOn(Turn turn) {
        Deque<Wish> waiting = turn.waiting();
        while (!waiting.isEmpty()) {
            Wish wish = waiting.poll();
            turn.take(wish);
            if (begin(turn, wish.command())) {
                return;
            }
        }
        busy.remove(turn.internal);
        // Only a lease whose deadline passed meanwhile has lost its timer.
        state.leases.find(turn.internal).ifPresent(state.leases::changed);
    }

    /** Returns whether the operation is still under way; else it was answered. */
    private boolean begin(Turn turn, MapCommand command) {
        return switch (decide(command)) {
            case Decision.Answer(MapOutcome outcome) -> {
                turn.answer(outcome);
                yield false;
            }
            case Decision.Renew(Lease lease, Lease.Owner owner, long deadlineNs) ->
                    new Renewal(
                                    state,
                                    turn,
                                    lease,
                                    owner,
                                    isBy(owner, command),
                                    bounded(lease, deadlineNs))
                            .renew();
            case Decision.Shorten(Lease lease, Lease.Owner owner, long deadlineNs) ->
                    new Renewal(state, turn, lease, owner, true, deadlineNs).shorten();
            case Decision.End(Lease lease, boolean onlyIfIdle) ->
                    new Ending(state, turn, lease).delete(onlyIfIdle);
            case Decision.Probe _ -> new Probe(state, turn).begin();
            case Decision.Create create -> create(turn, command, create);
        };
    }

    private static boolean isBy(Lease.Owner owner, MapCommand command) {
        return command.origin() == owner.origin() && command.nonce().equals(owner.nonce());
    }

    /**
     * What an address has that leaves the pool, or a subscriber that is drained, ends at its time
     * (RFC 6887 §15 lets it).
     */
    private long bounded(Lease lease, long deadlineNs) {
        boolean isLonger = deadlineNs - lease.deadlineNs() > 0;
        boolean ends =
                state.pool.isLeaving(lease.addressIndex)
                        || state.isDrained.test(lease.subscriber.key);
        return isLonger && ends ? lease.deadlineNs() : deadlineNs;
    }

    private Decision decide(MapCommand command) {
        InternalTuple internal = command.internal();
        long key = state.subscribers.keyOf(internal.realm(), internal.internalIp());
        if (key == Subscribers.UNKNOWN) {
            return MapRules.refuse(Reason.NOT_AUTHORIZED, MapRules.LONG_ERROR_SECONDS);
        }
        Optional<StaticMapping> fixed = state.statics.inForce(internal);
        if (fixed.isPresent()) {
            return new Decision.Answer(MapRules.onStatic(command, fixed.get().reservation()));
        }
        if (state.statics.book().find(internal).filter(StaticMapping::isComingBack).isPresent()) {
            // A lease that is given now would be in its way.
            return MapRules.refuse(Reason.NO_RESOURCES, MapRules.SHORT_ERROR_SECONDS);
        }
        Optional<Lease> lease = state.leases.find(internal);
        if (lease.isEmpty() && command.lifetimeSeconds() != 0 && state.isDrained.test(key)) {
            // Its limit is nothing now. RFC 6887 §7.4: an error of short lifetime, so that its
            // client finds out soon when that is over.
            state.counters.increment(ControlCounter.DRAINED_REFUSED);
            return MapRules.refuse(Reason.USER_EX_QUOTA, MapRules.SHORT_ERROR_SECONDS);
        }
        if (lease.isPresent() && lease.get().subscriber.key != key) {
            // A reload moved the address; the lease of its former owner is about to end.
            return MapRules.refuse(Reason.NO_RESOURCES, MapRules.SHORT_ERROR_SECONDS);
        }
        Profile profile = state.subscribers.profileOf(key);
        if (command.lifetimeSeconds() != 0
                && !profile.mayAskFor(internal.protocol(), internal.internalPort())) {
            state.counters.increment(ControlCounter.BEYOND_FILTERING_REFUSED);
            return MapRules.refuse(Reason.NOT_AUTHORIZED, MapRules.LONG_ERROR_SECONDS);
        }
        MapPolicy policy = profile.map();
        if (lease.isPresent()) {
            Decision decision = rules.onLease(command, lease.get(), policy, state.nowNs);
            if (MapRules.hasOtherNonce(command, lease.get())) {
                countOtherNonce(command, decision);
            }
            return decision;
        }
        if (command.lifetimeSeconds() == 0) {
            state.rehousing.deleted(command, policy);
        }
        Optional<Hold> hold = state.holds.find(internal).filter(h -> h.subscriber.key == key);
        Decision decision =
                rules.onNoLease(
                        command,
                        state.subscribers.quotaOf(key),
                        policy,
                        state.subscribers.find(key),
                        hold,
                        state.nowNs);
        boolean isOthers = hold.filter(h -> !h.isReclaimedBy(command)).isPresent();
        if (isOthers && decision instanceof Decision.Create(_, _, boolean reclaim)) {
            state.counters.increment(
                    reclaim
                            ? ControlCounter.NONCE_OTHERS_ALLOWED
                            : ControlCounter.NONCE_RECLAIMS_REFUSED);
        }
        return decision;
    }

    private void countOtherNonce(MapCommand command, Decision decision) {
        if (!(decision instanceof Decision.Answer(MapOutcome.Refused _))) {
            state.counters.increment(ControlCounter.NONCE_OTHERS_ALLOWED);
        } else if (command.lifetimeSeconds() == 0) {
            state.counters.increment(ControlCounter.NONCE_DELETIONS_REFUSED);
        } else {
            state.counters.increment(ControlCounter.NONCE_RENEWALS_REFUSED);
        }
    }

    private boolean create(Turn turn, MapCommand command, Decision.Create create) {
        InternalTuple internal = command.internal();
        long key = state.subscribers.keyOf(internal.realm(), internal.internalIp());
        Optional<Subscriber> subscriber = state.subscribers.findOrAdd(key);
        if (subscriber.isEmpty()) {
            state.counters.increment(ControlCounter.SUBSCRIBERS_FULL);
            turn.answer(new MapOutcome.Refused(Reason.NO_RESOURCES, MapRules.SHORT_ERROR_SECONDS));
            return false;
        }
        return new Grant(state, turn, subscriber.get(), command, create).begin();
    }
}
