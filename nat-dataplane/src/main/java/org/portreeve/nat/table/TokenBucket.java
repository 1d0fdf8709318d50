package org.portreeve.nat.table;

import org.portreeve.nat.memory.Memory;

/**
 * A token bucket in eight octets of a row: the time at which it would be full again. Zeroed memory
 * is a full bucket. Owned by the shard thread.
 */
final class TokenBucket {
    private TokenBucket() {}

    /**
     * Takes a token from a bucket of {@code burst} that gets one every {@code intervalNs}, or
     * returns false when it is empty.
     */
    static boolean take(long address, long nowNs, long intervalNs, int burst) {
        long fullAgainNs = Memory.getLong(address);
        if (fullAgainNs == 0 || fullAgainNs - nowNs < 0) {
            fullAgainNs = nowNs;
        }
        if (fullAgainNs + intervalNs - nowNs > intervalNs * burst) {
            return false;
        }
        Memory.putLong(address, fullAgainNs + intervalNs);
        return true;
    }
}
