package org.portreeve.control;

import org.portreeve.nat.InternalTuple;

/**
 * What is booked for an internal tuple at an external address. As there are a million it is one
 * object, which makes its tuple when asked for it. Event loop only.
 */
abstract class BookedTuple extends Booked {
    final Subscriber subscriber;
    final int addressIndex;
    final int internalIp;
    final char internalPort;
    private final byte protocol;

    BookedTuple(InternalTuple internal, Subscriber subscriber, int addressIndex) {
        assert internal.realm() == InternalTuple.DEFAULT_REALM : "a realm that nobody keeps";
        this.internalIp = internal.internalIp();
        this.protocol = (byte) internal.protocol();
        this.internalPort = (char) internal.internalPort();
        this.subscriber = subscriber;
        this.addressIndex = addressIndex;
    }

    /** The internal tuple; of several the first. */
    InternalTuple internal() {
        return InternalTuple.of(protocol(), internalIp, internalPort);
    }

    /** The place of its tuple among all, as {@link LeaseBook#order} has it. */
    long order() {
        return LeaseBook.order(internalIp, protocol(), internalPort);
    }

    int protocol() {
        return Byte.toUnsignedInt(protocol);
    }
}
