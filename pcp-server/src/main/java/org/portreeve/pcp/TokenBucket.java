package org.portreeve.pcp;

import java.util.concurrent.TimeUnit;
import org.portreeve.control.policy.RequestRate;

/**
 * A token bucket, kept as the time at which it would be full again. Owned by {@link PcpServer}.
 * Port-control thread only.
 */
final class TokenBucket {
    private final long intervalNs;
    private final long burstNs;
    private long spentNs;
    private long seenNs;

    /** A full bucket. */
    TokenBucket(RequestRate rate) {
        intervalNs = TimeUnit.SECONDS.toNanos(1) / rate.perSecond();
        burstNs = intervalNs * rate.burst();
    }

    /** Takes a token, or returns false when there is none. */
    boolean admits(long nowNs) {
        boolean isReady = isReady(nowNs);
        if (isReady) {
            take();
        }
        return isReady;
    }

    /** Whether there is a token. */
    boolean isReady(long nowNs) {
        // A full bucket has not seen any time, and the clock may be below zero.
        spentNs = spentNs == 0 ? 0 : Math.max(0, spentNs - (nowNs - seenNs));
        seenNs = nowNs;
        return spentNs + intervalNs <= burstNs;
    }

    /** Takes a token, one of those to come when there is none. */
    void take() {
        spentNs += intervalNs;
    }
}
