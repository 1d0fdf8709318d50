package org.portreeve.control;

import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.portreeve.control.MapOutcome.Reason;
import org.portreeve.control.PeerRules.Decision;
import org.portreeve.control.PeerRules.Standing;
import org.portreeve.control.Waiting.Wish;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.nat.InternalTuple;

/**
 * One operation at a time for each session that PEERs are about: begins it, queues what comes
 * meanwhile, and goes on with that. Event loop only.
 */
final class PeerTurns {
    private final ControlState state;
    private final NavigableMap<PeerTuple, PeerTurn> busy = new TreeMap<>();

    PeerTurns(ControlState state) {
        this.state = state;
    }

    /** Decides a request, now or when its turn comes. */
    void request(Wish<PeerCommand, PeerOutcome> wish) {
        PeerTuple peer = wish.command().peer();
        PeerTurn turn = busy.get(peer);
        if (turn == null) {
            PeerTurn fresh = new PeerTurn(peer);
            busy.put(peer, fresh);
            fresh.waiting().add(wish);
            end(fresh);
        } else if (!turn.join(wish)) {
            state.counters.increment(ControlCounter.WAITING_FULL);
            wish.reply().accept(noResources());
        }
    }

    /** What a request hears when the node cannot do what it wants now. */
    static PeerOutcome noResources() {
        return new PeerOutcome.Refused(Reason.NO_RESOURCES, MapRules.SHORT_ERROR_SECONDS);
    }

    /**
     * The time of a lease is over: traffic alone keeps the session (RFC 6887 §12.3), which the
     * translator knows. While something is under way with it, the lease only loses its timer, which
     * the end of that starts again.
     */
    void expire(PeerLease lease) {
        state.peers.disarm(lease);
        if (!busy.containsKey(lease.peer)) {
            state.counters.increment(ControlCounter.PEERS_EXPIRED);
            forget(lease);
        }
    }

    /** A shard says that a session is over before its time. */
    void onSessionEnded(PeerTuple peer) {
        PeerTurn turn = busy.get(peer);
        if (turn != null) {
            turn.sessionEnded = true;
        } else {
            state.peers.find(peer).ifPresent(this::forget);
        }
    }

    /**
     * Ends a lease whoever owns it. Returns false when that has to be tried again: something else
     * is under way with it, or the shard has no place.
     */
    boolean evict(PeerLease lease, Runnable whenEnded) {
        if (busy.containsKey(lease.peer)) {
            return false;
        }
        PeerTurn turn = new PeerTurn(lease.peer);
        boolean underWay = new PeerEnding(state, turn, lease, whenEnded).begin();
        if (underWay) {
            busy.put(lease.peer, turn);
        }
        return underWay;
    }

    /** Takes a lease out of the books; a restart would find out by itself. */
    void forget(PeerLease lease) {
        PeerTuple peer = lease.peer;
        state.recorder.note(
                new JournalRecord.PeerEnded(peer.internal(), peer.remoteIp(), peer.remotePort()));
        remove(lease);
    }

    /** The same when the journal knows already. */
    void remove(PeerLease lease) {
        state.peers.remove(lease);
        lease.subscriber.explicit--;
        state.pairings.forgetIfUnused(lease.subscriber);
    }

    /** Whether something is under way with a session of an internal tuple. */
    boolean isBusy(InternalTuple internal) {
        return !PeerTuple.of(internal, busy).isEmpty();
    }

    /** The tuples of an internal address that something is under way with. */
    List<InternalTuple> busyOf(int internalIp) {
        return PeerTuple.ofHost(internalIp, busy).keySet().stream()
                .map(PeerTuple::internal)
                .toList();
    }

    int busyCount() {
        return busy.size();
    }

    /** The operation of a turn is over; the next ones begin, until one takes its time. */
    void end(PeerTurn turn) {
        Deque<Wish<PeerCommand, PeerOutcome>> waiting = turn.waiting();
        while (!waiting.isEmpty()) {
            forgetIfEnded(turn);
            Wish<PeerCommand, PeerOutcome> wish = waiting.poll();
            turn.take(wish);
            if (begin(turn, wish.command())) {
                return;
            }
        }
        busy.remove(turn.peer);
        forgetIfEnded(turn);
        // Only one whose deadline passed meanwhile has lost its timer.
        state.peers.find(turn.peer).ifPresent(state.peers::arm);
    }

    private void forgetIfEnded(PeerTurn turn) {
        if (turn.sessionEnded) {
            turn.sessionEnded = false;
            state.peers.find(turn.peer).ifPresent(this::forget);
        }
    }

    /** Returns whether the operation is still under way; else it was answered. */
    private boolean begin(PeerTurn turn, PeerCommand command) {
        InternalTuple internal = command.peer().internal();
        long key = state.subscribers.keyOf(internal.realm(), internal.internalIp());
        if (key == Subscribers.UNKNOWN) {
            turn.answer(
                    new PeerOutcome.Refused(Reason.NOT_AUTHORIZED, MapRules.LONG_ERROR_SECONDS));
            return false;
        }
        Optional<PeerLease> lease = state.peers.find(command.peer());
        return switch (PeerRules.decide(command, lease, standing(key, lease), state.nowNs)) {
            case Decision.Answer(PeerOutcome outcome) -> {
                turn.answer(outcome);
                yield false;
            }
            case Decision.Ask _ -> ask(turn, command, key, lease);
            case Decision.Keep _ -> keep(turn, command, key, lease);
        };
    }

    private Standing standing(long key, Optional<PeerLease> lease) {
        return new Standing(
                key,
                state.subscribers.find(key).map(s -> s.explicit).orElse(0),
                state.subscribers.quotaOf(key),
                state.isDrained.test(key),
                lease.filter(this::isGivingWay).isPresent());
    }

    /** Whether the address of a session leaves the pool, or staff want its port for another. */
    private boolean isGivingWay(PeerLease lease) {
        return state.pool.isLeaving(lease.addressIndex)
                || state.statics.isForAnother(
                        lease.peer.internal(), lease.addressIndex, lease.externalPort);
    }

    private boolean ask(PeerTurn turn, PeerCommand command, long key, Optional<PeerLease> lease) {
        Optional<Subscriber> paired = state.subscribers.find(key).filter(Subscriber::isPaired);
        if (paired.isEmpty()) {
            turn.answer(new PeerOutcome.NotThere());
            return false;
        }
        return new PeerGrant(state, turn, paired.get(), command, lease).ask();
    }

    private boolean keep(PeerTurn turn, PeerCommand command, long key, Optional<PeerLease> lease) {
        Optional<Subscriber> subscriber = state.subscribers.findOrAdd(key);
        if (subscriber.isEmpty()) {
            state.counters.increment(ControlCounter.SUBSCRIBERS_FULL);
            turn.answer(noResources());
            return false;
        }
        return new PeerGrant(state, turn, subscriber.get(), command, lease).keep();
    }
}
