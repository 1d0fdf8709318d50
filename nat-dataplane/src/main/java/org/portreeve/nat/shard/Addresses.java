package org.portreeve.nat.shard;

import java.util.List;
import org.portreeve.nat.Prefix;

/** What an address is, as far as a translator cares. Immutable. */
final class Addresses {
    private final Prefix[] inside;

    Addresses(List<Prefix> inside) {
        this.inside = inside.toArray(Prefix[]::new);
    }

    /** Whether an address is a subscriber's. */
    boolean isInside(int ip) {
        for (Prefix prefix : inside) {
            if (prefix.contains(ip)) {
                return true;
            }
        }
        return false;
    }

    /** Multicast, reserved, loopback, "this" network (RFC 1812 §5.3.7). */
    boolean isMartian(int ip) {
        int first = ip >>> 24;
        return first >= 224 || first == 127 || first == 0;
    }
}
