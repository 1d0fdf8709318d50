package org.portreeve.control;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.portreeve.control.ShardRequests.Request;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome;

/**
 * The end of all that an internal address has whose subscriber gave it up: its leases, those too
 * whose grant is under way, then what its traffic keeps. Reservations stay. Event loop only.
 */
final class Release {
    private final ControlState state;
    private final int internalIp;
    private final Consumer<Integer> reply;
    private int underWay;
    private int ended;

    /** The reply hears how many leases ended, when all is over. */
    Release(ControlState state, int internalIp, Consumer<Integer> reply) {
        this.state = state;
        this.internalIp = internalIp;
        this.reply = reply;
    }

    /** Returns false when too much of this kind is under way; there is no reply then. */
    boolean begin(Evictions evictions) {
        Set<InternalTuple> tuples = new LinkedHashSet<>(state.turns.busyOf(internalIp));
        state.leases.ofHost(internalIp).forEach(lease -> tuples.add(lease.internal()));
        tuples.addAll(state.peerTurns.busyOf(internalIp));
        state.peers.ofHost(internalIp).forEach(lease -> tuples.add(lease.peer.internal()));
        return evictions.take(tuples, this::cut);
    }

    /** Leases first: what sessions keep of them is cut with the rest. */
    private void cut(int leasesEnded) {
        ended = leasesEnded;
        // Not over before the last of the shards below is asked.
        underWay = 1;
        long key = state.subscribers.keyOf(InternalTuple.DEFAULT_REALM, internalIp);
        state.subscribers.find(key).ifPresent(this::cut);
        through();
    }

    private void cut(Subscriber subscriber) {
        if (subscriber.isPaired()) {
            new Cut(subscriber).begin(subscriber.addressIndex);
        }
        if (subscriber.formerIndex != Subscriber.NO_FORMER) {
            new Cut(subscriber).begin(subscriber.formerIndex);
        }
    }

    private void through() {
        underWay--;
        if (underWay == 0) {
            reply.accept(ended);
        }
    }

    /** Sessions that one shard ends. */
    private final class Cut {
        private final Subscriber subscriber;
        private Optional<Request> request = Optional.empty();

        Cut(Subscriber subscriber) {
            this.subscriber = subscriber;
        }

        /** A shard without a place leaves them to their timers, which is counted. */
        void begin(int addressIndex) {
            request = state.requests.open(state.nat.shardOf(addressIndex), this::onOutcome);
            if (request.isPresent()) {
                underWay++;
                subscriber.operations++;
                int index = subscriber.index;
                request.get().send(id -> new ShardCommand.CutHost(id, index, internalIp));
            }
        }

        private void onOutcome(ShardOutcome outcome) {
            assert outcome instanceof ShardOutcome.SubscriberUse : "not an outcome: " + outcome;
            request.ifPresent(Request::close);
            subscriber.operations--;
            state.pairings.forgetIfUnused(subscriber);
            through();
        }
    }
}
