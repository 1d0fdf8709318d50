package org.portreeve.control.policy;

import java.util.List;
import java.util.OptionalInt;
import org.portreeve.nat.Prefix;

/**
 * A subscriber with a name. Immutable.
 *
 * @param id its name, unique
 * @param prefixes its internal addresses, at least one; no address belongs to two subscribers of
 *     the same prefix length, and the longest prefix wins
 * @param profile the name of its profile
 * @param dedicatedIp the external address that it does not share, outside of the pool; its one
 *     prefix is then a single address. {@link #SHARED} when it shares one of the pool
 */
public record SubscriberPlan(String id, List<Prefix> prefixes, String profile, int dedicatedIp) {
    /** Instead of a dedicated address. */
    public static final int SHARED = 0;

    /** Takes a copy of the list. */
    public SubscriberPlan {
        prefixes = List.copyOf(prefixes);
        assert dedicatedIp == SHARED || (prefixes.size() == 1 && prefixes.getFirst().length() == 32)
                : "one external address for several internal ones: " + id;
    }

    /** One that shares an address of the pool. */
    public SubscriberPlan(String id, List<Prefix> prefixes, String profile) {
        this(id, prefixes, profile, SHARED);
    }

    /** Its internal address, when it has an external one for itself. */
    public OptionalInt dedicatedHost() {
        return dedicatedIp == SHARED
                ? OptionalInt.empty()
                : OptionalInt.of(prefixes.getFirst().network());
    }
}
