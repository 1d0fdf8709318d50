package org.portreeve.nat.shard;

import org.portreeve.nat.InternalTuple;

/**
 * What a shard tells port control, without loss and in order: answers to commands, and events that
 * must be recorded. Immutable.
 */
public sealed interface ShardOutcome {
    /**
     * A port is taken, or was there already: {@code existing} says that the tuple kept its port.
     */
    record Reserved(long requestId, int addressIndex, int externalPort, boolean existing)
            implements ShardOutcome {}

    /** Ports that follow each other are taken for a set, from the first external port on. */
    record SetReserved(long requestId, int addressIndex, int externalPort, int size)
            implements ShardOutcome {}

    /** Nothing was changed, for this reason. */
    record Refused(long requestId, Refusal reason) implements ShardOutcome {}

    /** The mapping forwards packets; the block gives ports. */
    record Activated(long requestId) implements ShardOutcome {}

    /**
     * The explicit (or static, as was asked) mapping is over, or none was there.
     *
     * @param found whether such a mapping was there
     * @param outboundRemains whether an implicit mapping lives on at the same tuple; a static one
     *     is none
     */
    record Ended(long requestId, boolean found, boolean outboundRemains) implements ShardOutcome {}

    /** Outbound traffic keeps the mapping for another {@code remainingNs} (at least 1). */
    record StillUsed(long requestId, long remainingNs) implements ShardOutcome {}

    /** A session is there, at this external tuple, and lives for {@code remainingNs} at least. */
    record SessionKept(long requestId, int addressIndex, int externalPort, long remainingNs)
            implements ShardOutcome {}

    /** A session ended before its time that a PEER kept. Not told when there is no place. */
    record SessionEnded(InternalTuple internal, int remoteIp, int remotePort)
            implements ShardOutcome {}

    /** The subscriber has nothing left in the shard and its row is free. */
    record SubscriberForgotten(long requestId, int subscriber) implements ShardOutcome {}

    /** The subscriber has state again; the pairing stays. */
    record SubscriberBusy(long requestId, int subscriber) implements ShardOutcome {}

    /** A packet of an internal address without a pairing waits; answer {@code PairingDecided}. */
    record PairingWanted(int realm, int internalIp) implements ShardOutcome {}

    /** A block is pending; answer {@code ActivateBlock} or {@code RefuseBlock}. */
    record BlockLeased(int subscriber, int addressIndex, int firstPort) implements ShardOutcome {}

    /** A block went back to the pool and rests. */
    record BlockReleased(int subscriber, int addressIndex, int firstPort) implements ShardOutcome {}

    /** Nothing of this subscriber is left, resting ports included; answer by forgetting it. */
    record SubscriberIdle(int subscriber) implements ShardOutcome {}

    /**
     * Who has an external port.
     *
     * @param holding what is there now
     * @param holder the subscriber's index, -1 for nobody
     * @param blockOwner the subscriber whose block the port lies in, -1 for none
     */
    record PortUse(long requestId, Holding holding, int holder, int blockOwner)
            implements ShardOutcome {}

    /**
     * What a subscriber has in the shard, as it counts against its quota.
     *
     * @param ports external ports, resting ones included, those of static mappings not
     * @param sessions sessions
     */
    record SubscriberUse(long requestId, int ports, int sessions) implements ShardOutcome {}

    /**
     * What is left of an external address.
     *
     * @param ports held, resting ones included
     * @param blocks leased
     */
    record AddressUse(long requestId, int ports, int blocks) implements ShardOutcome {}

    /** What holds an external port. */
    enum Holding {
        /** Nothing. */
        FREE,
        /** An implicit mapping, or what its sessions left of an explicit one. */
        IMPLICIT,
        /** An explicit mapping, perhaps not active yet. */
        EXPLICIT,
        /** A reservation. */
        STATIC,
        /** Nothing any more, but it rests. */
        RESTING
    }

    /** Why a command changed nothing. */
    enum Refusal {
        /** {@code exact} was asked and that port cannot be had. */
        CANNOT_PROVIDE,
        /** The subscriber's port quota is used up. */
        QUOTA,
        /** The paired address has no port left for explicit mappings. */
        NO_PORTS,
        /** A table of the shard is full. */
        TABLE_FULL,
        /** Another has the port that was meant, or it rests for another. */
        PORT_USED,
        /** The port of a static mapping lies in a block of another subscriber. */
        BLOCK_HELD,
        /** The internal tuple has a static mapping or, where one is to be, an explicit one. */
        INTERNAL_USED,
        /** The remote peer is none that a host's packets may be translated to. */
        INVALID_PEER
    }
}
