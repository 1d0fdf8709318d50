package org.portreeve.nat.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.portreeve.testkit.Conformance;

/**
 * Goal: the numbers tell nothing of the key or of each other. Method: fixed keys; a function whose
 * bits each depend on all bits of key and counter changes half of them when one changes.
 */
class PortRandomTest {
    private static final int NUMBERS = 2_000;

    @Test
    @Conformance("NAT-RND-004")
    void everyBitOfTheKeyChangesHalfOfTheBitsOfEachNumber() {
        for (int bit = 0; bit < 2 * Long.SIZE; bit++) {
            long flip = 1L << bit;
            var one = new PortRandom(7, 9);
            var other = bit < Long.SIZE ? new PortRandom(7 ^ flip, 9) : new PortRandom(7, 9 ^ flip);
            long changed = 0;
            for (int i = 0; i < NUMBERS; i++) {
                changed += Long.bitCount(one.bits() ^ other.bits());
            }
            assertEquals(32, (double) changed / NUMBERS, 0.5, "bit " + bit + " of the key");
        }
    }

    @Test
    @Conformance("NAT-RND-004")
    void numbersThatFollowEachOtherHaveNothingInCommon() {
        var random = new PortRandom(new SplittableRandom(1).nextLong(), 3);
        long before = random.bits();
        int[] steps = new int[Long.SIZE];
        int[] ones = new int[Long.SIZE];
        for (int i = 0; i < NUMBERS; i++) {
            long next = random.bits();
            for (int bit = 0; bit < Long.SIZE; bit++) {
                steps[bit] += (int) ((next - before) >>> bit & 1);
                ones[bit] += (int) (next >>> bit & 1);
            }
            before = next;
        }
        // Six standard deviations of a thousand.
        assertTrue(Arrays.stream(steps).allMatch(n -> Math.abs(n - 1_000) < 135));
        assertTrue(Arrays.stream(ones).allMatch(n -> Math.abs(n - 1_000) < 135));
    }

    @Test
    void numbersBelowABoundAreAllOfThem() {
        var random = new PortRandom(1, 2);
        for (int bound : new int[] {1, 2, 3, 7, 64}) {
            int[] seen = new int[bound];
            for (int i = 0; i < 1_000 * bound; i++) {
                seen[random.below(bound)]++;
            }
            assertTrue(Arrays.stream(seen).allMatch(n -> bound == 1 || (800 < n && n < 1_200)));
        }
    }
}
