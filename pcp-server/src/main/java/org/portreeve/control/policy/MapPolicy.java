package org.portreeve.control.policy;

import org.portreeve.nat.PeerFilter;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;

/**
 * What subscribers of one kind may ask of their mappings. Immutable.
 *
 * @param nonce what another nonce than a mapping's may do
 * @param filters how many FILTERs a mapping may have (RFC 6887 §13.3)
 * @param isStrictlySimple whether a mapping lives no longer than traffic would keep an implicit one
 *     (RFC 6887 §18.1)
 * @param isOpen whether a mapping may be asked for where implicit ones keep strangers out (RFC 6887
 *     §18.1.1)
 */
public record MapPolicy(NoncePolicy nonce, int filters, boolean isStrictlySimple, boolean isOpen) {
    /** What holds unless somebody says otherwise. */
    public static final MapPolicy USUAL = new MapPolicy(NoncePolicy.STRICT, 16, false, true);

    /** Refuses a number out of range. */
    public MapPolicy {
        if (filters < 1 || filters > PeerFilter.MOST) {
            throw new IllegalArgumentException(
                    "filters of a mapping: %d, not 1 to %d".formatted(filters, PeerFilter.MOST));
        }
    }

    /** What of a time that was asked for is left where nothing outlives implicit mappings. */
    public long boundedNs(long ns, int protocol, NatConfig.Timers timers) {
        long implicitNs =
                protocol == Protocol.TCP ? timers.tcpEstablishedIdleNs() : timers.udpIdleNs();
        return isStrictlySimple ? Math.min(ns, implicitNs) : ns;
    }
}
