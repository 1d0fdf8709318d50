package org.portreeve.nat;

/**
 * IP protocol numbers: those that are translated at shared addresses (RFC 6888 REQ-1), and what has
 * to be known of others, which pass at dedicated addresses alone. Any thread.
 */
public final class Protocol {
    public static final int ICMP = 1;
    public static final int TCP = 6;
    public static final int UDP = 17;

    /** Has ports, and a checksum over the addresses (RFC 4340 §9.1). */
    public static final int DCCP = 33;

    /** Tunnels of PPTP and others. */
    public static final int GRE = 47;

    /** What IPsec carries. */
    public static final int ESP = 50;

    /** Has ports; its checksum knows no addresses (RFC 9260 §3.1). */
    public static final int SCTP = 132;

    /** Has ports, and a checksum over the addresses (RFC 3828 §3.1). */
    public static final int UDP_LITE = 136;

    /** How many protocols are translated. */
    public static final int COUNT = 3;

    private static final int[] NUMBERS = {TCP, UDP, ICMP};

    private Protocol() {}

    /** The dense index of a translated protocol, 0 to {@link #COUNT} - 1, for tables. */
    public static int index(int protocol) {
        return switch (protocol) {
            case TCP -> 0;
            case UDP -> 1;
            case ICMP -> 2;
            default -> throw new IllegalArgumentException(name(protocol) + " is not translated");
        };
    }

    /** Whether messages of a protocol name a port of each end where TCP does. */
    public static boolean hasPorts(int protocol) {
        return switch (protocol) {
            case TCP, UDP, DCCP, SCTP, UDP_LITE -> true;
            default -> false;
        };
    }

    /** The protocol number of a dense index. */
    public static int ofIndex(int index) {
        return NUMBERS[index];
    }

    /** The name operators know, or {@code protocol N}. */
    public static String name(int protocol) {
        return switch (protocol) {
            case ICMP -> "ICMP";
            case TCP -> "TCP";
            case UDP -> "UDP";
            case DCCP -> "DCCP";
            case GRE -> "GRE";
            case ESP -> "ESP";
            case SCTP -> "SCTP";
            case UDP_LITE -> "UDP-Lite";
            default -> "protocol " + protocol;
        };
    }
}
