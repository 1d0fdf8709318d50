package org.portreeve.admin.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.portreeve.admin.page.model.ReservationModel;
import org.portreeve.admin.page.part.ConflictWords;
import org.portreeve.admin.page.part.Moment;
import org.portreeve.control.reservation.Conflict;

class ConflictWordsTest {
    private static ConflictWords words(Conflict conflict) {
        return ConflictWords.of(conflict, Samples.NOW);
    }

    private static ConflictWords words(Class<? extends Conflict> type) {
        return Samples.everyConflict().stream()
                .filter(type::isInstance)
                .map(ConflictWordsTest::words)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void samplesHoldEveryConflict() {
        Set<Class<?>> known = Set.copyOf(Arrays.asList(Conflict.class.getPermittedSubclasses()));
        Set<Class<?>> sampled =
                Samples.everyConflict().stream()
                        .map(Object::getClass)
                        .collect(Collectors.toUnmodifiableSet());
        assertEquals(known, sampled);
    }

    @Test
    void everyConflictIsWholeSentences() {
        for (ConflictWords words : ConflictWords.all(Samples.everyConflict(), Samples.NOW)) {
            for (String sentence : List.of(words.what(), words.advice())) {
                assertTrue(sentence.endsWith("."), sentence);
                assertTrue(Character.isUpperCase(sentence.charAt(0)), sentence);
            }
        }
    }

    @Test
    void aLeasedPortSaysWhoHoldsItForWhatAndUntilWhen() {
        ConflictWords words = words(Conflict.PortLeased.class);
        assertEquals(
                "Subscriber house-9 holds this external port by UPnP for 100.64.3.9:443"
                        + " (“Camera”).",
                words.what());
        assertEquals("in 1 h 30 min", words.until().orElseThrow().text());
        assertTrue(words.canWait() && words.canEvict());
    }

    @Test
    void aReservedPortPointsToTheOtherReservation() {
        ConflictWords words = words(Conflict.PortReserved.class);
        assertEquals(
                "Reservation 12 has this external port, for TCP 100.64.0.10:8080.", words.what());
        assertEquals(OptionalLong.of(12), words.otherId());
        assertTrue(!words.canWait() && !words.canEvict());
    }

    @Test
    void aRestingPortIsAWarning() {
        ConflictWords words = words(Conflict.PortResting.class);
        assertEquals(
                "This external port rests after its last use by subscriber house-9.", words.what());
        assertEquals("in 1 min 30 s", words.until().orElseThrow().text());
        assertTrue(words.isWarning());
        assertTrue(words.advice().contains("takes it at once"), words.advice());
        assertTrue(new ReservationModel.Check("", List.of(words)).isClear());
        ConflictWords leased = words(Conflict.InternalLeased.class);
        var check = new ReservationModel.Check("", List.of(words, leased));
        assertTrue(!check.isClear() && check.canWait() && check.canEvict());
    }

    @Test
    void aRestingPortOfNobodyKnownIsSomebodyElses() {
        ConflictWords words = words(new Conflict.PortResting("", OptionalLong.empty()));
        assertEquals(
                "This external port rests after its last use by another subscriber.", words.what());
        assertTrue(words.until().isEmpty());
    }

    @Test
    void aPortInUseAndABlockNameTheSubscriber() {
        assertTrue(words(Conflict.PortInUse.class).what().contains("subscriber house-17"));
        assertTrue(
                words(Conflict.BlockHeld.class)
                        .what()
                        .contains("port block 20480–20991 of subscriber house-9"));
    }

    @Test
    void anInternalMappingSaysWhichPortToReserveInstead() {
        ConflictWords words = words(Conflict.InternalLeased.class);
        assertTrue(words.what().contains("by PCP already, at 198.51.100.4:9308."), words.what());
        assertTrue(words.advice().contains("Reserve external port 9308 instead"), words.advice());
        assertEquals("in 1 d 1 h", words.until().orElseThrow().text());
    }

    @Test
    void anInternalReservationAndAPairingNameWhatThereIs() {
        assertTrue(
                words(Conflict.InternalReserved.class)
                        .what()
                        .contains("Reservation 13 has this internal address and port already"));
        assertTrue(
                words(Conflict.PairedElsewhere.class)
                        .advice()
                        .startsWith("Choose external address 198.51.100.4"));
    }

    @Test
    void momentsAreSeenFromNowAndExact() {
        assertEquals("just now", Moment.of(Samples.NOW - 1000, Samples.NOW).text());
        assertEquals("in 59 s", Moment.of(Samples.NOW + 59_000, Samples.NOW).text());
        Moment ago = Moment.of(Samples.NOW - 86_400_000L * 3, Samples.NOW);
        assertEquals("3 d ago", ago.text());
        assertEquals("2026-01-28 12:00:00 UTC", ago.exact());
        assertEquals("2026-01-28T12:00:00Z", ago.machine());
    }
}
