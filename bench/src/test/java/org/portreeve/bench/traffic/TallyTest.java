package org.portreeve.bench.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TallyTest {
    private static final long SENT_NEVER_NS = Integer.MAX_VALUE;

    @Test
    void percentilesAreOfAllAnswers() {
        Tally tally = new Tally();
        for (int i = 100; i >= 1; i--) {
            tally.answered(0, i, true, i);
        }

        Map<String, Long> figures = tally.figures();

        assertEquals(50, figures.get("p50-ns"));
        assertEquals(99, figures.get("p99-ns"));
        assertEquals(100, figures.get("succeeded"));
    }

    @Test
    void whatWasNeverAnsweredCountsAsTheLongestTime() {
        Tally tally = new Tally();
        tally.answered(0, 1, true, 1);
        tally.unanswered();
        tally.unanswered();

        assertEquals(SENT_NEVER_NS, tally.figures().get("p50-ns"));
        assertEquals(2, tally.figures().get("never"));
    }

    @Test
    void whatWasDueAndNotSentCountsAsSentAndUnanswered() {
        Tally tally = new Tally();
        tally.unsent(5);

        Map<String, Long> figures = tally.figures();

        assertEquals(5, figures.get("sent"));
        assertEquals(5, figures.get("repeated"));
        assertEquals(5, figures.get("never"));
    }

    @Test
    void refusalsAreCountedByResultAndAreNoSuccesses() {
        Tally tally = new Tally();
        tally.answered(8, 1, true, 1);
        tally.answered(8, 1, true, 1);
        tally.answered(0, 2, false, 1);

        Map<String, Long> figures = tally.figures();

        assertEquals(2, figures.get("refused-8"));
        assertEquals(1, figures.get("succeeded"));
        assertEquals(0, figures.get("in-time"), "the answer came after the end");
    }
}
