package org.portreeve.nat.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DeadlineWheelTest {
    private static final long TICK_NS = 250_000_000;
    private static final long TURN_NS = TICK_NS * DeadlineWheel.SLOTS;
    private static final int CAPACITY = 300;
    private static final int STEPS = 20_000;

    private final SplittableRandom starts = new SplittableRandom(7);

    /** Goal: never early, at most a tick late. Method: a map of true deadlines beside the wheel. */
    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void everyDeadlineComesOnceNotBeforeAndAtMostOneTickAfter(long seed) {
        var random = new SplittableRandom(seed);
        long nowNs = random.nextLong(-TURN_NS, TURN_NS);
        var wheel = new DeadlineWheel(CAPACITY, TICK_NS, nowNs);
        Map<Integer, Long> model = new HashMap<>();
        for (int step = 0; step < STEPS; step++) {
            int id = random.nextInt(CAPACITY);
            switch (random.nextInt(4)) {
                case 0, 1 -> {
                    long deadlineNs = nowNs + distance(random);
                    wheel.arm(id, deadlineNs);
                    model.put(id, deadlineNs);
                }
                case 2 -> {
                    wheel.cancel(id);
                    model.remove(id);
                }
                default -> {
                    nowNs += Math.max(0, distance(random) / 8);
                    pollAll(wheel, model, nowNs);
                }
            }
            assertEquals(model.containsKey(id), wheel.isArmed(id));
            assertEquals(model.size(), wheel.armed());
        }
        pollAll(wheel, model, nowNs + 5 * TURN_NS);
        assertEquals(0, wheel.armed());
    }

    /** As a shard does: it polls a few, arms some again, and then the clock goes on. */
    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void whoPollsLittleAtATimeGetsEverythingInTheEnd(long seed) {
        var random = new SplittableRandom(seed);
        long nowNs = 0;
        var wheel = new DeadlineWheel(CAPACITY, TICK_NS, nowNs);
        Map<Integer, Long> model = new HashMap<>();
        for (int id = 0; id < CAPACITY; id++) {
            long deadlineNs = random.nextLong(3 * TURN_NS);
            wheel.arm(id, deadlineNs);
            model.put(id, deadlineNs);
        }
        while (!model.isEmpty()) {
            nowNs += random.nextLong(TURN_NS / 100);
            for (int polls = random.nextInt(4); polls > 0; polls--) {
                int id = wheel.poll(nowNs);
                if (id == DeadlineWheel.NONE) {
                    break;
                }
                assertTrue(model.remove(id) <= nowNs, "early");
                if (random.nextInt(4) == 0) {
                    long deadlineNs = nowNs + random.nextLong(TURN_NS);
                    wheel.arm(id, deadlineNs);
                    model.put(id, deadlineNs);
                }
            }
        }
        assertEquals(DeadlineWheel.NEVER, wheel.nextDeadlineNs(nowNs));
    }

    @Test
    void deadlineIsNotGivenBackOneNanosecondBefore() {
        var wheel = new DeadlineWheel(1, TICK_NS, 1_000);
        wheel.arm(0, 1_000 + 3 * TICK_NS);

        assertEquals(DeadlineWheel.NONE, wheel.poll(1_000 + 3 * TICK_NS - 1));
        assertEquals(0, wheel.poll(1_000 + 3 * TICK_NS));
        assertFalse(wheel.isArmed(0));
    }

    @Test
    void sleepingUntilTheNextDeadlineMissesNothing() {
        long nowNs = starts.nextLong(TURN_NS);
        var wheel = new DeadlineWheel(2, TICK_NS, nowNs);
        long deadlineNs = nowNs + 7 * TURN_NS + 1;
        wheel.arm(1, deadlineNs);

        int sleeps = 0;
        while (wheel.poll(nowNs) == DeadlineWheel.NONE) {
            long next = wheel.nextDeadlineNs(nowNs);
            assertTrue(next > nowNs, "a sleep of no length would spin");
            nowNs = next;
            sleeps++;
        }
        assertTrue(deadlineNs <= nowNs && nowNs < deadlineNs + TICK_NS);
        assertTrue(sleeps <= 16, "a parked deadline is looked at twice a turn, not more");
    }

    @Test
    void yearsOfSilenceCostOneTurnOfEmptySlots() {
        var wheel = new DeadlineWheel(1, 1, 0);
        wheel.arm(0, Long.MAX_VALUE / 4);

        // A wheel that walked every tick would never come back from this.
        assertEquals(DeadlineWheel.NONE, wheel.poll(Long.MAX_VALUE / 4 - 1));
        assertEquals(0, wheel.poll(Long.MAX_VALUE / 4));
    }

    @Test
    void anyOfThoseThatAreDueTogetherMayBeCancelled() {
        for (int first = 0; first < 3; first++) {
            for (int cancelled = 0; cancelled < 3; cancelled++) {
                var wheel = new DeadlineWheel(3, TICK_NS, 0);
                Map<Integer, Long> model = new HashMap<>();
                for (int i = 0; i < 3; i++) {
                    wheel.arm((first + i) % 3, 5 * TICK_NS);
                    model.put(i, 5 * TICK_NS);
                }
                wheel.cancel(cancelled);
                model.remove(cancelled);
                pollAll(wheel, model, 5 * TICK_NS);
                assertEquals(Map.of(), model);
                assertEquals(0, wheel.armed());
            }
        }
    }

    @Test
    void deadlineOfThePastIsDueAtOnce() {
        var wheel = new DeadlineWheel(1, TICK_NS, 0);
        assertEquals(DeadlineWheel.NONE, wheel.poll(100 * TICK_NS));
        wheel.arm(0, TICK_NS);

        assertEquals(100 * TICK_NS, wheel.nextDeadlineNs(100 * TICK_NS));
        assertEquals(0, wheel.poll(100 * TICK_NS));
    }

    private static void pollAll(DeadlineWheel wheel, Map<Integer, Long> model, long nowNs) {
        for (int id = wheel.poll(nowNs); id != DeadlineWheel.NONE; id = wheel.poll(nowNs)) {
            Long deadlineNs = model.remove(id);
            assertTrue(deadlineNs != null, "given back without being armed");
            assertTrue(deadlineNs <= nowNs, "early");
        }
        for (long deadlineNs : model.values()) {
            assertTrue(deadlineNs > nowNs - TICK_NS, "more than a tick late");
            assertTrue(wheel.nextDeadlineNs(nowNs) < deadlineNs + TICK_NS, "sleeps too long");
        }
    }

    /** Past, near, beyond the wheel and exactly at its ends. */
    private static long distance(SplittableRandom random) {
        return switch (random.nextInt(6)) {
            case 0 -> random.nextLong(-TICK_NS, TICK_NS);
            case 1 -> random.nextLong(10 * TICK_NS);
            case 2 -> random.nextLong(TURN_NS);
            case 3 -> random.nextLong(4 * TURN_NS);
            case 4 -> TURN_NS + random.nextLong(-2, 3);
            default -> TICK_NS * random.nextInt(DeadlineWheel.SLOTS + 2);
        };
    }
}
