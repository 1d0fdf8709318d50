package org.portreeve.pcp;

import org.portreeve.pcp.wire.PcpAddress;

/**
 * Who sent a datagram, and the way back. Immutable.
 *
 * @param address the source address in its IP header
 * @param port the source port, 1 to 65535
 * @param device the network device that it came by; empty when that is not known
 * @param reply sends from the address that was asked
 */
public record Requester(PcpAddress address, int port, String device, PcpReply reply) {
    /** A requester with an IPv4 address. */
    public Requester(int ip, int port, PcpReply reply) {
        this(PcpAddress.ofIpv4(ip), port, "", reply);
    }

    /** Whether it is one of the hosts that can have mappings of their own. */
    public boolean isIpv4() {
        return address.isIpv4();
    }

    /** Where it is told of what it made; 0 for nowhere, as that goes to IPv4 addresses alone. */
    int newsIp() {
        return address.ipv4().orElse(0);
    }

    /** The port there; 0 likewise. */
    int newsPort() {
        return isIpv4() ? port : 0;
    }

    /** Its IPv4 address; to be asked only when it has one. */
    public int ip() {
        return address.ipv4().orElseThrow();
    }
}
