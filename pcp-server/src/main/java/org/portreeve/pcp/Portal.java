package org.portreeve.pcp;

import java.util.List;
import org.portreeve.nat.Prefix;
import org.portreeve.pcp.wire.PcpAddress;

/**
 * Hosts of the operator that ask for the mappings of others (RFC 6887 §13.1). Immutable.
 *
 * @param addresses where their requests come from
 * @param hosts whom they may ask for
 */
public record Portal(List<AddressPrefix> addresses, List<Prefix> hosts) {
    /** Takes copies of the lists. */
    public Portal {
        addresses = List.copyOf(addresses);
        hosts = List.copyOf(hosts);
    }

    /** Whether a request may come from there. */
    boolean hasAddress(PcpAddress requester) {
        return addresses.stream().anyMatch(prefix -> prefix.contains(requester));
    }

    /** Whether it may be for this host. */
    boolean isFor(int hostIp) {
        return hosts.stream().anyMatch(prefix -> prefix.contains(hostIp));
    }
}
