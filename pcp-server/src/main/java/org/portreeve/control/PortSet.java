package org.portreeve.control;

/**
 * How many internal ports from its own on a request is about (RFC 7753). Immutable.
 *
 * @param size 1 for a request without the option; at most {@link #MOST_PORTS}
 * @param keepsParity whether the first external port is to be even where the internal one is
 */
public record PortSet(int size, boolean keepsParity) {
    /** All ports there are. */
    public static final int MOST_PORTS = 0xffff;

    /** One port. */
    public static final PortSet ONE = new PortSet(1, false);

    /** Refuses a number out of range. */
    public PortSet {
        if (size < 1 || size > MOST_PORTS) {
            throw new IllegalArgumentException("a set of " + size + " ports");
        }
    }

    /** Whether it is about one port, set or not. */
    public boolean isOne() {
        return size == 1;
    }

    /** The same with so many ports at most. */
    PortSet atMost(int ports) {
        return ports < size ? new PortSet(ports, keepsParity) : this;
    }
}
