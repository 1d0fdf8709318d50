package org.portreeve.control.request;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.portreeve.control.view.MappingOrigin;

/** Which requests are kept, and which go first. */
class RequestLogTest {
    private final RequestLog log = new RequestLog();

    @Test
    void theLastRequestsOfASubscriberAreKeptTheLastFirst() {
        for (int i = 0; i <= RequestLog.EACH; i++) {
            log.add(7, entry(i));
        }
        List<RequestEntry> kept = log.of(7);
        assertEquals(RequestLog.EACH, kept.size());
        assertEquals(RequestLog.EACH, kept.getFirst().wallMillis());
        assertEquals(1, kept.getLast().wallMillis());
    }

    @Test
    void aSubscriberWhoAsksALotPushesOutNobodyElse() {
        log.add(1, entry(0));
        for (int i = 0; i < 100 * RequestLog.SUBSCRIBERS; i++) {
            log.add(2, entry(i));
        }
        assertEquals(1, log.of(1).size());
    }

    @Test
    void ofTooManySubscribersTheOneThatWasSilentForLongestGoes() {
        for (int key = 0; key < RequestLog.SUBSCRIBERS; key++) {
            log.add(key, entry(0));
        }
        log.add(0, entry(1));
        log.add(RequestLog.SUBSCRIBERS, entry(0));
        assertEquals(2, log.of(0).size());
        assertEquals(List.of(), log.of(1));
        assertEquals(1, log.of(2).size());
        assertEquals(1, log.of(RequestLog.SUBSCRIBERS).size());
    }

    private static RequestEntry entry(long wallMillis) {
        return new RequestEntry(
                wallMillis,
                MappingOrigin.PCP,
                1,
                new RequestEntry.Asked.Undecided(),
                new RequestEntry.Told.Refused("X", "x"));
    }
}
