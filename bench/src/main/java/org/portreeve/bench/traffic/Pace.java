package org.portreeve.bench.traffic;

import java.util.concurrent.locks.LockSupport;

/**
 * An even rate, or none; what is late is made up for. Main thread.
 *
 * @param perSecond 0 for no bound
 */
record Pace(long beginNs, long perSecond) {
    private static final long NS_PER_SECOND = 1_000_000_000;

    /** Sleeps until the next is due after so many. */
    void awaitTurn(long count) {
        if (perSecond > 0) {
            long earlyNs = beginNs + count * NS_PER_SECOND / perSecond - System.nanoTime();
            if (earlyNs > 0) {
                LockSupport.parkNanos(earlyNs);
            }
        }
    }
}
