package org.portreeve.control;

import java.util.Optional;
import org.portreeve.control.ShardRequests.Request;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome;

/**
 * Ends what a PEER keeps because staff or a new policy want it: traffic alone keeps the session
 * from then on. Event loop only.
 */
final class PeerEnding {
    private final ControlState state;
    private final PeerTurn turn;
    private final PeerLease lease;
    private final Runnable whenEnded;
    private Optional<Request> request = Optional.empty();

    PeerEnding(ControlState state, PeerTurn turn, PeerLease lease, Runnable whenEnded) {
        this.state = state;
        this.turn = turn;
        this.lease = lease;
        this.whenEnded = whenEnded;
    }

    /** Returns whether it is under way. */
    boolean begin() {
        PeerTuple peer = lease.peer;
        request = state.requests.open(state.nat.shardOf(lease.addressIndex), this::onOutcome);
        request.ifPresent(r ->
                r.send(id ->
                        new ShardCommand.ReleaseSession(
                                id, peer.internal(), peer.remoteIp(), peer.remotePort())));
        return request.isPresent();
    }

    private void onOutcome(ShardOutcome outcome) {
        assert outcome instanceof ShardOutcome.Ended : "not an outcome of an ending: " + outcome;
        request.ifPresent(Request::close);
        PeerTuple peer = lease.peer;
        lease.recording(true);
        state.peers.disarm(lease);
        state.recorder.insist(
                durable -> {
                    if (durable) {
                        ended();
                    } else {
                        turn.stall();
                    }
                },
                new JournalRecord.PeerEnded(peer.internal(), peer.remoteIp(), peer.remotePort()));
    }

    private void ended() {
        lease.recording(false);
        state.counters.increment(ControlCounter.LEASES_EVICTED);
        state.peerTurns.remove(lease);
        turn.sessionEnded = false;
        state.peerTurns.end(turn);
        whenEnded.run();
    }
}
