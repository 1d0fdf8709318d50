package org.portreeve.control.store;

/**
 * A subscriber had external ports for a time. Immutable.
 *
 * @param realm the internal address space of the subscriber
 * @param protocol an IP protocol number, or {@link #ANY_PROTOCOL} for a port block
 * @param firstPort the lowest port
 * @param portCount how many ports from there on, at least 1
 * @param remoteIp the remote address towards which it had them, as others had them towards other
 *     ones; {@link #ANY_REMOTE} when it alone had them
 * @param fromMillis wall-clock time at which it got them
 * @param toMillis wall-clock time at which it no longer had them, or {@link #ONGOING}
 */
public record HistoryEntry(
        int realm,
        String subscriber,
        int protocol,
        int externalIp,
        int firstPort,
        int portCount,
        int remoteIp,
        long fromMillis,
        long toMillis) {
    /** A block covers all protocols together. */
    public static final int ANY_PROTOCOL = 0;

    /** Ports that are not shared are had towards every remote address. */
    public static final int ANY_REMOTE = 0;

    /** The subscriber still has them. */
    public static final long ONGOING = Long.MAX_VALUE;

    /** Ports that are not shared. */
    public HistoryEntry(
            int realm,
            String subscriber,
            int protocol,
            int externalIp,
            int firstPort,
            int portCount,
            long fromMillis,
            long toMillis) {
        this(
                realm,
                subscriber,
                protocol,
                externalIp,
                firstPort,
                portCount,
                ANY_REMOTE,
                fromMillis,
                toMillis);
    }

    /** Whether the subscriber still has them. */
    public boolean isOngoing() {
        return toMillis == ONGOING;
    }

    /** The same when it had just begun, which is all that tells it from others. */
    public HistoryEntry beginning() {
        return new HistoryEntry(
                realm,
                subscriber,
                protocol,
                externalIp,
                firstPort,
                portCount,
                remoteIp,
                fromMillis,
                ONGOING);
    }

    /** The highest port. */
    public int lastPort() {
        return firstPort + portCount - 1;
    }
}
