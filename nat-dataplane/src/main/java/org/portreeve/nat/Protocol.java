package org.portreeve.nat;

/** IP protocol numbers that are translated for shared subscribers (RFC 6888 REQ-1). Any thread. */
public final class Protocol {
    public static final int ICMP = 1;
    public static final int TCP = 6;
    public static final int UDP = 17;

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
            default -> "protocol " + protocol;
        };
    }
}
