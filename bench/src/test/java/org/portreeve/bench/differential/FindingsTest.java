package org.portreeve.bench.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class FindingsTest {
    private static final String THEIRS = "what miniupnpd says";

    @Test
    void whatIsAnsweredAsExpectedIsJustified() {
        assertTrue(findings("").isJustified());
    }

    @Test
    void whatDiffersFromMiniupnpdIsWrongAllTheSameWhenItIsNotExpected() {
        Findings findings = findings("PCP-TP-002");
        assertFalse(findings.isJustified());
        assertTrue(findings.text().contains("Otherwise than expected"), findings::text);
    }

    @Test
    void eachReasonHasItsWords() {
        for (Reasons.Reason reason : Reasons.ALL) {
            for (String id : reason.ids()) {
                assertTrue(Expected.of(id).isPresent(), id);
            }
        }
    }

    /** All answers as expected but that of one question. */
    private static Findings findings(String wrong) {
        List<Question> questions = new ArrayList<>();
        List<List<String>> ours = new ArrayList<>();
        List<List<String>> theirs = new ArrayList<>();
        for (Reasons.Reason reason : Reasons.ALL) {
            for (String id : new TreeSet<>(reason.ids())) {
                questions.add(new Question(id, "a question", List.of()));
                String expected = Expected.of(id).orElseThrow().replace("*", "a5");
                ours.add(List.of(id.equals(wrong) ? "SUCCESS" : expected));
                theirs.add(List.of(THEIRS));
            }
        }
        Findings findings = Findings.of(questions, ours, theirs);
        assertEquals(questions.size(), findings.differences().size());
        return findings;
    }
}
