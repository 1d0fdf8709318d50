package org.portreeve.pcp;

import java.util.List;
import org.portreeve.nat.Prefix;

/**
 * Who may ask for mappings of other hosts, and for which (RFC 6887 §13.1). Immutable.
 *
 * @param requesters where such requests may come from; empty for nowhere
 * @param hosts whom they may be for
 */
public record ThirdParties(List<Prefix> requesters, List<Prefix> hosts) {
    /** Everybody asks for itself. */
    public static final ThirdParties NONE = new ThirdParties(List.of(), List.of());

    /** Takes copies of the lists. */
    public ThirdParties {
        requesters = List.copyOf(requesters);
        hosts = List.copyOf(hosts);
    }

    /** Whether an address may ask for others at all. */
    boolean mayAsk(int requesterIp) {
        return contains(requesters, requesterIp);
    }

    /** Whether whoever may ask may do so for this host. */
    boolean areFor(int hostIp) {
        return contains(hosts, hostIp);
    }

    private static boolean contains(List<Prefix> prefixes, int ip) {
        for (Prefix prefix : prefixes) {
            if (prefix.contains(ip)) {
                return true;
            }
        }
        return false;
    }
}
