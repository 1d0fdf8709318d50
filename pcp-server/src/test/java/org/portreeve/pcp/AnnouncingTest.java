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
    @Conformance({"NPM-082", "PCP-ANN-009"})
    void tenCopiesWithDoublingGaps() {
        var announcing = new Announcing();
        announcing.begin(10, START_NS);
        List<Long> sentMillis = new ArrayList<>();
        for (long millis = 0; millis < 1_000_000; millis += 10) {
            if (announcing.poll(START_NS + millis * MILLI_NS)) {
                sentMillis.add(millis);
            }
        }

        assertEquals(10, sentMillis.size());
        assertEquals(0, sentMillis.getFirst());
        long least = 250;
        for (int i = 1; i < sentMillis.size(); i++) {
            long gap = sentMillis.get(i) - sentMillis.get(i - 1);
            assertTrue(gap >= least && gap <= least + 30, sentMillis::toString);
            least = 2 * gap;
        }
    }

    @Test
    @Conformance("PCP-ANN-009")
    void aTurnThatTookLongMakesTheGapsLonger() {
        var announcing = new Announcing();
        announcing.begin(10, 0);
        assertTrue(announcing.poll(700 * MILLI_NS));
        // The copy may have left at the end of a turn of a second.
        assertFalse(announcing.poll(1_700 * MILLI_NS));
        assertFalse(announcing.poll(1_949 * MILLI_NS));
        assertTrue(announcing.poll(1_950 * MILLI_NS));
        // There may be 1260 ms between the two.
        assertFalse(announcing.poll(1_960 * MILLI_NS));
        assertFalse(announcing.poll(4_479 * MILLI_NS));
        assertTrue(announcing.poll(4_480 * MILLI_NS));
    }

    @Test
    void nothingIsSentBeforeItBegins() {
        assertFalse(new Announcing().poll(0));
    }

    @Test
    void beginningAgainStartsOver() {
        var announcing = new Announcing();
        announcing.begin(10, 0);
        assertTrue(announcing.poll(0));
        assertFalse(announcing.poll(10 * MILLI_NS));
        assertTrue(announcing.poll(260 * MILLI_NS));

        announcing.begin(10, 300 * MILLI_NS);

        assertTrue(announcing.poll(300 * MILLI_NS));
        assertFalse(announcing.poll(310 * MILLI_NS));
        assertFalse(announcing.poll(559 * MILLI_NS));
        assertTrue(announcing.poll(560 * MILLI_NS));
    }
}
