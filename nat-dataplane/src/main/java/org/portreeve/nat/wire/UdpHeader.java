package org.portreeve.nat.wire;

import org.portreeve.nat.memory.Memory;

/** The fields of a UDP header (RFC 768) that begins at {@code address}. */
public final class UdpHeader {
    public static final int BYTES = 8;
    public static final int SOURCE_PORT = 0;
    public static final int DESTINATION_PORT = 2;
    public static final int LENGTH = 4;
    public static final int CHECKSUM = 6;

    private UdpHeader() {}

    /** Header and data, in octets. */
    public static int length(long address) {
        return Memory.u16(address + LENGTH);
    }
}
