package org.portreeve.control;

import org.portreeve.control.policy.RequestRate;

/**
 * A token bucket for each key, in a table of fixed size: the time at which the bucket would be full
 * again says all about it. Sets of four; the one that is fullest gives way to a new key, which in a
 * crowded set means that somebody gets tokens early, never that anybody is refused for another's
 * doing. Event loop only.
 */
final class RequestLimiter {
    private static final int WAYS = 4;

    /** Bound of the table: 32 MB. */
    private static final int MAX_ENTRIES = 1 << 20;

    private final int setMask;
    private final long[] keys;
    private final long[] fullAtNs;

    /** How long the bucket takes to fill up when it is empty; 0 for an entry that is not used. */
    private final long[] burstsNs;

    RequestLimiter(int expectedKeys) {
        int entries = Integer.highestOneBit(Math.clamp(2L * expectedKeys, 2 * WAYS, MAX_ENTRIES));
        setMask = entries / WAYS - 1;
        keys = new long[entries];
        fullAtNs = new long[entries];
        burstsNs = new long[entries];
    }

    /**
     * Takes a token, or returns false when there is none. A bucket whose rate is another one than
     * last time is as full as it was, in parts of the whole, so that a change of the rate gives
     * nobody a fresh burst.
     */
    boolean admits(long key, RequestRate rate, long nowNs) {
        long intervalNs = Durations.NS_PER_SECOND / rate.perSecond();
        long burstNs = intervalNs * rate.burst();
        int entry = entryOf(key, burstNs, nowNs);
        long missingNs = Math.max(0, fullAtNs[entry] - nowNs);
        if (burstsNs[entry] != burstNs) {
            missingNs = (long) ((double) missingNs / burstsNs[entry] * burstNs);
            fullAtNs[entry] = nowNs + missingNs;
            burstsNs[entry] = burstNs;
        }
        if (missingNs + intervalNs > burstNs) {
            return false;
        }
        fullAtNs[entry] = nowNs + missingNs + intervalNs;
        return true;
    }

    private int entryOf(long key, long burstNs, long nowNs) {
        long mixed = key * 0x9E37_79B9_7F4A_7C15L;
        int first = ((int) (mixed >>> 40) & setMask) * WAYS;
        int victim = first;
        for (int entry = first; entry < first + WAYS; entry++) {
            if (isUsed(entry) && keys[entry] == key) {
                return entry;
            }
            if (isUsed(victim) && (!isUsed(entry) || fullAtNs[entry] - fullAtNs[victim] < 0)) {
                victim = entry;
            }
        }
        keys[victim] = key;
        fullAtNs[victim] = nowNs;
        burstsNs[victim] = burstNs;
        return victim;
    }

    private boolean isUsed(int entry) {
        return burstsNs[entry] != 0;
    }
}
