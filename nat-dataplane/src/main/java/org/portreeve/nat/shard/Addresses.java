package org.portreeve.nat.shard;

import java.util.List;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.config.ErrorRules;

/** What an address is, as far as a translator cares. Immutable. */
final class Addresses {
    /** RFC 7723 §4: PCP servers of whichever network a host is in. */
    private static final int PCP_ANYCAST = 0xc000_0009;

    private final Prefix[] inside;
    private final Prefix[] infrastructure;

    Addresses(List<Prefix> inside, List<Prefix> infrastructure) {
        this.inside = inside.toArray(Prefix[]::new);
        this.infrastructure = infrastructure.toArray(Prefix[]::new);
    }

    /** Whether an address is a subscriber's. */
    boolean isInside(int ip) {
        return isIn(inside, ip);
    }

    /** Whether it is of a router of the operator, or the node itself; they are no subscribers. */
    boolean isInfrastructure(int ip) {
        return ip == ErrorRules.NODE_IP || isIn(infrastructure, ip);
    }

    /** Multicast, reserved, loopback, "this" network (RFC 1812 §5.3.7). */
    boolean isMartian(int ip) {
        int first = ip >>> 24;
        return first >= 224 || first == 127 || first == 0;
    }

    /** Whether a packet there is for a PCP server, and for none outside (RFC 7723 §5.1). */
    boolean isPcpAnycast(int ip) {
        return ip == PCP_ANYCAST;
    }

    private static boolean isIn(Prefix[] prefixes, int ip) {
        for (Prefix prefix : prefixes) {
            if (prefix.contains(ip)) {
                return true;
            }
        }
        return false;
    }
}
