package org.portreeve.control;

import org.portreeve.nat.InternalTuple;

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
}
