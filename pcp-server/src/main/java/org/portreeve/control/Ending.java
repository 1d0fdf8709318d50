package org.portreeve.control;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.portreeve.control.MapOutcome.Reason;
import org.portreeve.control.ShardRequests.Request;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.control.view.MappingEvent;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome;

/**
 * Ends a lease, by its owner's wish or because its time has come; the port then rests (RFC 6887
 * §15). The translator goes first, for it alone knows whether outbound traffic still uses the
 * mapping; then the end must become durable, however long that takes. Event loop only.
 */
final class Ending {
    private final ControlState state;
    private final Turn turn;
    private final Lease lease;
    private Optional<Request> request = Optional.empty();
    private MappingEvent.Cause cause = MappingEvent.Cause.DELETED;
    private Aftermath aftermath = Aftermath.REST;
    private boolean isMoving;
    private Runnable whenEnded = () -> {};

    /** What becomes of the external port. */
    enum Aftermath {
        /** It rests for its former owner. */
        REST,
        /** The same tuple keeps it, by a reservation. */
        STAY,
        /** A reservation of another tuple takes it at once; what used it is cut. */
        CUT
    }

    Ending(ControlState state, Turn turn, Lease lease) {
        this.state = state;
        this.turn = turn;
        this.lease = lease;
    }

    /** Its owner wants it to end. Returns whether that is under way; else it was refused. */
    boolean delete(boolean onlyIfIdle) {
        boolean underWay = send(onlyIfIdle);
        if (!underWay) {
            refuse();
        }
        return underWay;
    }

    /** Its time has come. Returns whether that is under way. */
    boolean expire() {
        cause = MappingEvent.Cause.EXPIRED;
        return send(false);
    }

    /** Staff or a new policy wants it to end. Returns whether that is under way. */
    boolean evict(Aftermath aftermath, boolean isMoving, Runnable whenEnded) {
        // A reservation takes one port of a set; the others rest.
        this.aftermath = aftermath == Aftermath.STAY && lease.isSet() ? Aftermath.REST : aftermath;
        this.isMoving = isMoving;
        cause = MappingEvent.Cause.STAFF;
        this.whenEnded = whenEnded;
        return send(false);
    }

    private boolean send(boolean onlyIfIdle) {
        int shard = state.nat.shardOf(lease.addressIndex());
        request = state.requests.open(shard, this::onOutcome);
        request.ifPresent(r -> r.send(id -> command(id, onlyIfIdle)));
        return request.isPresent();
    }

    private ShardCommand command(long requestId, boolean onlyIfIdle) {
        return aftermath == Aftermath.CUT
                ? new ShardCommand.CutMapping(requestId, lease.internal())
                : new ShardCommand.EndMapping(requestId, lease.internal(), onlyIfIdle);
    }

    private void onOutcome(ShardOutcome outcome) {
        request.ifPresent(Request::close);
        switch (outcome) {
            case ShardOutcome.Ended _ -> record();
            case ShardOutcome.StillUsed used -> defer(state.nowNs + used.remainingNs());
            default -> throw new AssertionError("not an outcome of an ending: " + outcome);
        }
    }

    private void record() {
        long holdNs = state.nat.timers().explicitHoldNs(lease.protocol());
        long untilNs = state.nowNs + holdNs;
        List<Hold> holds =
                IntStream.range(0, lease.size()).mapToObj(i -> hold(i, untilNs)).toList();
        state.leases.recording(lease, true);
        state.leases.disarm(lease);
        JournalRecord ended =
                aftermath == Aftermath.REST
                        ? new JournalRecord.LeaseRested(state.held(holds.getFirst()), lease.size())
                        : new JournalRecord.LeaseEnded(lease.internal());
        state.recorder.insist(durable -> recorded(holds, durable), ended);
    }

    private Hold hold(int i, long untilNs) {
        return new Hold(
                lease.internal().next(i),
                lease.subscriber(),
                lease.addressIndex(),
                lease.externalPort() + i,
                lease.owner().nonce(),
                lease.isSet(),
                untilNs);
    }

    private void recorded(List<Hold> holds, boolean durable) {
        if (!durable) {
            turn.stall();
            return;
        }
        state.leases.remove(lease);
        lease.subscriber().explicit--;
        lease.subscriber().sets -= lease.isSet() ? 1 : 0;
        if (aftermath == Aftermath.REST) {
            holds.forEach(state.holds::add);
        }
        count();
        if (isMoving) {
            // Before requests that wait get their turn: one of them may be its deletion.
            state.rehousing.expect(lease);
        }
        state.statics.onLeaseEnded(lease);
        state.listeners.ended(lease, cause);
        turn.answer(new MapOutcome.Deleted(0, lease.span()));
        state.turns.end(turn);
        whenEnded.run();
    }

    private void count() {
        switch (cause) {
            case EXPIRED -> state.counters.increment(ControlCounter.LEASES_EXPIRED);
            case STAFF -> state.counters.increment(ControlCounter.LEASES_EVICTED);
            case DELETED -> {} // The answer to the owner is counted.
        }
    }

    /** Outbound traffic keeps the mapping; it ends with that, or with its lifetime if earlier. */
    private void defer(long idleNs) {
        long endNs = Math.min(lease.deadlineNs(), idleNs);
        JournalRecord shortened = state.granted(lease, lease.owner(), endNs);
        boolean taken = state.recorder.append(shortened, durable -> deferred(endNs, durable));
        state.leases.recording(lease, taken);
        if (!taken) {
            refuse();
            state.turns.end(turn);
        }
    }

    private void deferred(long endNs, boolean durable) {
        state.leases.recording(lease, false);
        if (durable) {
            Lease changed = state.leases.change(lease, lease.owner(), endNs);
            state.news.answered(changed);
            state.listeners.changed(changed);
            long seconds = changed.remainingSeconds(state.nowNs);
            turn.answer(new MapOutcome.Deleted(seconds, lease.span()));
        } else {
            refuse();
        }
        state.turns.end(turn);
    }

    private void refuse() {
        turn.answer(new MapOutcome.Refused(Reason.NO_RESOURCES, MapRules.SHORT_ERROR_SECONDS));
    }
}
