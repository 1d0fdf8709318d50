package org.portreeve.control.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RushTest {
    private static final int MANY = 100_000;

    private long requests;

    /** Seconds until a rush is over, at a rate of requests that ends after some of them. */
    private int seconds(long leases, int busySeconds) {
        var rush = new Rush(leases, () -> requests);
        int seconds = 0;
        rush.look();
        while (!rush.isOver()) {
            requests += seconds < busySeconds ? 20_000 : 10;
            seconds++;
            rush.look();
        }
        rush.look();
        assertTrue(rush.isOver(), "it begins again");
        return seconds;
    }

    @Test
    void aNodeWithFewLeasesWaitsForNobody() {
        assertEquals(0, seconds(100, 1_000));
        assertTrue(new Rush(0, () -> 0).isOver());
    }

    @Test
    void itLastsUntilClientsAreCalmForSomeSeconds() {
        assertEquals(10, seconds(MANY, 0));
        assertEquals(21, seconds(MANY, 10));
    }

    @Test
    void clientsThatNeverCalmDownAreNotWaitedForLongerThanAMinute() {
        assertEquals(59, seconds(MANY, 1_000));
    }

    @Test
    void aPauseIsNoEnd() {
        var rush = new Rush(MANY, () -> requests);
        for (int second = 0; second < 40; second++) {
            requests += second % 10 == 0 ? 20_000 : 0;
            rush.look();
            assertFalse(rush.isOver(), "after " + second);
        }
    }
}
