package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.portreeve.control.ControlConfig.RequestRate;

class RequestLimiterTest {
    private static final long SECOND = Durations.NS_PER_SECOND;

    private final RequestLimiter limiter = new RequestLimiter(new RequestRate(10, 5), 16);

    @Test
    void theBurstPassesAndThenTheRate() {
        assertEquals(5, admitted(1, 20, 0));
        assertFalse(limiter.admits(1, SECOND / 10 - 1));
        assertTrue(limiter.admits(1, SECOND / 10));
        assertFalse(limiter.admits(1, SECOND / 10));
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
            limiter.admits(key, 0);
        }
        assertEquals(5, admitted(1, 20, 0));
    }

    @Test
    void theClockMayPassItsEnd() {
        long nowNs = Long.MAX_VALUE - SECOND / 20;
        assertEquals(5, admitted(1, 20, nowNs));
        assertTrue(limiter.admits(1, nowNs + SECOND / 10));
    }

    private int admitted(long key, int tries, long nowNs) {
        int admitted = 0;
        for (int i = 0; i < tries; i++) {
            admitted += limiter.admits(key, nowNs) ? 1 : 0;
        }
        return admitted;
    }
}
