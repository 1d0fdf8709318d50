package org.portreeve.control.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.testkit.Seeds;

/**
 * Goal: whatever subscribers, strangers, clients, staff, journal, store and clock do in whatever
 * order, no external tuple and no block has two owners, quotas hold, no packet is lost or doubled,
 * nothing outlives its deadline, what was promised is kept over restarts, and after the longest
 * silence nothing is left. Method: a node of three shards with more than ten thousand subscribers,
 * configuration, steps and faults drawn from one seed; what was touched is looked at after every
 * step, everything every so often and whenever nothing moves.
 */
class WholeNodeSimulationTest {
    private static final int STEPS = 5_000;

    /** Fresh seeds are for the long run: what they find takes longer to mend than a build may. */
    @ParameterizedTest(name = "-Dseed={0}")
    @ValueSource(longs = {1, 20_251, 887, 3, 13})
    void theNodeKeepsItsPromisesWhateverHappens(long seed) {
        run(seed, Integer.getInteger("steps", STEPS));
    }

    /** Seed after seed, for {@code -Dminutes}, to be started by hand. */
    @Tag("long")
    @Test
    void theNodeKeepsThemForHours() {
        long startNs = System.nanoTime();
        long endNs = startNs + Duration.ofMinutes(Long.getLong("minutes", 60)).toNanos();
        long first = Seeds.all().skip(Seeds.all().count() - 1).findFirst().orElseThrow();
        LongStream.iterate(first, seed -> seed + 1)
                .takeWhile(_ -> System.nanoTime() - endNs < 0)
                .forEach(seed -> run(seed, 10 * STEPS));
    }

    private static void run(long seed, int steps) {
        try (var simulation = new Simulation(seed)) {
            simulation.run(steps);
            System.out.println("-Dseed=" + seed + ": " + simulation.tally);
            assertTrue(simulation.tally.packetsOut > 0, "nothing ever got through");
        }
    }
}
