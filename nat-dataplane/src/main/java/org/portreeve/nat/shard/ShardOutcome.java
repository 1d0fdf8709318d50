package org.portreeve.nat.shard;

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

    /** Nothing was changed, for this reason. */
    record Refused(long requestId, Refusal reason) implements ShardOutcome {}

    /** The mapping forwards packets; the block gives ports. */
    record Activated(long requestId) implements ShardOutcome {}

    /**
     * The explicit mapping is over, or none was there.
     *
     * @param found whether an explicit mapping was there
     * @param outboundRemains whether an implicit mapping lives on at the same tuple
     */
    record Ended(long requestId, boolean found, boolean outboundRemains) implements ShardOutcome {}

    /** Outbound traffic keeps the mapping for another {@code remainingNs} (at least 1). */
    record StillUsed(long requestId, long remainingNs) implements ShardOutcome {}

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

    /** Why a command changed nothing. */
    enum Refusal {
        /** {@code exact} was asked and that port cannot be had. */
        CANNOT_PROVIDE,
        /** The subscriber's port quota is used up. */
        QUOTA,
        /** The paired address has no port left for explicit mappings. */
        NO_PORTS,
        /** A table of the shard is full. */
        TABLE_FULL
    }
}
