package org.portreeve.nat.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** When use is high, and when no more. */
class MarksTest {
    private final Marks marks = new Marks(80, 70);

    @Test
    void useIsHighFromTheHighMarkOnUntilItIsBelowTheLowOne() {
        assertFalse(marks.isHigh(false, 799, 1_000));
        assertTrue(marks.isHigh(false, 800, 1_000));
        assertTrue(marks.isHigh(true, 700, 1_000));
        assertFalse(marks.isHigh(true, 699, 1_000));
        assertFalse(marks.isHigh(false, 700, 1_000));
    }

    @Test
    void nothingIsNeverTooMuch() {
        assertFalse(marks.isHigh(false, 0, 0));
        assertFalse(new Marks(1, 0).isHigh(true, 0, 10));
    }

    @Test
    void capacitiesOfMoreThan31BitsDoNotOverflow() {
        long capacity = 1L << 40;
        assertTrue(marks.isHigh(false, capacity, capacity));
        assertFalse(marks.isHigh(false, capacity / 2, capacity));
    }

    /** Told changes are those of a slow count of crossings, and alternate. */
    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void changesAlternateAndUseBetweenTheMarksChangesNothing(long seed) {
        var random = new SplittableRandom(seed);
        boolean high = false;
        int used = 0;
        for (int step = 0; step < 10_000; step++) {
            used = Math.clamp(used + random.nextInt(-9, 10), 0, 100);
            boolean next = marks.isHigh(high, used, 100);
            boolean expected = used >= 80 || (high && used >= 70);
            assertEquals(expected, next);
            high = next;
        }
    }
}
