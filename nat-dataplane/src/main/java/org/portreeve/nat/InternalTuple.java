package org.portreeve.nat;

/**
 * The internal side of a mapping: what RFC 6887 §2 calls internal address, port and protocol, in a
 * realm. Immutable.
 *
 * @param realm which internal address space; {@link #DEFAULT_REALM} is the only one for now
 * @param protocol the IP protocol number, 6, 17 or 1
 * @param internalIp the internal address
 * @param internalPort the internal port, or the ICMP query identifier
 */
public record InternalTuple(int realm, int protocol, int internalIp, int internalPort) {
    /** The one address space of a node without DS-Lite or VRFs. */
    public static final int DEFAULT_REALM = 0;

    /** A tuple of the default realm. */
    public static InternalTuple of(int protocol, int internalIp, int internalPort) {
        return new InternalTuple(DEFAULT_REALM, protocol, internalIp, internalPort);
    }

    /** The tuple of the same host and protocol so many ports further. */
    public InternalTuple next(int ports) {
        return new InternalTuple(realm, protocol, internalIp, internalPort + ports);
    }

    @Override
    public String toString() {
        return Protocol.name(protocol) + " " + Ipv4.format(internalIp) + ":" + internalPort;
    }
}
