package org.portreeve.control;

/**
 * The seconds since explicit mappings were last lost (RFC 6887 §8.5). Runs on the monotonic clock;
 * the wall clock only carries it over a restart, and only when it can be believed. Event loop only.
 */
final class Epoch {
    /** How far the wall clock may drift from what the journal says before that is corrected. */
    static final long DRIFT_MILLIS = 1000;

    private long startNs;
    private long startMillis;

    /** An epoch that begins now. */
    Epoch(long nowNs, long wallMillis) {
        reset(nowNs, wallMillis);
    }

    /** Begins anew, because mappings were lost or the down time cannot be known. */
    void reset(long nowNs, long wallMillis) {
        startNs = nowNs;
        startMillis = wallMillis;
    }

    /** Goes on with the epoch that the journal knows, as if never stopped (PCP-EPO-005). */
    void resume(long recoveredStartMillis, long nowNs, long wallMillis) {
        startMillis = recoveredStartMillis;
        startNs = nowNs - (wallMillis - recoveredStartMillis) * Durations.NS_PER_MILLI;
    }

    /** What answers carry. */
    long seconds(long nowNs) {
        return (nowNs - startNs) / Durations.NS_PER_SECOND;
    }

    /** The same in milliseconds. */
    long millis(long nowNs) {
        return (nowNs - startNs) / Durations.NS_PER_MILLI;
    }

    /** When the epoch was 0, by the wall clock as it was last seen. */
    long startMillis() {
        return startMillis;
    }

    /**
     * Whether the wall clock was stepped, so that the start must be recorded anew for the next
     * process to find the same epoch.
     */
    boolean followWallClock(long nowNs, long wallMillis) {
        long seenMillis = wallMillis - (nowNs - startNs) / Durations.NS_PER_MILLI;
        if (Math.abs(seenMillis - startMillis) <= DRIFT_MILLIS) {
            return false;
        }
        startMillis = seenMillis;
        return true;
    }
}
