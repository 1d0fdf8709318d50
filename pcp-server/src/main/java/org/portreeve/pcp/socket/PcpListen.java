package org.portreeve.pcp.socket;

import java.util.List;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpFormat;

/**
 * Where requests are taken. Immutable.
 *
 * @param addresses internal addresses of this host, of both families, each answered from itself
 * @param devices what faces the subscribers: an address of the loopback device, as anycast
 *     addresses often are, is listened on at each of them
 * @param port the UDP port of all of them, 0 to have one chosen for each
 */
public record PcpListen(List<PcpAddress> addresses, List<String> devices, int port) {
    /** Takes copies of the lists. */
    public PcpListen {
        addresses = List.copyOf(addresses);
        devices = List.copyOf(devices);
    }

    /** IPv4 addresses that devices have. */
    public PcpListen(List<Integer> ips, int port) {
        this(ips.stream().map(PcpAddress::ofIpv4).toList(), List.of(), port);
    }

    /** These addresses at the port of the protocol (RFC 6887 §19.1). */
    public static PcpListen on(List<PcpAddress> addresses, List<String> devices) {
        return new PcpListen(addresses, devices, PcpFormat.SERVER_PORT);
    }
}
