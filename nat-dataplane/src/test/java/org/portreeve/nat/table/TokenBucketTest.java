package org.portreeve.nat.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.nat.memory.Memory;

class TokenBucketTest {
    private static final long INTERVAL = 1_000;
    private static final int BURST = 5;

    private final long bucket = Memory.allocate(Memory.CACHE_LINE);

    /** Goal: as many tokens as a bucket of whole tokens has. Method: that bucket beside it. */
    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void itGivesWhatABucketOfTokensWould(long seed) {
        var random = new SplittableRandom(seed);
        long nowNs = random.nextLong(-1L << 40, 1L << 40);
        // What is there, in parts of a token.
        long filled = BURST * INTERVAL;
        for (int step = 0; step < 10_000; step++) {
            long passed = random.nextInt(3) == 0 ? random.nextLong(4 * INTERVAL) : 0;
            nowNs += passed;
            filled = Math.min(BURST * INTERVAL, filled + passed);
            int tokens = random.nextInt(1, 4);
            boolean isThere = filled >= tokens * INTERVAL;
            assertEquals(isThere, TokenBucket.take(bucket, nowNs, INTERVAL, BURST, tokens));
            filled -= isThere ? tokens * INTERVAL : 0;
        }
    }

    @Test
    void moreThanABurstIsTakenAsAWholeBurst() {
        assertTrue(TokenBucket.take(bucket, 1, INTERVAL, BURST, 100));
        assertFalse(TokenBucket.take(bucket, 1, INTERVAL, BURST));
        assertTrue(TokenBucket.take(bucket, 1 + INTERVAL, INTERVAL, BURST));
        assertFalse(TokenBucket.take(bucket, 1 + INTERVAL, INTERVAL, BURST));
    }

    @Test
    void burstOfNoneLetsNothingPass() {
        assertFalse(TokenBucket.take(bucket, 1, INTERVAL, 0));
        assertFalse(TokenBucket.take(bucket, 1 << 30, INTERVAL, 0, 3));
    }

    @Test
    void missingTokensStayAsManyWhenTheirIntervalChanges() {
        assertTrue(TokenBucket.take(bucket, 7, INTERVAL, BURST, 4));
        TokenBucket.rescale(bucket, 7, INTERVAL, 10 * INTERVAL);
        assertTrue(TokenBucket.take(bucket, 7, 10 * INTERVAL, BURST));
        assertFalse(TokenBucket.take(bucket, 6 + 10 * INTERVAL, 10 * INTERVAL, BURST));
        assertTrue(TokenBucket.take(bucket, 7 + 10 * INTERVAL, 10 * INTERVAL, BURST));
    }

    @Test
    void partOfATokenStaysThatPart() {
        assertTrue(TokenBucket.take(bucket, 0, INTERVAL, 1));
        TokenBucket.rescale(bucket, INTERVAL / 4, INTERVAL, 8 * INTERVAL);
        long quarter = INTERVAL / 4;
        assertFalse(TokenBucket.take(bucket, quarter + 6 * INTERVAL - 1, 8 * INTERVAL, 1));
        assertTrue(TokenBucket.take(bucket, quarter + 6 * INTERVAL, 8 * INTERVAL, 1));
    }

    @Test
    void fullBucketStaysFullWhenItsIntervalChanges() {
        TokenBucket.rescale(bucket, 5, INTERVAL, 2 * INTERVAL);
        assertTrue(TokenBucket.take(bucket, 5, 2 * INTERVAL, BURST, BURST));
        TokenBucket.rescale(bucket, 6 + 10 * INTERVAL, 2 * INTERVAL, 100 * INTERVAL);
        assertTrue(TokenBucket.take(bucket, 6 + 10 * INTERVAL, 100 * INTERVAL, BURST, BURST));
    }
}
