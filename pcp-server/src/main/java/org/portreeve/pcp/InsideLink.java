package org.portreeve.pcp;

import org.portreeve.pcp.wire.PcpAddress;

/**
 * A link that subscribers are on, as what is said unasked sees it: one for each address that is
 * listened on there, for a client believes only the address that it asks (RFC 6887 §8.3).
 * Immutable.
 *
 * @param listen the address of this node there
 * @param device the network device that leads there
 * @param everybody sends to all hosts of the link (224.0.0.1 or ff02::1) at the clients' port
 * @param one sends to one host of the same family
 */
public record InsideLink(PcpAddress listen, String device, PcpReply everybody, Unicast one) {
    /** The way to one host. */
    @FunctionalInterface
    public interface Unicast {
        /** Sends octets to an IPv4 address and UDP port; does nothing once the socket is closed. */
        void send(byte[] octets, int ip, int port);
    }
}
