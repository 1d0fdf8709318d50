package org.portreeve.control;

import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.portreeve.control.Ending.Aftermath;
import org.portreeve.control.MapOutcome.Reason;
import org.portreeve.control.MapRules.Decision;
import org.portreeve.control.Waiting.Wish;
import org.portreeve.control.notice.Notice;
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
    private final SetRequests sets;
    private final Map<InternalTuple, Turn> busy = new HashMap<>();

    Turns(ControlState state, ControlConfig config) {
        this.state = state;
        this.rules = new MapRules(config, state::externalIp);
        this.sets = new SetRequests(state);
    }

    /** Decides by another policy from now on. */
    void use(ControlConfig config) {
        rules.use(config);
    }

    /** Decides a request, now or when its turn comes. */
    void request(Wish<MapCommand, MapOutcome> wish) {
        if (sets.concerns(wish.command())) {
            requestSet(wish);
            return;
        }
        InternalTuple internal = wish.command().internal();
        Turn turn = busy.get(internal);
        if (turn == null) {
            Turn fresh = new Turn(internal);
            busy.put(internal, fresh);
            begin(fresh, wish, wish.command());
        } else {
            join(turn, wish);
        }
    }

    /** Decides a request about several ports, or about one of a set. */
    private void requestSet(Wish<MapCommand, MapOutcome> wish) {
        Optional<InternalTuple> other = sets.inTheWay(wish.command(), busy::containsKey);
        if (other.isPresent()) {
            join(busy.get(other.get()), wish);
            return;
        }
        for (Wish<MapCommand, MapOutcome> aimed : sets.aimed(wish)) {
            MapCommand command = sets.bounded(aimed.command());
            Turn turn = new Turn(command.internal());
            busy.put(turn.internal, turn);
            sets.begin(command);
            begin(turn, aimed, command);
        }
    }

    /** Begins the first operation of a turn: what a request comes to. */
    private void begin(Turn turn, Wish<MapCommand, MapOutcome> wish, MapCommand command) {
        turn.take(wish);
        if (!begin(turn, command)) {
            goOn(turn);
        }
    }

    private void join(Turn turn, Wish<MapCommand, MapOutcome> wish) {
        if (!turn.join(wish)) {
            state.counters.increment(ControlCounter.WAITING_FULL);
            state.notices.add(Notice.WAITING_FULL, turn.internal.internalIp());
            wish.reply().accept(noResources());
        }
    }

    /** What a request hears when the node cannot do what it wants now. */
    static MapOutcome noResources() {
        return new MapOutcome.Refused(Reason.NO_RESOURCES, MapRules.SHORT_ERROR_SECONDS);
    }

    /**
     * Ends a lease whose deadline is over. While something else is under way with its tuple it only
     * loses its timer, which the end of that operation starts again. Returns false when the shard
     * has no place.
     */
    boolean expire(Lease lease) {
        state.leases.disarm(lease);
        Turn underWay = busy.get(lease.internal());
        if (underWay != null) {
            underWay.hasLostTimer = true;
            return true;
        }
        Turn turn = new Turn(lease.internal());
        turn.hasLostTimer = true;
        if (!new Ending(state, turn, lease).expire()) {
            state.leases.arm(lease);
            return false;
        }
        busy.put(turn.internal, turn);
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
        Optional<Turn> turn = take(lease.internal());
        boolean underWay =
                turn.isPresent()
                        && new Ending(state, turn.get(), lease)
                                .evict(aftermath, isMoving, whenEnded);
        if (turn.isPresent() && !underWay) {
            busy.remove(turn.get().internal);
        }
        return underWay;
    }

    /** The same for good; its port rests. */
    boolean evict(Lease lease, Runnable whenEnded) {
        return evict(lease, Aftermath.REST, false, whenEnded);
    }

    /** Keeps a tuple for an operation that nobody requested; requests wait. Empty when busy. */
    Optional<Turn> take(InternalTuple internal) {
        if (isBusy(internal)) {
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
        return busy.containsKey(internal) || sets.isBegun(internal);
    }

    int busyCount() {
        return busy.size();
    }

    /** Begins the operations that wait, until one takes its time. */
    private void goOn(Turn turn) {
        Deque<Wish<MapCommand, MapOutcome>> waiting = turn.waiting();
        while (!waiting.isEmpty()) {
            Wish<MapCommand, MapOutcome> wish = waiting.poll();
            // It may have waited for a set that had its tuple, and has it no more.
            boolean isElsewhere = !wish.command().internal().equals(turn.internal);
            if (isElsewhere || sets.concerns(wish.command())) {
                anew(turn, wish);
                return;
            }
            turn.take(wish);
            if (begin(turn, wish.command())) {
                return;
            }
        }
        leave(turn);
    }

    /** What a request of several ports is about may have changed while it waited. */
    private void anew(Turn turn, Wish<MapCommand, MapOutcome> wish) {
        List<Wish<MapCommand, MapOutcome>> others = List.copyOf(turn.waiting());
        leave(turn);
        request(wish);
        others.forEach(this::request);
    }

    private void leave(Turn turn) {
        busy.remove(turn.internal);
        sets.end(turn.internal);
        if (turn.hasLostTimer) {
            state.leases.find(turn.internal).ifPresent(state.leases::arm);
        }
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
                state.pool.isLeaving(lease.addressIndex())
                        || state.isDrained.test(lease.subscriber().key);
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
        if (lease.isPresent() && lease.get().subscriber().key != key) {
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
        if (command.lifetimeSeconds() == 0) {
            // One port of a set that is to go on elsewhere may have had a lease meanwhile.
            state.rehousing.deleted(command, policy);
        }
        if (lease.isPresent()) {
            Decision decision = rules.onLease(command, lease.get(), policy, state.nowNs);
            if (MapRules.hasOtherNonce(command, lease.get())) {
                countOtherNonce(command, decision);
            }
            return decision;
        }
        Optional<Hold> hold = state.holds.find(internal).filter(h -> h.subscriber().key == key);
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
            state.notices.add(
                    reclaim ? Notice.NONCE_OTHERS : Notice.NONCE_RECLAIMS, internal.internalIp());
        }
        return decision;
    }

    private void countOtherNonce(MapCommand command, Decision decision) {
        int hostIp = command.internal().internalIp();
        if (!(decision instanceof Decision.Answer(MapOutcome.Refused _))) {
            state.counters.increment(ControlCounter.NONCE_OTHERS_ALLOWED);
            state.notices.add(Notice.NONCE_OTHERS, hostIp);
        } else if (command.lifetimeSeconds() == 0) {
            state.counters.increment(ControlCounter.NONCE_DELETIONS_REFUSED);
            state.notices.add(Notice.NONCE_DELETIONS, hostIp);
        } else {
            state.counters.increment(ControlCounter.NONCE_RENEWALS_REFUSED);
            state.notices.add(Notice.NONCE_RENEWALS, hostIp);
        }
    }

    private boolean create(Turn turn, MapCommand command, Decision.Create create) {
        InternalTuple internal = command.internal();
        long key = state.subscribers.keyOf(internal.realm(), internal.internalIp());
        Optional<Subscriber> subscriber = state.subscribers.findOrAdd(key);
        if (subscriber.isEmpty()) {
            state.counters.increment(ControlCounter.SUBSCRIBERS_FULL);
            turn.answer(noResources());
            return false;
        }
        return new Grant(state, turn, subscriber.get(), command, create).begin();
    }
}
