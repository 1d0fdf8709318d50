package org.portreeve.nat.snapshot;

/**
 * A session of a kept mapping. Immutable.
 *
 * @param remoteIp the remote peer's address
 * @param remotePort its port, 0 with ICMP
 * @param flags those of the session row
 * @param tcpState the state of the TCP machine; 0 with other protocols
 * @param idleNs how long ago a packet last kept it, when the snapshot was taken
 * @param ownIdleMs the idle time that holds for this session alone; 0 for none
 * @param outbound what the internal side acknowledged last
 * @param inbound what the external side acknowledged last
 */
public record KeptSession(
        int remoteIp,
        int remotePort,
        int flags,
        int tcpState,
        long idleNs,
        int ownIdleMs,
        Window outbound,
        Window inbound) {

    /**
     * What one side of a TCP connection acknowledged and how much more it takes (RFC 5961 §3).
     *
     * @param isKnown whether it acknowledged anything yet
     * @param acknowledgement the acknowledgement number
     * @param octets the window that went with it
     * @param scale the window scale it announced (RFC 7323 §2.2)
     */
    public record Window(boolean isKnown, int acknowledgement, int octets, int scale) {
        /** What is known of a side that has not sent anything. */
        public static final Window UNKNOWN = new Window(false, 0, 0, 0);
    }
}
