package org.portreeve.pcp.client;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.testkit.Conformance;

/** Epochs as a client judges them; the figures are worked out by hand from RFC 6887 §8.5. */
class EpochWatchTest {
    @Test
    @Conformance("PCP-EPO-006")
    void firstEpochIsValidWhateverItIs() {
        assertTrue(new EpochWatch().isValid(0xffff_ffffL, -5));
    }

    @ParameterizedTest
    @CsvSource({
        // epoch before and after, seconds on the client's clock between, valid
        "100, 99, 0, true",
        "100, 98, 0, false",
        "100, 102, 0, true",
        "100, 103, 0, false",
        "100, 100, 2, true",
        "100, 100, 3, false",
        "100, 260, 160, true",
        "100, 260, 148, true",
        "100, 260, 147, false",
        "100, 248, 160, true",
        "100, 247, 160, false",
        "5000, 0, 10, false",
        "5000, 3, 3, false"
    })
    @Conformance("PCP-EPO-006")
    void epochIsJudgedBothWays(long before, long after, long clientSeconds, boolean valid) {
        var watch = new EpochWatch();
        watch.isValid(before, SECONDS.toNanos(7));

        assertEquals(valid, watch.isValid(after, SECONDS.toNanos(7 + clientSeconds)));
    }

    @Test
    @Conformance("PCP-EPO-006")
    void afterARestartTheNewEpochIsTheMeasure() {
        var watch = new EpochWatch();
        watch.isValid(5_000, 0);
        watch.isValid(0, SECONDS.toNanos(10));

        assertTrue(watch.isValid(20, SECONDS.toNanos(30)));
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void clocksThatDriftLessThanThreePercentAreNeverSuspected(long seed) {
        var random = new SplittableRandom(seed);
        var watch = new EpochWatch();
        double drift = random.nextDouble(0.97, 1.03);
        double seconds = random.nextDouble(1_000);
        for (int count = 0; count < 10_000; count++) {
            seconds += random.nextDouble(4_000);
            long epoch = (long) (seconds * drift);

            assertTrue(watch.isValid(epoch, (long) (seconds * 1e9)));
        }
    }
}
