package org.portreeve.control.policy;

import java.util.List;
import org.portreeve.nat.Prefix;

/**
 * A subscriber with a name. Immutable.
 *
 * @param id its name, unique
 * @param prefixes its internal addresses, at least one; no address belongs to two subscribers of
 *     the same prefix length, and the longest prefix wins
 * @param profile the name of its profile
 */
public record SubscriberPlan(String id, List<Prefix> prefixes, String profile) {
    /** Takes a copy of the list. */
    public SubscriberPlan {
        prefixes = List.copyOf(prefixes);
    }
}
