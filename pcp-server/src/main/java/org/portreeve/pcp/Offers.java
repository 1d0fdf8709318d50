package org.portreeve.pcp;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.portreeve.control.policy.Service;
import org.portreeve.pcp.wire.PcpFeatures;

/**
 * What clients are offered: all that the node has, less what their profile withholds. Worked out
 * once for each combination that profiles have. Port-control thread only.
 */
final class Offers {
    /** Combinations that are remembered: more than the profiles of any node have. */
    private static final int MAX_KNOWN = 1_024;

    private final PcpFeatures all;
    private final Map<Set<Service>, PcpFeatures> known = new HashMap<>();

    Offers(PcpFeatures all) {
        this.all = all;
    }

    /** What a client is offered from which these are withheld. */
    PcpFeatures without(Set<Service> withheld) {
        if (withheld.isEmpty()) {
            return all;
        }
        if (known.size() == MAX_KNOWN && !known.containsKey(withheld)) {
            known.clear();
        }
        return known.computeIfAbsent(withheld, this::reduced);
    }

    private PcpFeatures reduced(Set<Service> withheld) {
        Set<String> names = withheld.stream().map(Service::name).collect(Collectors.toSet());
        return new PcpFeatures(
                kept(all.opcodes(), names), kept(all.options(), names), all.natPmp());
    }

    /** An operation or an option has the name of its service. */
    private static <E extends Enum<E>> Set<E> kept(Set<E> offered, Set<String> withheld) {
        return offered.stream()
                .filter(one -> !withheld.contains(one.name()))
                .collect(Collectors.toUnmodifiableSet());
    }
}
