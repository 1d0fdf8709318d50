package org.portreeve.upnp.ssdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SearchLimiterTest {
    private static final long SECOND_NS = 1_000_000_000L;

    private final SearchLimiter limiter = new SearchLimiter(0);

    @Test
    void hostMaySearchTwentyTimesInTenSecondsAgainAndAgain() {
        for (long nowNs = 0; nowNs < 60 * SECOND_NS; nowNs += SECOND_NS / 2) {
            assertTrue(limiter.admitsSearch(1, nowNs));
        }
    }

    @Test
    void floodOfOneSourceLeavesOthersAlone() {
        int admitted = 0;
        for (int i = 0; i < 1000; i++) {
            admitted += limiter.admitsSearch(1, 0) ? 1 : 0;
        }
        assertEquals(SearchLimiter.SOURCE_BURST, admitted);
        assertTrue(limiter.admitsSearch(2, 0));
        assertFalse(limiter.admitsSearch(1, SECOND_NS / 10));
        assertTrue(limiter.admitsSearch(1, SECOND_NS));
    }

    @Test
    void answersOfAllAreBounded() {
        int admitted = 0;
        for (int i = 0; i < 10_000; i++) {
            admitted += limiter.admitsAnswer(0) ? 1 : 0;
        }
        assertEquals(SearchLimiter.TOTAL_BURST, admitted);
    }

    @Test
    void manySourcesDoNotGrowIt() {
        for (int source = 0; source < 3 * SearchLimiter.MAX_SOURCES; source++) {
            assertTrue(limiter.admitsSearch(source, 0));
        }
        assertEquals(SearchLimiter.MAX_SOURCES, limiter.sourceCount());
    }
}
