package org.portreeve.nat;

/**
 * Remote peers that may open sessions on an explicit mapping from outside: one FILTER of RFC 6887
 * §13.3. Immutable.
 *
 * @param remote where they are
 * @param remotePort the port they send from, 0 for every port
 */
public record PeerFilter(Prefix remote, int remotePort) {
    /**
     * Filters of one mapping at most, whatever is configured: what a record of it has room for, and
     * what a packet that opens a session may cost.
     */
    public static final int MOST = 64;

    /** Refuses a port out of range. */
    public PeerFilter {
        if (remotePort >>> 16 != 0) {
            throw new IllegalArgumentException("not a port: " + remotePort);
        }
    }

    /** The filter of an address of which only the first bits count. */
    public static PeerFilter of(int remoteIp, int prefixLength, int remotePort) {
        int mask = prefixLength == 0 ? 0 : -1 << (32 - prefixLength);
        return new PeerFilter(new Prefix(remoteIp & mask, prefixLength), remotePort);
    }

    /** Whether a peer is among them. */
    public boolean admits(int ip, int port) {
        return remote.contains(ip) && (remotePort == 0 || remotePort == port);
    }

    /** A prefix, and the port behind a colon unless every port will do. */
    @Override
    public String toString() {
        return remotePort == 0 ? remote.toString() : remote + ":" + remotePort;
    }
}
