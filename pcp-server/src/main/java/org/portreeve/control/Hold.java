package org.portreeve.control;

import org.portreeve.nat.InternalTuple;

/**
 * An external port that rests for its former owner (RFC 6887 §15). As there may be a million it is
 * one object, which makes its tuple and its nonce when asked for them. Owned by {@link HoldBook};
 * event loop only.
 */
final class Hold extends Booked {
    final Subscriber subscriber;
    final int addressIndex;
    final int externalPort;
    private final int internalIp;
    private final byte protocol;
    private final char internalPort;
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
        assert internal.realm() == InternalTuple.DEFAULT_REALM : "a realm that nobody keeps";
        this.internalIp = internal.internalIp();
        this.protocol = (byte) internal.protocol();
        this.internalPort = (char) internal.internalPort();
        this.subscriber = subscriber;
        this.addressIndex = addressIndex;
        this.externalPort = externalPort;
        this.nonceHigh = nonce.high();
        this.nonceLow = nonce.low();
        this.ofSet = ofSet;
        this.deadlineNs = deadlineNs;
    }

    InternalTuple internal() {
        return InternalTuple.of(protocol(), internalIp, internalPort);
    }

    /** The place of its tuple among all. */
    long order() {
        return LeaseBook.order(internalIp, protocol(), internalPort);
    }

    int protocol() {
        return Byte.toUnsignedInt(protocol);
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
