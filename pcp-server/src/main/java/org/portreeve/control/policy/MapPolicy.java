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
 * @param honoursAddress whether a subscriber that has no external address gets the one of the pool
 *     that its request suggests (RFC 6887 §11.3); one that has an address keeps it
 * @param sets what sets of ports may be asked for
 */
public record MapPolicy(
        NoncePolicy nonce,
        int filters,
        boolean isStrictlySimple,
        boolean isOpen,
        boolean honoursAddress,
        SetLimits sets) {
    /** What holds unless somebody says otherwise. */
    public static final MapPolicy USUAL = new MapPolicy(NoncePolicy.STRICT, 16, false, true);

    /** Refuses a number out of range. */
    public MapPolicy {
        if (filters < 1 || filters > PeerFilter.MOST) {
            throw new IllegalArgumentException(
                    "filters of a mapping: %d, not 1 to %d".formatted(filters, PeerFilter.MOST));
        }
    }

    /** One with the usual limits of sets, whose subscribers do not choose their addresses. */
    public MapPolicy(NoncePolicy nonce, int filters, boolean isStrictlySimple, boolean isOpen) {
        this(nonce, filters, isStrictlySimple, isOpen, false, SetLimits.USUAL);
    }

    /** What of a time that was asked for is left where nothing outlives implicit mappings. */
    public long boundedNs(long ns, int protocol, NatConfig.Timers timers) {
        long implicitNs =
                protocol == Protocol.TCP ? timers.tcpEstablishedIdleNs() : timers.udpIdleNs();
        return isStrictlySimple ? Math.min(ns, implicitNs) : ns;
    }

    /**
     * How many ports subscribers may have in sets (RFC 7753 §6.1).
     *
     * @param count sets of each subscriber; 0 for none, so that a set is granted as one port
     * @param ports ports of each set
     */
    public record SetLimits(int count, int ports) {
        /** No set has more: it is one entry, and one operation of a shard. */
        public static final int MOST_PORTS = 1_024;

        /** No subscriber has more. */
        public static final int MOST_SETS = 1_024;

        /** What holds unless somebody says otherwise. */
        public static final SetLimits USUAL = new SetLimits(2, 64);

        /** Refuses a number out of range. */
        public SetLimits {
            if (count < 0 || count > MOST_SETS) {
                throw new IllegalArgumentException(
                        "sets of ports: %d, not 0 to %d".formatted(count, MOST_SETS));
            }
            if (ports < 1 || ports > MOST_PORTS) {
                throw new IllegalArgumentException(
                        "ports of a set: %d, not 1 to %d".formatted(ports, MOST_PORTS));
            }
        }

        /** All ports that they come to. */
        public int allPorts() {
            return count * ports;
        }
    }
}
