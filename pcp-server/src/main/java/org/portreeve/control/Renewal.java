package org.portreeve.control;

import java.util.Optional;
import java.util.function.LongFunction;
import org.portreeve.control.MapOutcome.Reason;
import org.portreeve.control.ShardRequests.Request;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome;

/**
 * Gives a lease a new deadline and, when a command changed what its owner says of it, that. The
 * translator hears only of other filters: it sets them aside first, and puts them in force once
 * they are durable, so that nobody is told of filters that do not hold. For a shorter lifetime it
 * is asked how long outbound traffic keeps the mapping (RFC 6887 §15). Event loop only.
 */
final class Renewal {
    private final ControlState state;
    private final Turn turn;
    private Lease lease;
    private final Lease.Owner owner;

    /** Others may prolong what they do not own. */
    private final boolean isByOwner;

    private long deadlineNs;
    private Optional<Request> request = Optional.empty();

    Renewal(
            ControlState state,
            Turn turn,
            Lease lease,
            Lease.Owner owner,
            boolean isByOwner,
            long deadlineNs) {
        this.state = state;
        this.turn = turn;
        this.lease = lease;
        this.owner = owner;
        this.isByOwner = isByOwner;
        this.deadlineNs = deadlineNs;
    }

    /** Returns whether it is under way; else it was refused. */
    boolean renew() {
        boolean isSame = owner.filters().equals(lease.owner().filters());
        boolean underWay = isSame ? append() : stage();
        if (!underWay) {
            refuse();
        }
        return underWay;
    }

    /** The same for an earlier deadline. */
    boolean shorten() {
        boolean underWay =
                ask(this::onIdle, id -> new ShardCommand.QueryIdle(id, lease.internal()));
        if (!underWay) {
            refuse();
        }
        return underWay;
    }

    private void onIdle(ShardOutcome outcome) {
        closeRequest();
        if (outcome instanceof ShardOutcome.StillUsed used) {
            // Traffic keeps what was granted from being shortened; it does not lengthen it.
            long keptNs = Math.min(lease.deadlineNs(), state.nowNs + used.remainingNs());
            deadlineNs = Math.max(deadlineNs, keptNs);
        }
        if (!renew()) {
            state.turns.end(turn);
        }
    }

    private boolean stage() {
        return ask(
                this::onFilters,
                id -> new ShardCommand.StageFilters(id, lease.internal(), owner.filters()));
    }

    private boolean ask(ShardRequests.Waiter waiter, LongFunction<ShardCommand> commandOfId) {
        int shard = state.nat.shardOf(lease.addressIndex());
        request = state.requests.open(shard, waiter);
        request.ifPresent(r -> r.send(commandOfId));
        return request.isPresent();
    }

    private void onFilters(ShardOutcome outcome) {
        switch (outcome) {
            case ShardOutcome.Reserved _ -> {
                if (!append()) {
                    giveUp();
                }
            }
            case ShardOutcome.Activated _ -> {
                closeRequest();
                answer();
            }
            case ShardOutcome.Refused _, ShardOutcome.Ended _ -> {
                closeRequest();
                fail();
            }
            default -> throw new AssertionError("not an outcome of a renewal: " + outcome);
        }
    }

    private boolean append() {
        boolean taken =
                state.recorder.append(state.granted(lease, owner, deadlineNs), this::recorded);
        state.leases.recording(lease, taken);
        return taken;
    }

    private void recorded(boolean durable) {
        state.leases.recording(lease, false);
        if (durable) {
            // At once, so that a checkpoint writes what the journal has.
            lease = state.leases.change(lease, owner, deadlineNs);
        }
        if (request.isPresent()) {
            conclude(durable);
        } else if (durable) {
            answer();
        } else {
            fail();
        }
    }

    /** The translator waits to hear what becomes of the filters that it set aside. */
    private void conclude(boolean durable) {
        if (durable) {
            request.orElseThrow()
                    .send(id -> new ShardCommand.ActivateMapping(id, lease.internal()));
        } else {
            giveUp();
        }
    }

    private void giveUp() {
        request.orElseThrow().send(id -> new ShardCommand.ReleaseReservation(id, lease.internal()));
    }

    private void closeRequest() {
        request.ifPresent(Request::close);
        request = Optional.empty();
    }

    private void answer() {
        if (isByOwner) {
            state.news.answered(lease);
        }
        state.listeners.changed(lease);
        turn.answer(state.granted(lease));
        state.turns.end(turn);
    }

    private void fail() {
        refuse();
        state.turns.end(turn);
    }

    private void refuse() {
        turn.answer(new MapOutcome.Refused(Reason.NO_RESOURCES, MapRules.SHORT_ERROR_SECONDS));
    }
}
