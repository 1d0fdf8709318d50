package org.portreeve.control.history;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SettlingPaceTest {
    private static final long SECOND_NS = 1_000_000_000;
    private static final long BEGIN_NS = Long.MAX_VALUE - 30 * SECOND_NS;

    private final SettlingPace pace = new SettlingPace(BEGIN_NS);

    private long requests;

    /** As after a second with so many requests. */
    private Rush rush(long perSecond) {
        var rush = new Rush(0, () -> requests);
        requests += perSecond;
        rush.look();
        return rush;
    }

    private int due(double seconds, long unsettled, long perSecond) {
        return pace.due(BEGIN_NS + (long) (seconds * SECOND_NS), unsettled, rush(perSecond));
    }

    @Test
    void inTheFirstSecondsOfEachMinuteALittleSettlesAtATime() {
        assertEquals(1_000, due(0, 200_000, 5_000));
        assertEquals(300, due(5.9, 300, 5_000));
        assertEquals(0, due(6, 200_000, 5_000));
        assertEquals(0, due(59.9, 200_000, 0));
        assertEquals(1_000, due(60.1, 200_000, 0));
        assertEquals(1_000, due(66, 200_000, 0));
        assertEquals(0, due(66.2, 200_000, 0));
        assertEquals(0, due(3_000, 0, 0));
    }

    @Test
    void nothingSettlesBesideVeryManyRequests() {
        assertEquals(1_000, due(1, 9_999_999, 9_999));
        assertEquals(0, due(1, 10_000_000, 10_000));
    }

    @Test
    void muchIsNotLeftWaitingWhenFewRequestsCome() {
        assertEquals(0, due(30, 4_999_999, 0));
        assertEquals(1_000, due(30, 5_000_000, 999));
        assertEquals(0, due(30, 5_000_000, 1_000));
    }

    @Test
    void moreThanIsLookedThroughInTimeSettlesWhateverRequestsCome() {
        assertEquals(7, due(30, 10_000_007, 200_000));
        assertEquals(100_000, due(30, 20_000_000, 200_000));
    }
}
