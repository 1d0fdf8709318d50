package org.portreeve.nat.wire;

import org.portreeve.nat.memory.Memory;

/** The fields of an ICMP header (RFC 792) that begins at {@code address}. */
public final class IcmpHeader {
    public static final int BYTES = 8;
    public static final int TYPE = 0;
    public static final int CODE = 1;
    public static final int CHECKSUM = 2;

    /** Of query messages only. */
    public static final int IDENTIFIER = 4;

    public static final int SEQUENCE = 6;

    public static final int ECHO_REPLY = 0;
    public static final int ECHO = 8;

    private IcmpHeader() {}

    public static int type(long address) {
        return Memory.u8(address + TYPE);
    }

    public static int identifier(long address) {
        return Memory.u16(address + IDENTIFIER);
    }
}
