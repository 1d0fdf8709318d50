package org.portreeve.control.history;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SettlingPaceTest {
    private static final long MINUTE_NS = 60_000_000_000L;
    private static final long BEGIN_NS = Long.MAX_VALUE - 30 * MINUTE_NS;

    private final SettlingPace pace = new SettlingPace(BEGIN_NS);

    private int due(int minutes, long unsettled) {
        return pace.due(BEGIN_NS + minutes * MINUTE_NS, unsettled);
    }

    @Test
    void whatIsNewSettlesEachHour() {
        assertEquals(0, due(0, 1));
        assertEquals(0, due(59, 999_999));
        assertEquals(3, due(60, 1));
        assertEquals(3, due(61, 1));
        pace.end();
        assertEquals(0, due(62, 999_999));
        assertEquals(3, due(121, 1));
    }

    @Test
    void nothingSettlesWhenNothingIsNew() {
        assertEquals(0, due(60, 0));
        assertEquals(0, due(119, 1));
    }

    @Test
    void whatFailsIsTriedAgainAfterAMinute() {
        assertEquals(3, due(1, 1_000_000));
        pace.pause(BEGIN_NS + MINUTE_NS);
        assertEquals(0, due(1, 1_000_000));
        assertEquals(3, due(2, 5));
    }

    @Test
    void muchSettlesAtOnceUntilAllOfItHas() {
        assertEquals(3, due(1, 1_000_000));
        assertEquals(3, due(2, 0));
        pace.end();
        assertEquals(0, due(3, 999_999));
    }
}
