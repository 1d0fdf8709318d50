package org.portreeve.pcp;

import org.portreeve.control.Description;
import org.portreeve.control.FilterChange;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.MapCommand;
import org.portreeve.control.PortSet;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PortRange;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpOption;
import org.portreeve.pcp.wire.PcpRequest;
import org.portreeve.pcp.wire.PcpRequest.MapRequest;

/** What a MAP request says, in the words of port control. Pure; any thread. */
final class MapCommands {
    private static final int NO_SUGGESTION = 0;

    /** What an IPv6 address that is insisted on becomes: no pool has it, so none is found. */
    private static final int UNAVAILABLE_IP = 0xffff_ffff;

    private MapCommands() {}

    /**
     * The wish of a request whose protocol and port were looked at, and whose internal host has an
     * IPv4 address: the client, which the decoder has found to be who it says (PCP-MAP-005), or a
     * third party that it may ask for.
     *
     * @param descriptionBytes where a description is cut
     */
    static MapCommand of(MapRequest map, Requester client, int descriptionBytes) {
        return new MapCommand(
                InternalTuple.of(
                        map.protocol(),
                        map.internalAddress().ipv4().orElseThrow(),
                        map.internalPort()),
                map.nonce(),
                LeaseOrigin.PCP,
                suggestedIp(map.suggestedExternalAddress(), map.prefersFailure()),
                map.suggestedExternalPort(),
                map.prefersFailure(),
                map.lifetimeSeconds(),
                client.newsIp(),
                client.newsPort(),
                description(map, descriptionBytes),
                describes(map),
                filters(map),
                set(map));
    }

    /** How many ports it is about: there are none beyond the last (PCP-PS-016). */
    private static PortSet set(MapRequest map) {
        for (PcpOption option : map.options()) {
            if (option instanceof PcpOption.PortSet(int size, int first, boolean keepsParity)) {
                int left = PortRange.MAX_PORT + 1 - first;
                return new PortSet(Math.min(size, left), keepsParity);
            }
        }
        return PortSet.ONE;
    }

    /** What a request calls the mapping, as it will be kept; empty for nothing. */
    static String description(PcpRequest request, int descriptionBytes) {
        for (PcpOption option : request.options()) {
            if (option instanceof PcpOption.Description(String text)) {
                return Description.sanitised(text, descriptionBytes);
            }
        }
        return Description.NONE;
    }

    /** Whether it calls it anything, or nothing. */
    static boolean describes(PcpRequest request) {
        for (PcpOption option : request.options()) {
            if (option instanceof PcpOption.Description) {
                return true;
            }
        }
        return false;
    }

    /** The suggested external address, as long as there can be one. */
    static int suggestedIp(PcpAddress suggested, boolean isInsistedOn) {
        if (suggested.isIpv4() || suggested.isAny()) {
            return suggested.ipv4().orElse(NO_SUGGESTION);
        }
        // PCP-MAP-033: of another family, so a hint that cannot be followed.
        return isInsistedOn ? UNAVAILABLE_IP : NO_SUGGESTION;
    }

    /** RFC 6887 §7.3, §13.3: in the order sent, so that one that removes all keeps what follows. */
    private static FilterChange filters(MapRequest map) {
        FilterChange change = FilterChange.NONE;
        for (PcpOption option : map.options()) {
            if (option instanceof PcpOption.Filter filter) {
                change =
                        filter.removesAll()
                                ? change.thenRemoveAll()
                                : change.thenAdd(filter.peers());
            }
        }
        return change;
    }
}
