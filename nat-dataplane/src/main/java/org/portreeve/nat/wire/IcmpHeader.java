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
    public static final int UNREACHABLE = 3;
    public static final int SOURCE_QUENCH = 4;
    public static final int REDIRECT = 5;
    public static final int ECHO = 8;
    public static final int TIME_EXCEEDED = 11;
    public static final int PARAMETER_PROBLEM = 12;
    public static final int TIMESTAMP = 13;
    public static final int TIMESTAMP_REPLY = 14;

    /** Code of {@link #UNREACHABLE}. */
    public static final int HOST_UNREACHABLE = 1;

    /** Code of {@link #UNREACHABLE}: nobody listens there. */
    public static final int PORT_UNREACHABLE = 3;

    /** Code of {@link #UNREACHABLE}: too big, and must not be fragmented (RFC 1191 §4). */
    public static final int FRAGMENTATION_NEEDED = 4;

    /** The next-hop MTU of {@link #FRAGMENTATION_NEEDED}. */
    public static final int NEXT_HOP_MTU = 6;

    private IcmpHeader() {}

    public static int type(long address) {
        return Memory.u8(address + TYPE);
    }

    /** Whether it asks something, or answers, by an identifier. */
    public static boolean isQuery(int type) {
        return isRequest(type) || isAnswer(type);
    }

    /** Whether it asks something that the translator carries. */
    public static boolean isRequest(int type) {
        return type == ECHO || type == TIMESTAMP;
    }

    /** Whether it answers {@linkplain #isRequest such}. */
    public static boolean isAnswer(int type) {
        return type == ECHO_REPLY || type == TIMESTAMP_REPLY;
    }

    /** Whether it is an error that crosses a NAT (RFC 5508 REQ-10 a, b). */
    public static boolean isError(int type) {
        return type == UNREACHABLE || type == TIME_EXCEEDED || type == PARAMETER_PROBLEM;
    }

    /** Whether it quotes a packet but is for the next hop alone, or for nobody (RFC 6633). */
    public static boolean isOfOneLink(int type) {
        return type == SOURCE_QUENCH || type == REDIRECT;
    }

    /** Whether it says that a packet was too big for a link. */
    public static boolean isTooBig(long address) {
        return type(address) == UNREACHABLE && Memory.u8(address + CODE) == FRAGMENTATION_NEEDED;
    }

    public static int identifier(long address) {
        return Memory.u16(address + IDENTIFIER);
    }
}
