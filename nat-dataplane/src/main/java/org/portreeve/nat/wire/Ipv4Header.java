package org.portreeve.nat.wire;

import org.portreeve.nat.memory.Memory;

/**
 * The fields of an IPv4 header (RFC 791 §3.1) that begins at {@code address}.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |Version|  IHL  |Type of Service|          Total Length         |
 * |         Identification        |Flags|      Fragment Offset    |
 * |  Time to Live |    Protocol   |         Header Checksum       |
 * |                       Source Address                          |
 * |                    Destination Address                        |
 * </pre>
 */
public final class Ipv4Header {
    /** Octets of a header without options. */
    public static final int MIN_BYTES = 20;

    public static final int VERSION_AND_IHL = 0;
    public static final int TYPE_OF_SERVICE = 1;
    public static final int TOTAL_LENGTH = 2;
    public static final int IDENTIFICATION = 4;
    public static final int FLAGS_AND_FRAGMENT = 6;
    public static final int TIME_TO_LIVE = 8;
    public static final int PROTOCOL = 9;
    public static final int CHECKSUM = 10;
    public static final int SOURCE = 12;
    public static final int DESTINATION = 16;

    /** In {@link #FLAGS_AND_FRAGMENT}. */
    public static final int DONT_FRAGMENT = 0x4000;

    /** In {@link #FLAGS_AND_FRAGMENT}. */
    public static final int MORE_FRAGMENTS = 0x2000;

    private static final int FRAGMENT_OFFSET = 0x1fff;
    private static final int OPTION_END = 0;
    private static final int OPTION_NOP = 1;
    private static final int OPTION_LOOSE_ROUTE = 131;
    private static final int OPTION_STRICT_ROUTE = 137;

    private Ipv4Header() {}

    public static int version(long address) {
        return Memory.u8(address + VERSION_AND_IHL) >> 4;
    }

    /** The header length with options: IHL in octets, 0 to 60. */
    public static int headerBytes(long address) {
        return (Memory.u8(address + VERSION_AND_IHL) & 0x0f) * 4;
    }

    public static int totalLength(long address) {
        return Memory.u16(address + TOTAL_LENGTH);
    }

    /** Whether this is one of several fragments, the first included. */
    public static boolean isFragment(long address) {
        int field = Memory.u16(address + FLAGS_AND_FRAGMENT);
        return (field & (MORE_FRAGMENTS | FRAGMENT_OFFSET)) != 0;
    }

    /** Whether this is a fragment in which its transport header does not begin. */
    public static boolean isLaterFragment(long address) {
        return (Memory.u16(address + FLAGS_AND_FRAGMENT) & FRAGMENT_OFFSET) != 0;
    }

    /** Whether an option prescribes the packet's way (RFC 791 §3.1). */
    public static boolean hasSourceRoute(long address) {
        int end = headerBytes(address);
        int at = MIN_BYTES;
        while (at < end) {
            int option = Memory.u8(address + at);
            if (option == OPTION_LOOSE_ROUTE || option == OPTION_STRICT_ROUTE) {
                return true;
            }
            if (option == OPTION_END) {
                return false;
            }
            int length = option == OPTION_NOP || at + 1 == end ? 1 : Memory.u8(address + at + 1);
            at += Math.max(1, length);
        }
        return false;
    }

    public static int timeToLive(long address) {
        return Memory.u8(address + TIME_TO_LIVE);
    }

    public static int protocol(long address) {
        return Memory.u8(address + PROTOCOL);
    }

    public static int checksum(long address) {
        return Memory.u16(address + CHECKSUM);
    }

    public static int source(long address) {
        return Memory.u32(address + SOURCE);
    }

    public static void source(long address, int ip) {
        Memory.u32(address + SOURCE, ip);
    }

    public static int destination(long address) {
        return Memory.u32(address + DESTINATION);
    }

    public static void destination(long address, int ip) {
        Memory.u32(address + DESTINATION, ip);
    }
}
