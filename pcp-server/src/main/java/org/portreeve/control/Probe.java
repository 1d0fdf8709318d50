package org.portreeve.control;

import java.util.Optional;
import org.portreeve.control.MapOutcome.Reason;
import org.portreeve.control.ShardRequests.Request;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome;

/**
 * A deletion where there is no lease: nothing to do, unless an outbound mapping is there, which is
 * not the requester's to end (RFC 6887 §15.1). Event loop only.
 */
final class Probe {
    private final ControlState state;
    private final Turn turn;
    private Optional<Request> request = Optional.empty();

    Probe(ControlState state, Turn turn) {
        this.state = state;
        this.turn = turn;
    }

    /** Returns whether it is under way; else it was answered. */
    boolean begin() {
        InternalTuple internal = turn.internal;
        long key = state.subscribers.keyOf(internal.realm(), internal.internalIp());
        Subscriber subscriber = state.subscribers.find(key).orElseThrow();
        int shard = state.nat.shardOf(subscriber.addressIndex);
        request = state.requests.open(shard, this::onOutcome);
        request.ifPresent(r -> r.send(id -> new ShardCommand.EndMapping(id, internal, true)));
        if (request.isEmpty()) {
            turn.answer(refusal(Reason.NO_RESOURCES, MapRules.SHORT_ERROR_SECONDS));
        }
        return request.isPresent();
    }

    private void onOutcome(ShardOutcome outcome) {
        request.ifPresent(Request::close);
        boolean outbound = outcome instanceof ShardOutcome.Ended ended && ended.outboundRemains();
        turn.answer(
                outbound
                        ? refusal(Reason.NOT_AUTHORIZED, MapRules.LONG_ERROR_SECONDS)
                        : new MapOutcome.Deleted(0));
        state.turns.end(turn);
    }

    private static MapOutcome refusal(Reason reason, long lifetimeSeconds) {
        return new MapOutcome.Refused(reason, lifetimeSeconds);
    }
}
