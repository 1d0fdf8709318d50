package org.portreeve.control;

import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.portreeve.control.MapOutcome.Reason;
import org.portreeve.control.MapRules.Decision;
import org.portreeve.control.Turn.Wish;
import org.portreeve.nat.InternalTuple;

/**
 * One operation at a time for each internal tuple: begins it, queues what comes meanwhile, and goes
 * on with that. Event loop only.
 */
final class Turns {
    private final ControlState state;
    private final MapRules rules;
    private final Map<InternalTuple, Turn> busy = new HashMap<>();

    Turns(ControlState state) {
        this.state = state;
        this.rules = new MapRules(state.config);
    }

    /** Decides a request, now or when its turn comes. */
    void request(Wish wish) {
        InternalTuple internal = wish.command().internal();
        Turn turn = busy.get(internal);
        if (turn == null) {
            Turn fresh = new Turn(internal, state.counters);
            busy.put(internal, fresh);
            fresh.waiting().add(wish);
            goOn(fresh);
        } else if (!turn.join(wish)) {
            state.counters.increment(ControlCounter.WAITING_FULL);
            Turn refused = new Turn(internal, state.counters);
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
        Turn turn = new Turn(lease.internal, state.counters);
        if (!new Ending(state, turn, lease).expire()) {
            state.leases.changed(lease);
            return false;
        }
        busy.put(lease.internal, turn);
        return true;
    }

    /** The operation of a turn is over; the next one begins. */
    void end(Turn turn) {
        goOn(turn);
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
            case Decision.Renew(Lease lease, long deadlineNs) ->
                    new Renewal(state, turn, command, lease, deadlineNs).renew();
            case Decision.Shorten(Lease lease, long deadlineNs) ->
                    new Renewal(state, turn, command, lease, deadlineNs).shorten();
            case Decision.End(Lease lease, boolean onlyIfIdle) ->
                    new Ending(state, turn, lease).delete(onlyIfIdle);
            case Decision.Probe _ -> new Probe(state, turn).begin();
            case Decision.Create create -> create(turn, command, create);
        };
    }

    private Decision decide(MapCommand command) {
        InternalTuple internal = command.internal();
        long key = state.subscribers.keyOf(internal.realm(), internal.internalIp());
        if (key == Subscribers.UNKNOWN) {
            return MapRules.refuse(Reason.NOT_AUTHORIZED, MapRules.LONG_ERROR_SECONDS);
        }
        Optional<Lease> lease = state.leases.find(internal);
        return lease.isPresent()
                ? rules.onLease(command, lease.get(), state.nowNs)
                : rules.onNoLease(
                        command,
                        state.subscribers.quotaOf(key),
                        state.subscribers.find(key),
                        state.holds.find(internal),
                        state.nowNs);
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
