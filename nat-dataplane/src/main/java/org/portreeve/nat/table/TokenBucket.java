package org.portreeve.nat.table;

import org.portreeve.nat.memory.Memory;

/**
 * A token bucket in eight octets of a row: the time at which it would be full again. Zeroed memory
 * is a full bucket. Owned by the shard thread.
 */
public final class TokenBucket {
    private TokenBucket() {}

    /**
     * Takes a token from a bucket of {@code burst} that gets one every {@code intervalNs}, or
     * returns false when it is empty.
     */
    public static boolean take(long address, long nowNs, long intervalNs, int burst) {
        return take(address, nowNs, intervalNs, burst, 1);
    }

    /**
     * Takes so many tokens, at most a whole burst, or returns false when there are fewer. A burst
     * of none lets nothing pass.
     */
    public static boolean take(long address, long nowNs, long intervalNs, int burst, int tokens) {
        long wantedNs = intervalNs * Math.min(tokens, Math.max(1, burst));
        long fullAgainNs = Memory.getLong(address);
        if (fullAgainNs == 0 || fullAgainNs - nowNs < 0) {
            fullAgainNs = nowNs;
        }
        if (fullAgainNs + wantedNs - nowNs > intervalNs * burst) {
            // A smaller burst than before: it is empty, and not emptier than that.
            Memory.putLong(address, Math.min(fullAgainNs, nowNs + intervalNs * burst));
            return false;
        }
        Memory.putLong(address, fullAgainNs + wantedNs);
        return true;
    }

    /** Keeps the tokens that are missing as many when their interval changes. */
    static void rescale(long address, long nowNs, long fromIntervalNs, long toIntervalNs) {
        long fullAgainNs = Memory.getLong(address);
        long missingNs = fullAgainNs - nowNs;
        if (fullAgainNs != 0 && missingNs > 0) {
            long whole = missingNs / fromIntervalNs * toIntervalNs;
            long part = missingNs % fromIntervalNs * toIntervalNs / fromIntervalNs;
            Memory.putLong(address, nowNs + whole + part);
        }
    }
}
