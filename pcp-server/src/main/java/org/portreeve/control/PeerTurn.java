package org.portreeve.control;

/** The one operation under way on a session. Event loop only. */
final class PeerTurn extends Waiting<PeerCommand, PeerOutcome> {
    final PeerTuple peer;

    /** Whether the shard said, since the operation found it there, that the session is over. */
    boolean sessionEnded;

    PeerTurn(PeerTuple peer) {
        super(PeerTurns.noResources());
        this.peer = peer;
    }

    @Override
    void take(Wish<PeerCommand, PeerOutcome> wish) {
        super.take(wish);
        sessionEnded = false;
    }
}
