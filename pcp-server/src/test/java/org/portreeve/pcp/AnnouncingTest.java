package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.portreeve.testkit.Conformance;

class AnnouncingTest {
    private static final long MILLI_NS = 1_000_000;

    /** A clock that has passed the range of a long. */
    private static final long START_NS = Long.MAX_VALUE - 1000 * MILLI_NS;

    @Test
    @Conformance("NPM-082")
    void tenCopiesWithDoublingGaps() {
        var announcing = new Announcing();
        announcing.begin(START_NS);
        List<Long> sentMillis = new ArrayList<>();
        for (long millis = 0; millis < 1_000_000; millis += 10) {
            if (announcing.poll(START_NS + millis * MILLI_NS)) {
                sentMillis.add(millis);
            }
        }

        List<Long> expected =
                List.of(0L, 250L, 750L, 1750L, 3750L, 7750L, 15_750L, 31_750L, 63_750L, 127_750L);
        assertEquals(expected, sentMillis);
    }

    @Test
    void nothingIsSentBeforeItBegins() {
        assertFalse(new Announcing().poll(0));
    }

    @Test
    void beginningAgainStartsOver() {
        var announcing = new Announcing();
        announcing.begin(0);
        assertTrue(announcing.poll(0));
        assertTrue(announcing.poll(250 * MILLI_NS));

        announcing.begin(300 * MILLI_NS);

        assertTrue(announcing.poll(300 * MILLI_NS));
        assertFalse(announcing.poll(549 * MILLI_NS));
        assertTrue(announcing.poll(550 * MILLI_NS));
    }
}
