package org.portreeve.pcp.client;

import java.util.ArrayList;
import java.util.List;
import org.portreeve.control.Nonce;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpOption;
import org.portreeve.pcp.wire.PcpRequest.MapRequest;

/**
 * The inbound mapping that a client wants; the same wish renews it and, as {@link #deletion}, ends
 * it. Immutable.
 *
 * @param nonce the proof of ownership, kept for as long as the mapping is wanted
 * @param suggestedExternalPort a hint, 0 for none
 * @param suggestedExternalAddress a hint, all zeros for none
 * @param lifetimeSeconds unsigned 32 bits
 */
public record MappingWish(
        Nonce nonce,
        int protocol,
        int internalPort,
        int suggestedExternalPort,
        PcpAddress suggestedExternalAddress,
        long lifetimeSeconds,
        List<PcpOption> options)
        implements Wish {
    /** Copies the options. */
    public MappingWish {
        options = List.copyOf(options);
    }

    /** A wish for any external address and port. */
    public static MappingWish of(
            Nonce nonce, int protocol, int internalPort, long lifetimeSeconds) {
        return new MappingWish(
                nonce, protocol, internalPort, 0, PcpAddress.ANY_IPV4, lifetimeSeconds, List.of());
    }

    /** The same wish, with a hint which external port would be liked. */
    public MappingWish suggesting(int externalPort) {
        return suggesting(suggestedExternalAddress, externalPort);
    }

    @Override
    public MappingWish suggesting(PcpAddress externalAddress, int externalPort) {
        return new MappingWish(
                nonce,
                protocol,
                internalPort,
                externalPort,
                externalAddress,
                lifetimeSeconds,
                options);
    }

    /** The same wish with one more option, after those that it has. */
    public MappingWish with(PcpOption option) {
        List<PcpOption> more = new ArrayList<>(options);
        more.add(option);
        return new MappingWish(
                nonce,
                protocol,
                internalPort,
                suggestedExternalPort,
                suggestedExternalAddress,
                lifetimeSeconds,
                more);
    }

    @Override
    public MapRequest request(PcpAddress clientAddress) {
        return new MapRequest(
                clientAddress,
                lifetimeSeconds,
                nonce,
                protocol,
                internalPort,
                suggestedExternalPort,
                suggestedExternalAddress,
                options);
    }

    /** The same wish for so many ports from its own on, as one mapping (RFC 7753 §4.1). */
    public MappingWish ofPorts(int size, boolean keepsParity) {
        return with(new PcpOption.PortSet(size, internalPort, keepsParity));
    }

    /**
     * The request that deletes the mapping: no suggestion, and only the options that say which it
     * is (RFC 6887 §15.1, RFC 7753 §4.4; RFC 6887 §11.3 and §13.3 refuse the others here).
     */
    public MapRequest deletion(PcpAddress clientAddress) {
        List<PcpOption> kept = options.stream().filter(MappingWish::saysWhich).toList();
        PcpAddress any =
                suggestedExternalAddress.isIpv4() ? PcpAddress.ANY_IPV4 : PcpAddress.ANY_IPV6;
        return new MapRequest(clientAddress, 0, nonce, protocol, internalPort, 0, any, kept);
    }

    private static boolean saysWhich(PcpOption option) {
        return option instanceof PcpOption.ThirdParty
                || option instanceof PcpOption.ThirdPartyId
                || option instanceof PcpOption.PortSet;
    }
}
