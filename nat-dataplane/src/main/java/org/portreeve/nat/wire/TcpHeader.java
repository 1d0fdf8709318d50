package org.portreeve.nat.wire;

import org.portreeve.nat.memory.Memory;

/** The fields of a TCP header (RFC 9293 §3.1) that begins at {@code address}. */
public final class TcpHeader {
    /** Octets of a header without options. */
    public static final int MIN_BYTES = 20;

    public static final int SOURCE_PORT = 0;
    public static final int DESTINATION_PORT = 2;
    public static final int SEQUENCE = 4;
    public static final int ACKNOWLEDGMENT = 8;
    public static final int DATA_OFFSET = 12;
    public static final int FLAGS = 13;
    public static final int WINDOW = 14;
    public static final int CHECKSUM = 16;
    public static final int URGENT = 18;

    public static final int FIN = 0x01;
    public static final int SYN = 0x02;
    public static final int RST = 0x04;
    public static final int PSH = 0x08;
    public static final int ACK = 0x10;
    public static final int URG = 0x20;

    private TcpHeader() {}

    /** The header length with options: the data offset in octets, 0 to 60. */
    public static int headerBytes(long address) {
        return (Memory.u8(address + DATA_OFFSET) >> 4) * 4;
    }

    /** The eight flags of octet 13. */
    public static int flags(long address) {
        return Memory.u8(address + FLAGS);
    }

    /** Whether the segment asks for a connection: a SYN that acknowledges nothing. */
    public static boolean isOpening(long address) {
        return (flags(address) & (SYN | ACK)) == SYN;
    }
}
