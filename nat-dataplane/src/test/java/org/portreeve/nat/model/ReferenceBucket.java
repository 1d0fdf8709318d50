package org.portreeve.nat.model;

import java.math.BigInteger;

/**
 * A token bucket, full at first. When its rate changes as many tokens are missing as before, or in
 * one that does not rescale as much time, but never more than it holds. One thread.
 */
final class ReferenceBucket {
    private final boolean rescales;
    private long fullAgainNs = Long.MIN_VALUE;
    private long intervalNs;

    ReferenceBucket(boolean rescales) {
        this.rescales = rescales;
    }

    boolean take(long nowNs, int perSecond, int burst) {
        long freshNs = 1_000_000_000L / perSecond;
        long missingNs = Math.max(nowNs, fullAgainNs) - nowNs;
        if (rescales && intervalNs != 0) {
            missingNs =
                    BigInteger.valueOf(missingNs)
                            .multiply(BigInteger.valueOf(freshNs))
                            .divide(BigInteger.valueOf(intervalNs))
                            .longValueExact();
        }
        intervalNs = freshNs;
        missingNs = Math.min(missingNs, freshNs * burst);
        boolean has = missingNs + freshNs <= freshNs * burst;
        fullAgainNs = nowNs + missingNs + (has ? freshNs : 0);
        return has;
    }
}
