package org.portreeve.control;

import org.portreeve.nat.InternalTuple;

/**
 * An external port that rests for its former owner (RFC 6887 §15). Owned by {@link HoldBook}; event
 * loop only.
 */
final class Hold extends Booked {
    final InternalTuple internal;
    final Subscriber subscriber;
    final int addressIndex;
    final int externalPort;
    final Nonce nonce;

    /** Whether it was one of a set of ports, which were one mapping. */
    final boolean ofSet;

    private final long deadlineNs;

    Hold(
            InternalTuple internal,
            Subscriber subscriber,
            int addressIndex,
            int externalPort,
            Nonce nonce,
            boolean ofSet,
            long deadlineNs) {
        this.internal = internal;
        this.subscriber = subscriber;
        this.addressIndex = addressIndex;
        this.externalPort = externalPort;
        this.nonce = nonce;
        this.ofSet = ofSet;
        this.deadlineNs = deadlineNs;
    }

    @Override
    long deadlineNs() {
        return deadlineNs;
    }

    /**
     * Whether a requester is the former owner. NAT-PMP and UPnP carry no nonce of the host, so for
     * them the internal tuple, by which this was found, says enough (PCP-LIFE-011).
     */
    boolean isReclaimedBy(MapCommand command) {
        return command.origin() != LeaseOrigin.PCP || command.nonce().equals(nonce);
    }
}
