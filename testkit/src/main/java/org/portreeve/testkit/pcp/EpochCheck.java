package org.portreeve.testkit.pcp;

/**
 * The client's test of RFC 6887 §8.5: whether a server's epoch is one that lost nothing. The clock
 * is the record's.
 */
public final class EpochCheck {
    private boolean started;
    private long clientMillis;
    private long serverSeconds;

    /** Whether this epoch fits the one before; it becomes the one before. */
    public boolean accepts(long nowMillis, long epochSeconds) {
        boolean fits = !started || fits(nowMillis, epochSeconds);
        started = true;
        clientMillis = nowMillis;
        serverSeconds = epochSeconds;
        return fits;
    }

    private boolean fits(long nowMillis, long epochSeconds) {
        if (epochSeconds < serverSeconds - 1) {
            return false;
        }
        long clientDelta = (nowMillis - clientMillis) / 1000;
        long serverDelta = epochSeconds - serverSeconds;
        return clientDelta + 2 >= serverDelta - serverDelta / 16
                && serverDelta + 2 >= clientDelta - clientDelta / 16;
    }
}
