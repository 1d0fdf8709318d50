package org.portreeve.control;

import java.util.Optional;
import org.portreeve.control.MapOutcome.Reason;
import org.portreeve.control.ShardRequests.Request;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome;

/**
 * Gives a lease a new deadline and, when another protocol of the same host took it over, a new
 * owner. The translator does not hear of it; only a shorter lifetime asks it first how long
 * outbound traffic keeps the mapping (RFC 6887 §15). Event loop only.
 */
final class Renewal {
    private final ControlState state;
    private final Turn turn;
    private final Lease lease;
    private final Lease.Owner owner;
    private long deadlineNs;
    private Optional<Request> request = Optional.empty();

    Renewal(ControlState state, Turn turn, MapCommand command, Lease lease, long deadlineNs) {
        this.state = state;
        this.turn = turn;
        this.lease = lease;
        this.owner = lease.owner().after(command);
        this.deadlineNs = deadlineNs;
    }

    /** Returns whether it is under way; else it was refused. */
    boolean renew() {
        boolean taken =
                state.recorder.append(state.granted(lease, owner, deadlineNs), this::recorded);
        lease.recording(taken);
        if (!taken) {
            refuse();
        }
        return taken;
    }

    /** The same for an earlier deadline. */
    boolean shorten() {
        int shard = state.nat.shardOf(lease.addressIndex);
        request = state.requests.open(shard, this::onOutcome);
        request.ifPresent(r -> r.send(id -> new ShardCommand.QueryIdle(id, lease.internal)));
        if (request.isEmpty()) {
            refuse();
        }
        return request.isPresent();
    }

    private void onOutcome(ShardOutcome outcome) {
        request.ifPresent(Request::close);
        if (outcome instanceof ShardOutcome.StillUsed used) {
            // Traffic keeps what was granted from being shortened; it does not lengthen it.
            long keptNs = Math.min(lease.deadlineNs(), state.nowNs + used.remainingNs());
            deadlineNs = Math.max(deadlineNs, keptNs);
        }
        if (!renew()) {
            state.turns.end(turn);
        }
    }

    private void recorded(boolean durable) {
        lease.recording(false);
        if (durable) {
            lease.change(owner, deadlineNs);
            state.leases.changed(lease);
            state.listeners.changed(lease);
            turn.answer(state.granted(lease));
        } else {
            refuse();
        }
        state.turns.end(turn);
    }

    private void refuse() {
        turn.answer(new MapOutcome.Refused(Reason.NO_RESOURCES, MapRules.SHORT_ERROR_SECONDS));
    }
}
