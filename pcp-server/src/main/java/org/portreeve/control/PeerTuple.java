package org.portreeve.control;

import java.util.NavigableMap;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PortRange;

/**
 * What one PEER is about: the five-tuple of a session as its host sees it (RFC 6887 §12.3).
 * Immutable.
 *
 * @param internal the host's side; the protocol is 6 or 17
 * @param remoteIp the remote peer's address
 * @param remotePort its port
 */
public record PeerTuple(InternalTuple internal, int remoteIp, int remotePort)
        implements Comparable<PeerTuple> {
    private static final int LAST_PROTOCOL = 255;
    private static final int LAST_IP = -1;

    /** By internal address, protocol and port as {@link LeaseBook#order}, then by remote peer. */
    @Override
    public int compareTo(PeerTuple other) {
        int byInternal = Long.compare(LeaseBook.order(internal), LeaseBook.order(other.internal));
        if (byInternal != 0) {
            return byInternal;
        }
        int byAddress = Integer.compareUnsigned(remoteIp, other.remoteIp);
        return byAddress != 0 ? byAddress : Integer.compare(remotePort, other.remotePort);
    }

    /** What a map has for the sessions of an internal tuple. */
    static <V> NavigableMap<PeerTuple, V> of(
            InternalTuple internal, NavigableMap<PeerTuple, V> map) {
        return map.subMap(first(internal), true, last(internal), true);
    }

    /** What a map has for the sessions of an internal address. */
    static <V> NavigableMap<PeerTuple, V> ofHost(int internalIp, NavigableMap<PeerTuple, V> map) {
        return map.subMap(
                first(InternalTuple.of(0, internalIp, 0)),
                true,
                last(InternalTuple.of(LAST_PROTOCOL, internalIp, PortRange.MAX_PORT)),
                true);
    }

    private static PeerTuple first(InternalTuple internal) {
        return new PeerTuple(internal, 0, 0);
    }

    private static PeerTuple last(InternalTuple internal) {
        return new PeerTuple(internal, LAST_IP, PortRange.MAX_PORT);
    }
}
