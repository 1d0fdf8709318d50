package org.portreeve.nat.event;

import java.util.Locale;

/** What can be used up, and is watched against {@link Marks}. */
public enum Resource {
    NONE,
    TCP_PORTS,
    UDP_PORTS,
    ICMP_IDENTIFIERS,
    ADDRESS_BLOCKS,
    POOL_BLOCKS,
    SESSIONS,
    MAPPINGS;

    private static final Resource[] ALL = values();

    /** Its name in the event log, such as {@code tcp-ports}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @SuppressWarnings("EnumOrdinal") // The codes never leave the process.
    int code() {
        return ordinal();
    }

    static Resource ofCode(int code) {
        return ALL[code];
    }

    /** The ports of a protocol, by its index. */
    static Resource portsOf(int protocolIndex) {
        return ALL[TCP_PORTS.code() + protocolIndex];
    }
}
