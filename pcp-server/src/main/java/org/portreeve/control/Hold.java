package org.portreeve.control;

import org.portreeve.nat.InternalTuple;

/**
 * An external port that rests for its former owner (RFC 6887 §15). Owned by {@link HoldBook}; event
 * loop only.
 */
final class Hold implements Booked {
    final InternalTuple internal;
    final Subscriber subscriber;
    final int addressIndex;
    final int externalPort;
    final Nonce nonce;
    private final long deadlineNs;
    private final Place place = new Place();

    Hold(
            InternalTuple internal,
            Subscriber subscriber,
            int addressIndex,
            int externalPort,
            Nonce nonce,
            long deadlineNs) {
        this.internal = internal;
        this.subscriber = subscriber;
        this.addressIndex = addressIndex;
        this.externalPort = externalPort;
        this.nonce = nonce;
        this.deadlineNs = deadlineNs;
    }

    @Override
    public long deadlineNs() {
        return deadlineNs;
    }

    @Override
    public Place place() {
        return place;
    }

    /**
     * Whether a requester is the former owner. NAT-PMP and UPnP carry no nonce of the host, so for
     * them the internal tuple, by which this was found, says enough (PCP-LIFE-011).
     */
    boolean isReclaimedBy(MapCommand command) {
        return command.origin() != LeaseOrigin.PCP || command.nonce().equals(nonce);
    }
}
