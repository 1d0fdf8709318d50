package org.portreeve.pcp;

import java.util.Comparator;
import java.util.List;
import org.portreeve.pcp.wire.PcpOption;
import org.portreeve.pcp.wire.PcpOption.Prefix64;
import org.portreeve.pcp.wire.PcpRequest;

/**
 * The prefixes of a NAT64 that stands beside this node, for hosts that ask (RFC 7225). Immutable.
 *
 * @param prefixes those with destinations first (RFC 7225 §4.2); empty when there is no NAT64
 * @param isToldUnasked whether every answer to MAP and ANNOUNCE has them
 */
public record Nat64Prefixes(List<Prefix64> prefixes, boolean isToldUnasked) {
    /**
     * Prefixes at most. A request of 60 octets may come from a forged source: its answer must not
     * make a flood of it.
     */
    public static final int MAX_PREFIXES = 8;

    /** IPv4 prefixes of all of them together at most, for the same reason. */
    public static final int MAX_DESTINATIONS = 16;

    /** There is no NAT64: the option is passed over. */
    public static final Nat64Prefixes NONE = new Nat64Prefixes(List.of(), false);

    /** Takes a copy of the list, in the order in which prefixes are told. */
    public Nat64Prefixes {
        int destinationCount =
                prefixes.stream().mapToInt(prefix -> prefix.destinations().size()).sum();
        if (prefixes.size() > MAX_PREFIXES || destinationCount > MAX_DESTINATIONS) {
            throw new IllegalArgumentException("too many prefixes for an answer");
        }
        prefixes =
                prefixes.stream()
                        .sorted(Comparator.comparing(prefix -> prefix.destinations().isEmpty()))
                        .toList();
    }

    /** What is told in answer to an ANNOUNCE: all of them, which are less than fill it. */
    List<PcpOption> toldTo(PcpRequest.AnnounceRequest announce) {
        boolean isAsked = !announce.options().isEmpty();
        return isAsked || isToldUnasked ? List.copyOf(prefixes) : List.of();
    }
}
