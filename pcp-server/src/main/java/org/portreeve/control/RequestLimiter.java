package org.portreeve.control;

import org.portreeve.control.ControlConfig.RequestRate;

/**
 * A token bucket for each key, in a table of fixed size: the time at which the bucket would be full
 * again says all about it. Sets of four; the one that is fullest gives way to a new key, which in a
 * crowded set means that somebody gets tokens early, never that anybody is refused for another's
 * doing. Event loop only.
 */
final class RequestLimiter {
    private static final int WAYS = 4;

    /** Bound of the table: 24 MB. */
    private static final int MAX_ENTRIES = 1 << 20;

    private final long intervalNs;
    private final long burstNs;
    private final int setMask;
    private final long[] keys;
    private final long[] fullAtNs;
    private final boolean[] used;

    RequestLimiter(RequestRate rate, int expectedKeys) {
        intervalNs = Durations.NS_PER_SECOND / rate.perSecond();
        burstNs = intervalNs * rate.burst();
        int entries = Integer.highestOneBit(Math.clamp(2L * expectedKeys, 2 * WAYS, MAX_ENTRIES));
        setMask = entries / WAYS - 1;
        keys = new long[entries];
        fullAtNs = new long[entries];
        used = new boolean[entries];
    }

    /** Takes a token, or returns false when there is none. */
    boolean admits(long key, long nowNs) {
        int entry = entryOf(key, nowNs);
        long fullNs = fullAtNs[entry] - nowNs < 0 ? nowNs : fullAtNs[entry];
        if (fullNs + intervalNs - nowNs > burstNs) {
            return false;
        }
        fullAtNs[entry] = fullNs + intervalNs;
        return true;
    }

    private int entryOf(long key, long nowNs) {
        long mixed = key * 0x9E37_79B9_7F4A_7C15L;
        int first = ((int) (mixed >>> 40) & setMask) * WAYS;
        int victim = first;
        for (int entry = first; entry < first + WAYS; entry++) {
            if (used[entry] && keys[entry] == key) {
                return entry;
            }
            if (used[victim] && (!used[entry] || fullAtNs[entry] - fullAtNs[victim] < 0)) {
                victim = entry;
            }
        }
        used[victim] = true;
        keys[victim] = key;
        fullAtNs[victim] = nowNs;
        return victim;
    }
}
