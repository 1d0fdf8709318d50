package org.portreeve.nat.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.nat.io.PacketBatch;
import org.portreeve.nat.memory.Memory;

/** The bounds of the queue of packets that wait for port control. */
class WaitingTest {
    private static final int BYTES = 40;

    private final Waiting waiting = new Waiting();
    private final long packet = Memory.allocate(4_096) + PacketBatch.HEADROOM;

    @Test
    void oneWhoWaitsHasSixteenPlacesAndAllTogetherThoseOfTheQueue() {
        for (int i = 0; i < Waiting.PLACES_EACH; i++) {
            assertTrue(waiting.add(1, packet, BYTES, i));
        }
        assertFalse(waiting.add(1, packet, BYTES, 99));
        for (int i = Waiting.PLACES_EACH; i < Waiting.PLACES; i++) {
            assertTrue(waiting.add(2 + i, packet, BYTES, i));
        }
        assertFalse(waiting.add(5_000, packet, BYTES, 99));
        assertEquals(Waiting.PLACES, waiting.count());

        assertNotEquals(Waiting.NONE, waiting.take(1));
        assertTrue(waiting.add(5_000, packet, BYTES, 99));
    }

    @Test
    void packetThatIsTooLongDoesNotWait() {
        assertTrue(waiting.hasPlace(1, Waiting.MAX_BYTES));
        assertTrue(waiting.add(1, packet, Waiting.MAX_BYTES, 0));
        assertFalse(waiting.hasPlace(1, Waiting.MAX_BYTES + 1));
        assertFalse(waiting.add(1, packet, Waiting.MAX_BYTES + 1, 0));
    }

    @Test
    void oldestGivesUpWhenItsTimeIsOverAndNotBefore() {
        waiting.add(1, packet, BYTES, 100);
        waiting.add(2, packet, BYTES, 101);
        assertFalse(waiting.expireOldest(100 + Waiting.MAX_WAIT_NS));
        assertTrue(waiting.expireOldest(101 + Waiting.MAX_WAIT_NS));
        assertFalse(waiting.expireOldest(101 + Waiting.MAX_WAIT_NS));
        assertEquals(1, waiting.count());
        assertEquals(0, waiting.count(1));
    }

    @Test
    void portControlOwesABoundedNumberOfAnswers() {
        for (int i = 0; i < Waiting.QUESTIONS; i++) {
            assertTrue(waiting.ask());
        }
        assertFalse(waiting.ask());
        assertFalse(waiting.ask());
        waiting.answered();
        assertTrue(waiting.ask());
        assertFalse(waiting.ask());
    }

    /** Against queues by key; what waits is found in its order, with its octets. */
    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void takesWhatWasAddedInOrder(long seed) {
        var random = new SplittableRandom(seed);
        List<Deque<Integer>> expected = new ArrayList<>();
        for (int key = 0; key < 60; key++) {
            expected.add(new ArrayDeque<>());
        }
        for (int step = 0; step < 20_000; step++) {
            int key = random.nextInt(expected.size());
            int size = expected.stream().mapToInt(Deque::size).sum();
            if (random.nextInt(5) < 3) {
                boolean has = size < Waiting.PLACES && expected.get(key).size() < 16;
                Memory.u32(packet, step);
                assertEquals(has, waiting.add(key, packet, BYTES, step));
                if (has) {
                    expected.get(key).add(step);
                }
            } else {
                int place = waiting.take(key);
                assertEquals(expected.get(key).isEmpty(), place == Waiting.NONE);
                if (place != Waiting.NONE) {
                    assertEquals(expected.get(key).remove(), Memory.u32(waiting.at(place)));
                }
            }
        }
    }
}
