package org.portreeve.control;

import org.portreeve.nat.InternalTuple;

/**
 * An external port that rests for its former owner (RFC 6887 §15), as {@link HoldBook} has it.
 * Immutable.
 *
 * @param slot its place in the book; {@link Slots#NONE} before it is there
 * @param addressIndex the external address, as a place in the pool
 * @param nonce the proof of who may have the port again
 * @param ofSet whether it was one of a set of ports, which were one mapping
 * @param deadlineNs when the rest ends, on the monotonic clock
 */
record Hold(
        int slot,
        InternalTuple internal,
        Subscriber subscriber,
        int addressIndex,
        int externalPort,
        Nonce nonce,
        boolean ofSet,
        long deadlineNs) {
    /** A rest that is not in the book yet. */
    Hold(
            InternalTuple internal,
            Subscriber subscriber,
            int addressIndex,
            int externalPort,
            Nonce nonce,
            boolean ofSet,
            long deadlineNs) {
        this(
                Slots.NONE,
                internal,
                subscriber,
                addressIndex,
                externalPort,
                nonce,
                ofSet,
                deadlineNs);
    }

    int protocol() {
        return internal.protocol();
    }

    /**
     * Whether a requester is the former owner. NAT-PMP and UPnP carry no nonce of the host, so for
     * them the internal tuple, by which this was found, says enough (PCP-LIFE-011).
     */
    boolean isReclaimedBy(MapCommand command) {
        return command.origin() != LeaseOrigin.PCP || command.nonce().equals(nonce);
    }
}
