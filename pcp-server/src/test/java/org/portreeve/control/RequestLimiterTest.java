package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.portreeve.control.policy.RequestRate;

class RequestLimiterTest {
    private static final long SECOND = Durations.NS_PER_SECOND;

    private static final RequestRate RATE = new RequestRate(10, 5);

    private final RequestLimiter limiter = new RequestLimiter(16);

    @Test
    void theBurstPassesAndThenTheRate() {
        assertEquals(5, admitted(1, 20, 0));
        assertFalse(limiter.admits(1, RATE, SECOND / 10 - 1));
        assertTrue(limiter.admits(1, RATE, SECOND / 10));
        assertFalse(limiter.admits(1, RATE, SECOND / 10));
        assertEquals(5, admitted(1, 20, 10 * SECOND));
    }

    @Test
    void oneDoesNotUseUpAnothersTokens() {
        assertEquals(5, admitted(1, 1000, 0));
        assertEquals(5, admitted(2, 1000, 0));
    }

    @Test
    void manySendersCannotMakeAnotherOneWait() {
        for (long key = 100; key < 100_000; key++) {
            limiter.admits(key, RATE, 0);
        }
        assertEquals(5, admitted(1, 20, 0));
    }

    @Test
    void theClockMayPassItsEnd() {
        long nowNs = Long.MAX_VALUE - SECOND / 20;
        assertEquals(5, admitted(1, 20, nowNs));
        assertTrue(limiter.admits(1, RATE, nowNs + SECOND / 10));
    }

    @Test
    void anotherRateGivesNobodyAFreshBurst() {
        RequestRate fast = new RequestRate(1000, 500);
        assertEquals(5, admitted(1, 20, 0));
        for (int reload = 0; reload < 10; reload++) {
            assertFalse(limiter.admits(1, fast, 0));
            assertFalse(limiter.admits(1, RATE, 0));
        }
        assertTrue(limiter.admits(1, fast, SECOND / 1000));
        assertFalse(limiter.admits(1, fast, SECOND / 1000));
    }

    @Test
    void aBucketIsAsFullAtAnotherRateAsItWas() {
        RequestRate wide = new RequestRate(10, 50);
        assertTrue(limiter.admits(1, RATE, 0));
        int left = 0;
        while (limiter.admits(1, wide, 0)) {
            left++;
        }
        assertEquals(40, left);
    }

    private int admitted(long key, int tries, long nowNs) {
        int admitted = 0;
        for (int i = 0; i < tries; i++) {
            admitted += limiter.admits(key, RATE, nowNs) ? 1 : 0;
        }
        return admitted;
    }
}
