package org.portreeve.admin.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LoginThrottleTest {
    private static final String NAME = "admin";
    private static final int FREE = 3;

    private final LoginThrottle throttle = new LoginThrottle(FREE);
    private long nowNs = -5;

    @Test
    void firstTriesNeedNotWait() {
        for (int tries = 0; tries < FREE; tries++) {
            assertEquals(0, throttle.waitSeconds(NAME, nowNs));
            throttle.onTry(NAME, nowNs);
        }

        assertEquals(1, throttle.waitSeconds(NAME, nowNs));
        assertEquals(0, throttle.waitSeconds("other", nowNs));
    }

    @Test
    void pausesDoubleUpToTheLongest() {
        tries(FREE);
        for (long pause : new long[] {1, 2, 4, 8, 16, 32, 60, 60}) {
            assertEquals(pause, throttle.waitSeconds(NAME, nowNs));
            pass(pause, -1);
            assertEquals(1, throttle.waitSeconds(NAME, nowNs));
            nowNs++;
            assertEquals(0, throttle.waitSeconds(NAME, nowNs));
            throttle.onTry(NAME, nowNs);
        }
    }

    @Test
    void successForgetsTries() {
        tries(FREE + 4);

        throttle.onSuccess(NAME);

        assertEquals(0, throttle.waitSeconds(NAME, nowNs));
    }

    @Test
    void triesAreForgottenAfterALongRest() {
        tries(FREE + 70);
        pass(LoginThrottle.MEMORY_SECONDS, 0);

        assertEquals(0, throttle.waitSeconds(NAME, nowNs));
        tries(FREE - 1);
        assertEquals(0, throttle.waitSeconds(NAME, nowNs));
    }

    @Test
    void manyKeysPushOutTheOldestOnly() {
        tries(FREE);
        for (int i = 0; i < LoginThrottle.MAX_KEYS - 1; i++) {
            throttle.onTry("key" + i, nowNs);
        }
        assertTrue(throttle.waitSeconds(NAME, nowNs) > 0);

        for (int i = 0; i < LoginThrottle.MAX_KEYS; i++) {
            throttle.onTry("other" + i, nowNs);
        }
        assertEquals(0, throttle.waitSeconds(NAME, nowNs));
    }

    private void tries(int count) {
        for (int tries = 0; tries < count; tries++) {
            throttle.onTry(NAME, nowNs);
        }
    }

    private void pass(long seconds, long ns) {
        nowNs += TimeUnit.SECONDS.toNanos(seconds) + ns;
    }
}
