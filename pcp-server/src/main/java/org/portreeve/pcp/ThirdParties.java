package org.portreeve.pcp;

import java.util.List;
import org.portreeve.nat.Prefix;
import org.portreeve.pcp.wire.PcpAddress;

/**
 * Who may ask for mappings of other hosts, for which, and how hosts are named (RFC 6887 §13.1, RFC
 * 7843). Immutable.
 *
 * @param portals where such requests may come from; empty for nowhere
 * @param realms what stands beside the address of a host
 */
public record ThirdParties(List<Portal> portals, Realms realms) {
    /** Everybody asks for itself. */
    public static final ThirdParties NONE = new ThirdParties(List.of(), Realms.NONE);

    /** Takes a copy of the list. */
    public ThirdParties {
        portals = List.copyOf(portals);
    }

    /** Portals by IPv4 that may all ask for the same hosts, by their addresses alone. */
    public ThirdParties(List<Prefix> requesters, List<Prefix> hosts) {
        this(
                List.of(new Portal(requesters.stream().map(AddressPrefix::of).toList(), hosts)),
                Realms.NONE);
    }

    /** The same that names hosts otherwise. */
    public ThirdParties with(Realms realms) {
        return new ThirdParties(portals, realms);
    }

    /** Whether an address may ask for others at all. */
    boolean mayAsk(PcpAddress requester) {
        for (Portal portal : portals) {
            if (portal.hasAddress(requester)) {
                return true;
            }
        }
        return false;
    }

    /** Whether it may do so for this host. */
    boolean mayAskFor(PcpAddress requester, int hostIp) {
        return portals.stream()
                .anyMatch(portal -> portal.hasAddress(requester) && portal.isFor(hostIp));
    }
}
