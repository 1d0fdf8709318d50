package org.portreeve.pcp.socket;

import java.util.List;
import org.portreeve.pcp.wire.PcpFormat;

/**
 * Where requests are taken. Immutable.
 *
 * @param ips internal addresses of this host, each answered from itself
 * @param port the UDP port of all of them, 0 to have one chosen for each
 */
public record PcpListen(List<Integer> ips, int port) {
    /** Takes a copy of the list. */
    public PcpListen {
        ips = List.copyOf(ips);
    }

    /** These addresses at the port of the protocol (RFC 6887 §19.1). */
    public static PcpListen on(List<Integer> ips) {
        return new PcpListen(ips, PcpFormat.SERVER_PORT);
    }
}
