package org.portreeve.pcp.client;

import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.testkit.Conformance;

/** When a client renews, in simulated time. */
class RenewalTimesTest {
    private static final long START_NS = -5_000_000_000L;

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    @Conformance("PCP-CLI-002")
    void eachTryComesInItsPartOfTheLifetime(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 1_000; i++) {
            var times = new RenewalTimes(120, random, START_NS);
            assertWithin(60, 75, times);
            times.unanswered(times.dueNs());
            assertWithin(90, 97.5, times);
            times.unanswered(times.dueNs());
            assertWithin(105, 108.75, times);
            assertEquals(START_NS + SECONDS.toNanos(120), times.endNs());
        }
    }

    private static void assertWithin(double from, double to, RenewalTimes times) {
        double seconds = (times.dueNs() - START_NS) / 1e9;
        assertTrue(from <= seconds && seconds <= to, "after " + seconds + " s");
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    @Conformance("PCP-CLI-002")
    void noTwoTriesAreLessThanFourSecondsApart(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 1_000; i++) {
            var times = new RenewalTimes(random.nextInt(400), random, START_NS);
            long beforeNs = START_NS;
            for (int n = 0; n < 12; n++) {
                assertTrue(times.dueNs() - beforeNs >= SECONDS.toNanos(4), "try " + n);
                beforeNs = times.dueNs();
                times.unanswered(beforeNs);
            }
        }
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    @Conformance("PCP-CLI-003")
    void whatLivesForAnAgeIsRenewedWithinADay(long seed) {
        var times = new RenewalTimes(0xffff_ffffL, new SplittableRandom(seed), START_NS);

        assertTrue(times.dueNs() - START_NS <= HOURS.toNanos(15));
        assertEquals(START_NS + HOURS.toNanos(24), times.endNs());
    }
}
