package org.portreeve.control;

import java.util.Optional;

/** Ends leases, and rests of ports, whose time has come. Event loop only. */
final class Expiry {
    private final ControlState state;

    Expiry(ControlState state) {
        this.state = state;
    }

    /** Ends some of those that are due. Returns how many. */
    int advance() {
        return expireLeases() + endHolds();
    }

    private int expireLeases() {
        int done = 0;
        for (int shard = 0; shard < state.nat.shardCount(); shard++) {
            for (int left = PortControl.EXPIRIES; left > 0; left--) {
                Optional<Lease> due = state.leases.due(shard, state.nowNs);
                if (due.isEmpty() || !state.turns.expire(due.get())) {
                    break;
                }
                done++;
            }
        }
        return done;
    }

    private int endHolds() {
        int done = 0;
        Optional<Hold> due = state.holds.due(state.nowNs);
        while (due.isPresent() && done < PortControl.EXPIRIES) {
            state.endHold(due.get());
            done++;
            due = state.holds.due(state.nowNs);
        }
        return done;
    }
}
