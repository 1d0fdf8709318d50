package org.portreeve.nat.model;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.model.ReferenceNat.Pairing;
import org.portreeve.nat.model.ReferencePorts.External;
import org.portreeve.nat.model.TestPacket.Endpoint;
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
    ReferenceBucket inboundBucket = new ReferenceBucket(false);
    State state = State.ACTIVE;
    boolean isExplicit;
    boolean isPending;
    boolean isStatic;
    boolean wasExplicit;

    /** A lease that could not be put back at a restart; it ends then. */
    boolean isLost;

    long restsUntilNs = Long.MIN_VALUE;

    /** The peers that it serves; empty for all. */
    Optional<Endpoint> peers = Optional.empty();

    ReferenceMapping(Pairing pairing, InternalTuple internal, External external) {
        this.pairing = pairing;
        this.internal = internal;
        this.external = external;
    }

    /** Whether an explicit mapping at this address may take it over, or it is explicit. */
    boolean isHere(int addressIndex, PortRange ports) {
        boolean mayBeTaken =
                external.addressIndex() == addressIndex && ports.contains(external.port());
        return mayBeTaken || isExplicit || isPending;
    }

    boolean hasOwn() {
        return sessions.stream().anyMatch(session -> !session.isInbound);
    }

    boolean isWanted() {
        return sessions.stream().anyMatch(ReferenceSession::isWanted);
    }

    /** Whether it is not this subscriber's, and nothing but traffic or rest keeps it. */
    boolean isLeft(int subscriber) {
        return pairing.subscriber() != subscriber && !isKept();
    }

    /** Whether somebody asked for it. */
    boolean isKept() {
        return isExplicit || isPending || isStatic;
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
