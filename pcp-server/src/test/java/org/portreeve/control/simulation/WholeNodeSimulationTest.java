package org.portreeve.control.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.testkit.Seeds;

/**
 * Goal: whatever subscribers, strangers, clients, staff, journal, store and clock do in whatever
 * order, no external tuple and no block has two owners, quotas hold, no packet is lost or doubled,
 * nothing outlives its deadline, what was promised is kept over restarts, an address that is
 * drained gets nobody new and a subscriber that is drained nothing new, an address that is taken
 * away is left, a planned restart cuts no session, and after the longest silence nothing is left.
 * Method: a node of three shards with more than ten thousand subscribers, configuration, steps and
 * faults drawn from one seed. After every step all tables of each shard that turned in it are
 * counted again, and all quotas, promises, drains, deadlines of leases and packets are looked at;
 * books, shards and journal are compared whenever nothing moves.
 */
class WholeNodeSimulationTest {
    private static final int STEPS = 2_000;
    private static final long MINUTES = 60;

    /** Fresh ones are for the command, until an hour of them has held (docs/PLAN.md). */
    private static final long[] OF_BUILDS = {1, 3, 7, 887, 20_251};

    /** The given one, or those that a build runs. */
    static LongStream seeds() {
        return Long.getLong("seed") == null ? LongStream.of(OF_BUILDS) : Seeds.all();
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("seeds")
    void theNodeKeepsItsPromisesWhateverHappens(long seed) {
        var progress = new Progress(System::nanoTime, ofMinutes(MINUTES), System.out);
        Tally tally = run(seed, steps(STEPS), progress);
        if (Arrays.stream(OF_BUILDS).anyMatch(ofBuilds -> ofBuilds == seed)) {
            assertTrue(tally.filters > 0, "no filter of a lease was ever looked at");
            assertTrue(tally.setsGranted > 0, "no set of ports was ever granted");
        }
    }

    /** Seed after seed, for {@code -Dminutes}, to be started by hand. */
    @Tag("long")
    @Test
    void theNodeKeepsThemForHours() {
        long minutes = Long.getLong("minutes", MINUTES);
        var progress = new Progress(System::nanoTime, ofMinutes(minutes), System.out);
        long first = Seeds.all().skip(Seeds.all().count() - 1).findFirst().orElseThrow();
        LongStream.iterate(first, seed -> seed + 1)
                .takeWhile(_ -> progress.hasTime())
                .forEach(seed -> run(seed, steps(2 * STEPS), progress));
        progress.onEnd();
    }

    private static int steps(int usual) {
        return Integer.getInteger("steps", usual);
    }

    private static Duration ofMinutes(long minutes) {
        return Duration.ofMinutes(minutes);
    }

    private static Tally run(long seed, int steps, Progress progress) {
        try (var simulation = new Simulation(seed, progress)) {
            simulation.run(steps);
            progress.onEnd(seed, simulation.tally);
            assertTrue(simulation.tally.packetsOut > 0, "nothing ever got through");
            return simulation.tally;
        }
    }
}
