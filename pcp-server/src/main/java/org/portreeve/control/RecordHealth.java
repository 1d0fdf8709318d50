package org.portreeve.control;

/**
 * Whether the journal keeps records. It fails when it refuses or loses one, or lets one wait too
 * long; it works again when it kept one a while after that, so that a disk which comes and goes is
 * not told of each time. Event loop only.
 */
final class RecordHealth {
    /** A record that waits longer than this waits for a disk that stands still. */
    static final long STUCK_NS = 2 * Durations.NS_PER_SECOND;

    /** So long nothing may fail before the journal is said to work again. */
    static final long CALM_NS = 5 * Durations.NS_PER_SECOND;

    private boolean failing;
    private long failedAtNs;

    boolean isFailing() {
        return failing;
    }

    /** A record was refused or lost. */
    void failed(long nowNs) {
        failing = true;
        failedAtNs = nowNs;
    }

    /** A record is durable. */
    void kept(long nowNs) {
        failing &= nowNs - failedAtNs < CALM_NS;
    }

    /** The oldest record on its way was handed over then. */
    void waitsSince(long sinceNs, long nowNs) {
        if (nowNs - sinceNs >= STUCK_NS) {
            failed(nowNs);
        }
    }
}
