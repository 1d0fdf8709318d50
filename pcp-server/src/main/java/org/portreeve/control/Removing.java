package org.portreeve.control;

import java.util.Optional;
import org.portreeve.control.ShardRequests.Request;
import org.portreeve.control.StaticMapping.State;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.nat.shard.ShardOutcome;

/** Takes a reservation that is in force out of the translator. Event loop only. */
final class Removing {
    private final ControlState state;
    private final StaticMapping mapping;
    private Optional<Request> request = Optional.empty();
    private Optional<Turn> turn = Optional.empty();

    Removing(ControlState state, StaticMapping mapping) {
        this.state = state;
        this.mapping = mapping;
    }

    /** Begins, or has it tried again soon. */
    void begin() {
        // Requests of the tuple wait meanwhile.
        turn = state.turns.take(mapping.internal());
        if (turn.isPresent()) {
            Reservation reservation = mapping.reservation();
            int addressIndex = state.addressIndex(reservation.externalIp());
            request = state.requests.open(state.nat.shardOf(addressIndex), this::onOutcome);
        }
        if (request.isPresent()) {
            mapping.state(State.REMOVING);
            request.get().send(mapping::removal);
        } else {
            turn.ifPresent(state.turns::end);
            state.statics.crowded(mapping);
        }
    }

    private void onOutcome(ShardOutcome outcome) {
        assert outcome instanceof ShardOutcome.Ended : "not an outcome of a removal: " + outcome;
        request.ifPresent(Request::close);
        state.statics.removed(mapping);
        turn.ifPresent(state.turns::end);
    }
}
