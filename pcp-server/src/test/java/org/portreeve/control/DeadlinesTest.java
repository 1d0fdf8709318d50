package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DeadlinesTest {
    private static final int LANES = 2;
    private static final int CAPACITY = 10_000;

    private final Slots slots = new Slots();
    private final long[] deadlinesNs = new long[CAPACITY];
    private final Deadlines deadlines = new Deadlines(LANES, slot -> deadlinesNs[slot]);

    @Test
    void anEntryIsDueAtItsDeadlineAndNotBefore() {
        int entry = add(0, 100);

        assertEquals(Slots.NONE, deadlines.due(0, 99));
        assertEquals(entry, deadlines.due(0, 100));
        assertEquals(Slots.NONE, deadlines.due(1, 100));
    }

    @Test
    void deadlinesMayPassTheEndOfTheClock() {
        add(0, Long.MIN_VALUE);
        int before = add(0, Long.MAX_VALUE);

        assertEquals(before, deadlines.due(0, Long.MAX_VALUE));
        remove(0, before);
        assertEquals(Slots.NONE, deadlines.due(0, Long.MAX_VALUE));
    }

    @Test
    void aDeadlineMayBePutOffPastTheEndOfTheClock() {
        int entry = add(0, Long.MAX_VALUE - 1);
        deadlinesNs[entry] = Long.MIN_VALUE + 1;
        deadlines.arm(0, entry);

        assertEquals(Slots.NONE, deadlines.due(0, Long.MIN_VALUE));
        assertEquals(entry, deadlines.due(0, Long.MIN_VALUE + 1));
    }

    @Test
    void oneIsDueBehindManyThatWerePutOff() {
        for (int i = 0; i < 2_500; i++) {
            int entry = add(0, i);
            deadlinesNs[entry] = 10_000;
            deadlines.arm(0, entry);
        }
        int due = add(0, 5_000);

        assertEquals(Slots.NONE, deadlines.due(0, 6_000));
        assertEquals(Slots.NONE, deadlines.due(0, 6_000));
        assertEquals(due, deadlines.due(0, 6_000));
        remove(0, due);
        assertEquals(Slots.NONE, deadlines.due(0, 6_000));
    }

    @Test
    void oneThatWasNeverArmedMayBeStopped() {
        deadlines.disarm(0, CAPACITY - 1);

        assertEquals(Slots.NONE, deadlines.due(0, Long.MAX_VALUE));
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
            int due = deadlines.due(lane, nowNs);
            assertEquals(
                    firstNs <= nowNs ? firstNs : -1, due == Slots.NONE ? -1 : deadlinesNs[due]);
        }
        assertEquals(model.size(), model.stream().map(e -> e.slot).distinct().count());
        assertTrue(model.stream().allMatch(e -> e.slot < slots.count()));
    }

    private void change(SplittableRandom random, List<Entry> model) {
        int action = random.nextInt(5);
        if (action <= 1 || model.isEmpty()) {
            int lane = random.nextInt(LANES);
            model.add(new Entry(lane, add(lane, random.nextLong(1000))));
            return;
        }
        Entry entry = model.get(random.nextInt(model.size()));
        switch (action) {
            case 2 -> {
                model.remove(entry);
                remove(entry.lane, entry.slot);
            }
            case 3 -> {
                deadlinesNs[entry.slot] = random.nextLong(1000);
                entry.armed = true;
                deadlines.arm(entry.lane, entry.slot);
            }
            default -> {
                entry.armed = false;
                deadlines.disarm(entry.lane, entry.slot);
            }
        }
    }

    private int add(int lane, long deadlineNs) {
        int slot = slots.take();
        deadlinesNs[slot] = deadlineNs;
        deadlines.arm(lane, slot);
        return slot;
    }

    private void remove(int lane, int slot) {
        deadlines.disarm(lane, slot);
        slots.free(slot);
    }

    private long firstNs(List<Entry> model, int lane) {
        return model.stream()
                .filter(e -> e.armed && e.lane == lane)
                .mapToLong(e -> deadlinesNs[e.slot])
                .min()
                .orElse(5000);
    }

    private static final class Entry {
        private final int lane;
        private final int slot;
        private boolean armed = true;

        Entry(int lane, int slot) {
            this.lane = lane;
            this.slot = slot;
        }
    }
}
