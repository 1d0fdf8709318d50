package org.portreeve.nat.rules;

import org.portreeve.nat.PortRange;

/**
 * Behaviour of its own for some ports of a protocol. The first application of a profile that
 * matches holds. Immutable.
 *
 * @param protocol {@link org.portreeve.nat.Protocol#UDP} or TCP
 * @param side on which side of the translator the ports are
 * @param ports the ports of the application
 * @param mapping how mappings depend on the peer; only of ports on the internal side, since an
 *     external port is not known before the mapping is
 * @param filtering how filtering depends on the peer
 */
public record Application(
        int protocol, Side side, PortRange ports, Behaviour mapping, Behaviour filtering) {
    /** Where a port is counted. */
    public enum Side {
        /** The port of the host. */
        INTERNAL,

        /** The port that outside hosts send to. */
        EXTERNAL
    }
}
