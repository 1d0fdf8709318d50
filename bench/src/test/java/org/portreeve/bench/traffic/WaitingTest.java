package org.portreeve.bench.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class WaitingTest {
    private final Slots slots = new Slots();
    private final Waiting waiting = new Waiting();

    @Test
    void onlyWhatWasSentLongAgoIsLate() {
        send(7, 100);

        assertFalse(waiting.isFirstLate(slots, 99));
        assertTrue(waiting.isFirstLate(slots, 100));
        assertEquals(7, waiting.removeFirst());
    }

    @Test
    void anAnswerTakesARequestOutOfTheWayOfLaterOnes() {
        send(7, 100);
        send(8, 200);
        slots.busy(7, false);
        waiting.settled();

        assertTrue(waiting.isFirstLate(slots, 200));
        assertEquals(8, waiting.removeFirst());
        assertEquals(1, waiting.count());
    }

    @Test
    void aRepeatedRequestWaitsAnewAndKeepsTheTimeItWasDue() {
        send(7, 100);
        assertTrue(waiting.isFirstLate(slots, 100));
        waiting.sentAgain(waiting.removeFirst(), 400);

        assertFalse(waiting.isFirstLate(slots, 399));
        assertTrue(waiting.isFirstLate(slots, 400));
        assertEquals(2, waiting.sendings(7));
        assertEquals(90, waiting.dueNs(7));
    }

    private void send(int slot, long nowNs) {
        slots.busy(slot, true);
        waiting.sent(slot, nowNs - 10, nowNs);
    }
}
