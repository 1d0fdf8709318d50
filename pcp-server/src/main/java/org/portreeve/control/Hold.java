package org.portreeve.control;

import org.portreeve.nat.InternalTuple;

/**
 * An external port that rests for its former owner (RFC 6887 §15). Makes its nonce when asked for
 * it. Owned by {@link HoldBook}; event loop only.
 */
final class Hold extends BookedTuple {
    final int externalPort;
    private final int nonceLow;
    private final long nonceHigh;

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
        super(internal, subscriber, addressIndex);
        this.externalPort = externalPort;
        this.nonceHigh = nonce.high();
        this.nonceLow = nonce.low();
        this.ofSet = ofSet;
        this.deadlineNs = deadlineNs;
    }

    Nonce nonce() {
        return new Nonce(nonceHigh, nonceLow);
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
        return command.origin() != LeaseOrigin.PCP || command.nonce().equals(nonce());
    }
}
