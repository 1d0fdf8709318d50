package org.portreeve.control;

/** Conversions between the units of deadlines and lifetimes. Any thread. */
final class Durations {
    static final long NS_PER_SECOND = 1_000_000_000L;
    static final long NS_PER_MILLI = 1_000_000L;

    private Durations() {}

    /** Whole seconds, begun ones included, at least 0. */
    static long secondsUp(long durationNs) {
        return Math.max(0, Math.ceilDiv(durationNs, NS_PER_SECOND));
    }
}
