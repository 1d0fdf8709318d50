package org.portreeve.pcp.client;

import java.util.ArrayList;
import java.util.List;
import org.portreeve.control.Nonce;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpOption;
import org.portreeve.pcp.wire.PcpRequest.PeerRequest;

/**
 * The outbound mapping to one remote peer that a client wants (RFC 6887 §12.2); the same wish
 * renews it. Immutable.
 *
 * @param nonce the proof of ownership, kept for as long as the mapping is wanted
 * @param suggestedExternalPort the only one that will do, 0 for any
 * @param suggestedExternalAddress the only one that will do, all zeros for any
 * @param lifetimeSeconds unsigned 32 bits; 0 only asks for what there is
 */
public record PeerWish(
        Nonce nonce,
        int protocol,
        int internalPort,
        int suggestedExternalPort,
        PcpAddress suggestedExternalAddress,
        int remotePort,
        PcpAddress remoteAddress,
        long lifetimeSeconds,
        List<PcpOption> options)
        implements Wish {
    /** Copies the options. */
    public PeerWish {
        options = List.copyOf(options);
    }

    /** A wish for any external address and port. */
    public static PeerWish of(
            Nonce nonce,
            int protocol,
            int internalPort,
            PcpAddress remoteAddress,
            int remotePort,
            long lifetimeSeconds) {
        return new PeerWish(
                nonce,
                protocol,
                internalPort,
                0,
                PcpAddress.ANY_IPV4,
                remotePort,
                remoteAddress,
                lifetimeSeconds,
                List.of());
    }

    @Override
    public PeerWish suggesting(PcpAddress externalAddress, int externalPort) {
        return new PeerWish(
                nonce,
                protocol,
                internalPort,
                externalPort,
                externalAddress,
                remotePort,
                remoteAddress,
                lifetimeSeconds,
                options);
    }

    /** The same wish with one more option, after those that it has. */
    public PeerWish with(PcpOption option) {
        List<PcpOption> more = new ArrayList<>(options);
        more.add(option);
        return new PeerWish(
                nonce,
                protocol,
                internalPort,
                suggestedExternalPort,
                suggestedExternalAddress,
                remotePort,
                remoteAddress,
                lifetimeSeconds,
                more);
    }

    @Override
    public PeerRequest request(PcpAddress clientAddress) {
        return new PeerRequest(
                clientAddress,
                lifetimeSeconds,
                nonce,
                protocol,
                internalPort,
                suggestedExternalPort,
                suggestedExternalAddress,
                remotePort,
                remoteAddress,
                options);
    }
}
