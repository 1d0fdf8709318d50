package org.portreeve.control.view;

import java.util.List;
import java.util.OptionalInt;
import org.portreeve.control.policy.Profile;

/**
 * One subscriber and how much of its quota it uses, at one moment. Immutable.
 *
 * @param id its configured name, or its dotted address
 * @param prefixes its internal addresses, as {@code 100.64.0.0/24}
 * @param profile with all limits
 * @param isDrained whether staff drain it: it gets no new mapping
 * @param externalIp the paired address, empty while it has none, or the dedicated one
 * @param isDedicated whether that address is not shared: it has every port and protocol of it
 * @param leases explicit mappings, grants under way included
 * @param statics reservations in force
 * @param holds external ports that rest after its leases
 * @param ports external ports and identifiers in use or resting
 * @param sessions sessions in the translator
 * @param blocks first ports of its port blocks
 */
public record SubscriberView(
        String id,
        List<String> prefixes,
        Profile profile,
        boolean isDrained,
        OptionalInt externalIp,
        boolean isDedicated,
        int leases,
        int statics,
        int holds,
        int ports,
        int sessions,
        List<Integer> blocks) {
    /** Takes copies of the lists. */
    public SubscriberView {
        prefixes = List.copyOf(prefixes);
        blocks = List.copyOf(blocks);
    }
}
