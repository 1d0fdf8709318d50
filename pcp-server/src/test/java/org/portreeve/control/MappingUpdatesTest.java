package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.testkit.Conformance;

class MappingUpdatesTest {
    private static final long MILLI_NS = 1_000_000;
    private static final long SECOND_NS = 1_000 * MILLI_NS;

    /** A clock that is below zero at first. */
    private static final long START_NS = -SECOND_NS;

    private final MappingUpdates updates = new MappingUpdates();

    private static MappingUpdate update(int port, long lifetimeSeconds) {
        return new MappingUpdate(
                InternalTuple.of(17, 0x6440_0007, port),
                new Nonce(1, 2),
                new Client(0x6440_0007, 40_000),
                0xc633_6401,
                5_000,
                lifetimeSeconds,
                List.of());
    }

    private static MappingUpdate update(InternalTuple internal, int clientIp) {
        var client = new Client(clientIp, 9);
        return new MappingUpdate(internal, new Nonce(1, 2), client, 1, 1, 600, List.of());
    }

    /** When copies go out, in milliseconds after the start, looked at every ten. */
    private List<Long> sentMillis(long forMillis) {
        List<Long> sent = new ArrayList<>();
        for (long millis = 0; millis <= forMillis; millis += 10) {
            if (updates.poll(START_NS + millis * MILLI_NS).isPresent()) {
                sent.add(millis);
            }
        }
        return sent;
    }

    @Test
    @Conformance("PCP-UPD-005")
    void threeCopiesGoOut() {
        assertTrue(updates.begin(update(80, 600), START_NS));

        assertEquals(List.of(0L, 260L, 770L), sentMillis(10_000));
        assertEquals(0, updates.size());
    }

    @Test
    void anEndIsToldWhenNothingTookThePlace() {
        updates.begin(update(80, 0), START_NS);

        assertEquals(List.of(100L, 360L, 870L), sentMillis(10_000));
    }

    @Test
    void whatTakesThePlaceOfAnEndIsToldInItsStead() {
        updates.begin(update(80, 0), START_NS);
        updates.begin(update(80, MappingView.FOREVER), START_NS + 50 * MILLI_NS);

        assertEquals(
                Optional.of(update(80, MappingView.FOREVER)),
                updates.poll(START_NS + 50 * MILLI_NS));
        assertEquals(Optional.empty(), updates.poll(START_NS + 51 * MILLI_NS));
        assertEquals(Optional.empty(), updates.poll(START_NS + 300 * MILLI_NS));
        assertTrue(updates.poll(START_NS + 301 * MILLI_NS).isPresent());
        assertEquals(Optional.empty(), updates.poll(START_NS + 302 * MILLI_NS));
        assertTrue(updates.poll(START_NS + 802 * MILLI_NS).isPresent());
        assertEquals(Optional.empty(), updates.poll(START_NS + 10 * SECOND_NS));
    }

    @Test
    @Conformance("PCP-UPD-005")
    void nothingMoreIsToldOnceTheOwnerAskedAgain() {
        updates.begin(update(80, 600), START_NS);
        updates.begin(update(81, 600), START_NS);
        assertTrue(updates.poll(START_NS).isPresent());
        assertTrue(updates.poll(START_NS).isPresent());

        updates.cease(update(80, 600).internal());

        assertEquals(Optional.empty(), updates.poll(START_NS + MILLI_NS));
        long laterNs = START_NS + 251 * MILLI_NS;
        assertEquals(Optional.of(update(81, 600)), updates.poll(laterNs));
        assertEquals(Optional.empty(), updates.poll(laterNs));
        assertEquals(1, updates.size());
    }

    @Test
    void eachCopyTellsTheLifetimeThatIsLeft() {
        updates.begin(update(80, 600), START_NS);
        updates.poll(START_NS);
        updates.poll(START_NS + MILLI_NS);

        Optional<MappingUpdate> late = updates.poll(START_NS + 7 * SECOND_NS);

        assertEquals(593, late.orElseThrow().lifetimeSeconds());
    }

    @Test
    void aTurnThatTookLongDoesNotMakeTheGapShorter() {
        updates.begin(update(80, 600), START_NS);
        assertTrue(updates.poll(START_NS).isPresent());

        // The first copy may have left at the end of a turn of two seconds.
        long nextTurnNs = START_NS + 2 * SECOND_NS;
        assertEquals(Optional.empty(), updates.poll(nextTurnNs));
        assertEquals(Optional.empty(), updates.poll(nextTurnNs + 249 * MILLI_NS));
        assertTrue(updates.poll(nextTurnNs + 250 * MILLI_NS).isPresent());
    }

    @Test
    void thereIsABound() {
        for (int i = 0; i < MappingUpdates.MAX_PENDING; i++) {
            var internal = InternalTuple.of(6, i, 80);
            var one = update(internal, i);
            assertTrue(updates.begin(one, START_NS));
        }
        assertFalse(updates.begin(update(80, 600), START_NS));
        updates.cease(InternalTuple.of(6, 7, 80));
        assertTrue(updates.begin(update(80, 600), START_NS));
    }

    /**
     * Goal: whatever begins, ceases and is polled when, nobody hears more than three copies of one
     * change, with the gaps of the RFC at least. Method: random steps against a count.
     */
    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void nobodyHearsMoreOrSoonerThanTheRfcSays(long seed) {
        var random = new SplittableRandom(seed);
        Map<InternalTuple, List<Long>> told = new HashMap<>();
        long nowNs = START_NS;
        for (int step = 0; step < 20_000; step++) {
            nowNs += random.nextLong(60 * MILLI_NS);
            int port = random.nextInt(1, 40);
            switch (random.nextInt(10)) {
                case 0 -> {
                    told.put(update(port, 0).internal(), new ArrayList<>());
                    updates.begin(update(port, random.nextInt(3)), nowNs);
                }
                case 1 -> updates.cease(update(port, 0).internal());
                default -> {
                    long atNs = nowNs;
                    updates.poll(nowNs).ifPresent(u -> told.get(u.internal()).add(atNs));
                }
            }
        }
        told.values().forEach(MappingUpdatesTest::assertSpaced);
    }

    private static void assertSpaced(List<Long> sentNs) {
        assertTrue(sentNs.size() <= 3, sentNs::toString);
        for (int i = 1; i < sentNs.size(); i++) {
            long gapMillis = (sentNs.get(i) - sentNs.get(i - 1)) / MILLI_NS;
            assertTrue(gapMillis >= (i == 1 ? 250 : 500), sentNs::toString);
        }
    }
}
