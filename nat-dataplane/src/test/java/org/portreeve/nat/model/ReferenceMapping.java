package org.portreeve.nat.model;

import java.util.HashSet;
import java.util.Set;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.model.ReferenceNat.Pairing;
import org.portreeve.nat.model.ReferencePorts.External;
import org.portreeve.nat.shard.ShardOutcome.Holding;

/** An external port that is in use or rests, and what for. One thread. */
final class ReferenceMapping {
    /** What passes. */
    enum State {
        /** Taken for an explicit mapping that is not durable; no packet passes. */
        RESERVED,
        ACTIVE,
        /** Only sessions that outside hosts opened go on (PCP-MIX-010 b). */
        RESIDUAL,
        /** The tuple has a static mapping elsewhere by now; only the sessions here go on. */
        ORPHAN,
        RESTING
    }

    Pairing pairing;
    final InternalTuple internal;
    final External external;
    final Set<ReferenceSession> sessions = new HashSet<>();
    final ReferenceBucket inboundBucket = new ReferenceBucket();
    State state = State.ACTIVE;
    boolean isExplicit;
    boolean isPending;
    boolean isStatic;
    boolean wasExplicit;
    long restsUntilNs = Long.MIN_VALUE;

    ReferenceMapping(Pairing pairing, InternalTuple internal, External external) {
        this.pairing = pairing;
        this.internal = internal;
        this.external = external;
    }

    boolean hasOwn() {
        return sessions.stream().anyMatch(session -> !session.isInbound);
    }

    boolean isWanted() {
        return sessions.stream().anyMatch(ReferenceSession::isWanted);
    }

    /** Whether it is not this subscriber's, and nothing but traffic or rest keeps it. */
    boolean isLeft(int subscriber) {
        return pairing.subscriber() != subscriber && !isExplicit && !isPending && !isStatic;
    }

    Holding holding() {
        if (isStatic) {
            return Holding.STATIC;
        }
        if (isExplicit || isPending) {
            return Holding.EXPLICIT;
        }
        return state == State.RESTING ? Holding.RESTING : Holding.IMPLICIT;
    }
}
