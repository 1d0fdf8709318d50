package org.portreeve.control;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * The 96-bit proof of ownership of a mapping (RFC 6887 §11.1). Never logged whole: {@link
 * #toString} shows the first octets only. Immutable.
 */
public record Nonce(long high, int low) {
    /** Octets on the wire. */
    public static final int LENGTH = 12;

    /** The nonce of requests that carry none (NAT-PMP, UPnP). */
    public static final Nonce ZERO = new Nonce(0, 0);

    /** The nonce of twelve octets. */
    public static Nonce of(byte[] octets) {
        if (octets.length != LENGTH) {
            throw new IllegalArgumentException("a nonce has 12 octets, not " + octets.length);
        }
        ByteBuffer buffer = ByteBuffer.wrap(octets);
        return new Nonce(buffer.getLong(), buffer.getInt());
    }

    /** Its twelve octets. */
    public byte[] octets() {
        return ByteBuffer.allocate(LENGTH).putLong(high).putInt(low).array();
    }

    @Override
    public String toString() {
        return HexFormat.of().toHexDigits((short) (high >>> 48)) + "…";
    }
}
