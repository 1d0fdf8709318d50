package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DeadlineBookTest {
    private static final int LANES = 2;

    private final DeadlineBook<Entry> book = new DeadlineBook<>(LANES);

    private static final class Entry extends Booked {
        private final int lane;
        private long deadlineNs;
        private boolean armed = true;

        Entry(int lane, long deadlineNs) {
            this.lane = lane;
            this.deadlineNs = deadlineNs;
        }

        @Override
        long deadlineNs() {
            return deadlineNs;
        }
    }

    @Test
    void anEntryIsDueAtItsDeadlineAndNotBefore() {
        Entry entry = new Entry(0, 100);
        book.add(0, entry);

        assertTrue(book.due(0, 99).isEmpty());
        assertEquals(entry, book.due(0, 100).orElseThrow());
        assertTrue(book.due(1, 100).isEmpty());
    }

    @Test
    void deadlinesMayPassTheEndOfTheClock() {
        Entry before = new Entry(0, Long.MAX_VALUE);
        Entry after = new Entry(0, Long.MIN_VALUE);
        book.add(0, after);
        book.add(0, before);

        assertEquals(before, book.due(0, Long.MAX_VALUE).orElseThrow());
        book.remove(0, before);
        assertTrue(book.due(0, Long.MAX_VALUE).isEmpty());
    }

    @Test
    void aDeadlineMayBePutOffPastTheEndOfTheClock() {
        Entry entry = new Entry(0, Long.MAX_VALUE - 1);
        book.add(0, entry);
        entry.deadlineNs = Long.MIN_VALUE + 1;
        book.arm(0, entry);

        assertTrue(book.due(0, Long.MIN_VALUE).isEmpty());
        assertEquals(entry, book.due(0, Long.MIN_VALUE + 1).orElseThrow());
    }

    @Test
    void oneIsDueBehindManyThatWerePutOff() {
        for (int i = 0; i < 2_500; i++) {
            Entry entry = new Entry(0, i);
            book.add(0, entry);
            entry.deadlineNs = 10_000;
            book.arm(0, entry);
        }
        Entry due = new Entry(0, 5_000);
        book.add(0, due);

        assertTrue(book.due(0, 6_000).isEmpty());
        assertTrue(book.due(0, 6_000).isEmpty());
        assertEquals(due, book.due(0, 6_000).orElseThrow());
        book.remove(0, due);
        assertTrue(book.due(0, 6_000).isEmpty());
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void behavesLikeAPlainListSearchedThrough(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Entry> model = new ArrayList<>();
        for (int step = 0; step < 3000; step++) {
            change(random, model);
            int lane = random.nextInt(LANES);
            long nowNs = random.nextLong(1000);
            long firstNs = firstNs(model, lane);
            assertEquals(
                    firstNs <= nowNs ? firstNs : -1,
                    book.due(lane, nowNs).map(Entry::deadlineNs).orElse(-1L));
            assertEquals(model.size(), book.size());
        }
        assertEquals(new HashSet<>(model), walk());
    }

    private void change(SplittableRandom random, List<Entry> model) {
        int action = random.nextInt(5);
        if (action <= 1 || model.isEmpty()) {
            Entry entry = new Entry(random.nextInt(LANES), random.nextLong(1000));
            model.add(entry);
            book.add(entry.lane, entry);
            return;
        }
        Entry entry = model.get(random.nextInt(model.size()));
        switch (action) {
            case 2 -> {
                model.remove(entry);
                book.remove(entry.lane, entry);
            }
            case 3 -> {
                entry.deadlineNs = random.nextLong(1000);
                entry.armed = true;
                book.arm(entry.lane, entry);
            }
            default -> {
                entry.armed = false;
                book.disarm(entry.lane, entry);
            }
        }
    }

    private static long firstNs(List<Entry> model, int lane) {
        return model.stream()
                .filter(e -> e.armed && e.lane == lane)
                .mapToLong(Entry::deadlineNs)
                .min()
                .orElse(5000);
    }

    private Set<Entry> walk() {
        Set<Entry> met = new HashSet<>();
        for (int slot = 0; slot < book.slotCount(); slot++) {
            book.at(slot).ifPresent(e -> assertTrue(met.add(e)));
        }
        return met;
    }
}
