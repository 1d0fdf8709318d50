package org.portreeve.pcp.client;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * When to renew what was granted (RFC 6887 §11.2.1): at a random time between 1/2 and 5/8 of its
 * lifetime, and while that is not answered between 3/4 and 13/16, 7/8 and 29/32, and so on; never
 * less than four seconds apart. Reads no clock. Owned by one thread.
 */
public final class RenewalTimes {
    /** RFC 6887 §8.3, §15: what is longer is taken for this long. */
    static final long MAX_LIFETIME_SECONDS = TimeUnit.HOURS.toSeconds(24);

    /** RFC 6887 §11.2.1. */
    static final long LEAST_APART_NS = TimeUnit.SECONDS.toNanos(4);

    private final RandomGenerator random;
    private final long grantedNs;
    private final long lifetimeNs;

    /** What of the lifetime is left when the next time begins; halved with each. */
    private double left = 0.5;

    private long dueNs;

    /** The times for what was granted now, for so many seconds. */
    public RenewalTimes(long lifetimeSeconds, RandomGenerator random, long nowNs) {
        this.random = random;
        grantedNs = nowNs;
        lifetimeNs = TimeUnit.SECONDS.toNanos(Math.min(lifetimeSeconds, MAX_LIFETIME_SECONDS));
        dueNs = nowNs;
        next(nowNs);
    }

    /** When the next request is to be sent. */
    public long dueNs() {
        return dueNs;
    }

    /** When what was granted ends. */
    public long endNs() {
        return grantedNs + lifetimeNs;
    }

    /** A request was sent and not answered. */
    public void unanswered(long nowNs) {
        left /= 2;
        next(nowNs);
    }

    private void next(long nowNs) {
        double fraction = 1 - left + left / 4 * random.nextDouble();
        long timeNs = grantedNs + (long) (fraction * lifetimeNs);
        dueNs = timeNs - nowNs < LEAST_APART_NS ? nowNs + LEAST_APART_NS : timeNs;
    }
}
