package org.portreeve.control.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.portreeve.control.request.RequestEntry.Asked;
import org.portreeve.control.request.RequestEntry.Told;
import org.portreeve.control.view.MappingOrigin;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.InternalTuple;

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

    @Test
    void whoeverComesInThePlaceOfAnotherHasNothingOfIt() {
        for (int key = 0; key <= RequestLog.SUBSCRIBERS; key++) {
            for (int i = 0; i < 3; i++) {
                log.add(key, entry(key));
            }
        }
        List<RequestEntry> kept = log.of(RequestLog.SUBSCRIBERS);
        assertEquals(3, kept.size());
        assertTrue(kept.stream().allMatch(e -> e.wallMillis() == RequestLog.SUBSCRIBERS));
    }

    @Test
    void whatIsKeptIsWhatWasAskedAndTold() {
        var tuple = new InternalTuple(3, 255, -2, 65_535);
        List<Asked> asked =
                List.of(
                        new Asked.Mapping(tuple, 65_535, 4_294_967_295L, 65_536),
                        new Asked.Mapping(new InternalTuple(0, 0, 1, 0), 0, 0),
                        new Asked.Session(tuple, -3, 443, 7_200),
                        new Asked.Undecided());
        List<Told> told =
                List.of(
                        new Told.Granted(-4, 65_535, MappingView.FOREVER, 65_536),
                        new Told.Granted(1, 0, 0),
                        new Told.Deleted(59),
                        new Told.Refused("NO_RESOURCES", "All ports are taken."));
        List<RequestEntry> entries = new ArrayList<>();
        Iterator<MappingOrigin> origins =
                Stream.generate(() -> EnumSet.allOf(MappingOrigin.class))
                        .flatMap(Set::stream)
                        .iterator();
        for (Asked one : asked) {
            for (Told answer : told) {
                MappingOrigin origin = origins.next();
                entries.add(
                        new RequestEntry(
                                1_800_000_000_000L + entries.size(), origin, -9, one, answer));
            }
        }
        // Each place has held something else before.
        entries.reversed().forEach(entry -> log.add(7, entry));
        entries.forEach(entry -> log.add(7, entry));

        assertEquals(entries.reversed(), log.of(7));
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
