package org.portreeve.pcp;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.portreeve.nat.Prefix;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpRequest;
import org.portreeve.pcp.wire.RealmId;
import org.portreeve.pcp.wire.ResultCode;

/**
 * The identifiers by which portals name a host beside its address (RFC 7843), and the addresses
 * that each is for. The translator has one space of internal addresses, so that no address is in
 * two realms, and an identifier says nothing that the address does not; it is checked. Immutable.
 *
 * @param prefixes of each identifier; empty when the option is not supported
 * @param lengths in octets that identifiers may have
 * @param overlapping internal addresses for which a request must have an identifier
 */
public record Realms(
        Map<RealmId, List<Prefix>> prefixes, Set<Integer> lengths, List<Prefix> overlapping) {
    /** Identifiers at most. */
    public static final int MAX_REALMS = 4_096;

    /** No identifiers at all. */
    public static final Realms NONE = new Realms(Map.of(), Set.of(), List.of());

    /** Takes copies. */
    public Realms {
        prefixes = Map.copyOf(prefixes);
        lengths = Set.copyOf(lengths);
        overlapping = List.copyOf(overlapping);
    }

    /** Whether there are any. */
    boolean areKnown() {
        return !prefixes.isEmpty();
    }

    /**
     * Why a request that may have the option is refused for how it names its host, in this order
     * (PCP-TPI-005): a missing partner, a length, an identifier that nobody knows, and one that is
     * not for this host.
     */
    Optional<ResultCode> fault(PcpRequest request) {
        if (!areKnown()) {
            return Optional.empty();
        }
        Optional<PcpAddress> host = request.thirdParty();
        Optional<RealmId> id = request.thirdPartyId();
        if (id.isEmpty()) {
            return host.isPresent() && isIn(overlapping, host.get())
                    ? Optional.of(ResultCode.THIRD_PARTY_MISSING_OPTION)
                    : Optional.empty();
        }
        return host.isEmpty()
                ? Optional.of(ResultCode.THIRD_PARTY_MISSING_OPTION)
                : fault(host.get(), id.get());
    }

    private Optional<ResultCode> fault(PcpAddress host, RealmId id) {
        if (!lengths.contains(id.lengthBytes())) {
            return Optional.of(ResultCode.UNSUPP_THIRD_PARTY_ID_LENGTH);
        }
        if (!prefixes.containsKey(id)) {
            return Optional.of(ResultCode.THIRD_PARTY_ID_UNKNOWN);
        }
        return isIn(prefixes.get(id), host)
                ? Optional.empty()
                : Optional.of(ResultCode.NOT_AUTHORIZED);
    }

    /** The identifier that whoever asked for a host must have named. */
    Optional<RealmId> neededFor(int hostIp) {
        PcpAddress host = PcpAddress.ofIpv4(hostIp);
        return isIn(overlapping, host)
                ? prefixes.entrySet().stream()
                        .filter(realm -> isIn(realm.getValue(), host))
                        .map(Map.Entry::getKey)
                        .findFirst()
                : Optional.empty();
    }

    private static boolean isIn(List<Prefix> prefixes, PcpAddress host) {
        return host.isIpv4()
                && prefixes.stream().anyMatch(p -> p.contains(host.ipv4().orElseThrow()));
    }
}
