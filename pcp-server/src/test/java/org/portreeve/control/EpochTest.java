package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.portreeve.testkit.Conformance;

class EpochTest {
    private static final long SECOND = Durations.NS_PER_SECOND;
    private static final long WALL = 1_700_000_000_000L;

    @Test
    @Conformance("PCP-EPO-001")
    void growsByOneEachSecondOfTheMonotonicClock() {
        Epoch epoch = new Epoch(5 * SECOND, WALL);

        assertEquals(0, epoch.seconds(5 * SECOND));
        assertEquals(0, epoch.seconds(6 * SECOND - 1));
        assertEquals(1, epoch.seconds(6 * SECOND));
        assertEquals(1000, epoch.seconds(1005 * SECOND));
    }

    @Test
    @Conformance("PCP-EPO-005")
    void goesOnOverARestartByTheWallClock() {
        Epoch epoch = new Epoch(7 * SECOND, WALL + 90_000);

        epoch.resume(WALL, 7 * SECOND, WALL + 90_000);

        assertEquals(90, epoch.seconds(7 * SECOND));
        assertEquals(91, epoch.seconds(8 * SECOND));
    }

    @Test
    @Conformance("PCP-EPO-001")
    void aStepOfTheWallClockIsFollowedByTheRecordAlone() {
        Epoch epoch = new Epoch(0, WALL);

        assertFalse(epoch.followWallClock(10 * SECOND, WALL + 10_000));
        assertTrue(epoch.followWallClock(10 * SECOND, WALL + 3_610_000));
        assertFalse(epoch.followWallClock(11 * SECOND, WALL + 3_611_000));

        assertEquals(11, epoch.seconds(11 * SECOND));
        assertEquals(WALL + 3_600_000, epoch.startMillis());
    }
}
