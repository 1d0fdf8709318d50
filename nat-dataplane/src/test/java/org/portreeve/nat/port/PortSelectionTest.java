package org.portreeve.nat.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.config.Pool;
import org.portreeve.testkit.Conformance;

/**
 * Goal: each algorithm of RFC 6056 shows its signature, and none refuses while a candidate is left.
 * Method: fixed keys; the statistics are those of these keys, and any other would do.
 */
class PortSelectionTest {
    private static final int CANDIDATES = 64_512;
    private static final int CELLS = 64;
    private static final int DRAWS = 64_000;

    /** Of 63 degrees of freedom: one in a million exceeds it. */
    private static final double CHI_SQUARE_LIMIT = 130;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    @Conformance("NAT-RND-007")
    void everyCandidateIsOfferedBeforeItGivesUp(int algorithm) {
        PortSelection selection = selection(algorithm, 500, 1);
        for (int count : new int[] {1, 2, 3, 16, 4_032}) {
            var offered = new BitSet();
            selection.begin(count, 5, 6);
            for (int i = selection.next(); i != PortSelection.NONE; i = selection.next()) {
                assertTrue(0 <= i && i < count, i + " of " + count);
                offered.set(i);
            }
            assertEquals(count, offered.cardinality());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void nothingIsOfferedOfNothing(int algorithm) {
        PortSelection selection = selection(algorithm, 500, 1);
        selection.begin(0, 5, 6);
        assertEquals(PortSelection.NONE, selection.next());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    @Conformance({"NAT-RND-001", "NAT-RND-002", "NAT-CGN-150"})
    void firstChoicesOfManyFlowsAreSpreadEvenly(int algorithm) {
        PortSelection selection = selection(algorithm, 500, 2);
        var random = new SplittableRandom(3);
        int[] draws = IntStream.range(0, DRAWS).map(_ -> draw(selection, random)).toArray();
        assertTrue(chiSquare(draws) < CHI_SQUARE_LIMIT, "chi-square " + chiSquare(draws));
        int[] sorted = Arrays.stream(draws).sorted().toArray();
        assertTrue(sorted[0] < CANDIDATES / 1_000, "least " + sorted[0]);
        assertTrue(sorted[DRAWS - 1] > CANDIDATES - CANDIDATES / 1_000, "most");
    }

    @Test
    @Conformance("NAT-RND-003")
    void sequencesToOneDestinationTellTheAlgorithmsApart() {
        // Random each time: no step is usual. Hash and counter: each is the next.
        assertTrue(stepsOfOne(sequence(1, 500)) < 3);
        assertTrue(stepsOfOne(sequence(2, 500)) < 3);
        assertEquals(999, stepsOfOne(sequence(3, 500)));
        assertEquals(999, stepsOfOne(sequence(4, 500)));
        assertTrue(stepsOfOne(sequence(5, 500)) < 20);
    }

    @Test
    @Conformance("NAT-RND-003")
    void flowsShareTheCounterOfAlgorithmThreeButHardlyThoseOfFour() {
        assertEquals(2, stepAfterAnotherFlow(selection(3, 500, 4)));
        PortSelection doubleHash = selection(4, 500, 4);
        int apart = 0;
        for (int other = 0; other < 100; other++) {
            int before = first(doubleHash, 1);
            first(doubleHash, 100 + other);
            apart += step(before, first(doubleHash, 1)) == 1 ? 1 : 0;
        }
        // Ten counters: nine flows in ten have another one.
        assertTrue(70 < apart && apart < 100, apart + " of 100 did not see the other flow");
    }

    @Test
    @Conformance("NAT-RND-006")
    void meanStepOfAlgorithmFiveFollowsTheIncrement() {
        assertEquals(1, meanStep(sequence(5, 1)), 0.01);
        assertEquals(250.5, meanStep(sequence(5, 500)), 25);
        assertEquals(5_000, meanStep(sequence(5, 10_000)), 500);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4})
    @Conformance("NAT-RND-005")
    void newKeysGiveTheSameFlowsOtherPorts(int algorithm) {
        PortSelection selection = selection(algorithm, 500, 5);
        var before = firsts(selection);
        selection.renew();
        assertNotEquals(before, firsts(selection));
        assertNotEquals(before, firsts(selection(algorithm, 500, 6)));
        assertEquals(before, firsts(selection(algorithm, 500, 5)));
    }

    /** Distances between flows, which a new counter alone would not change. */
    private static List<Integer> firsts(PortSelection selection) {
        int reference = first(selection, 0);
        return IntStream.range(1, 20)
                .mapToObj(flow -> step(reference, first(selection, flow)))
                .toList();
    }

    private static int stepAfterAnotherFlow(PortSelection selection) {
        int before = first(selection, 1);
        first(selection, 2);
        return step(before, first(selection, 1));
    }

    private static int[] sequence(int algorithm, int increment) {
        PortSelection selection = selection(algorithm, increment, 7);
        return IntStream.range(0, 1_000).map(_ -> first(selection, 8)).toArray();
    }

    private static long stepsOfOne(int[] draws) {
        return IntStream.range(1, draws.length)
                .filter(i -> step(draws[i - 1], draws[i]) == 1)
                .count();
    }

    private static double meanStep(int[] draws) {
        return IntStream.range(1, draws.length)
                .map(i -> step(draws[i - 1], draws[i]))
                .average()
                .orElseThrow();
    }

    private static int step(int from, int to) {
        return Math.floorMod(to - from, CANDIDATES);
    }

    private static double chiSquare(int[] draws) {
        double[] cells = new double[CELLS];
        for (int draw : draws) {
            cells[(int) ((long) draw * CELLS / CANDIDATES)]++;
        }
        double expected = (double) draws.length / CELLS;
        return Arrays.stream(cells)
                .map(found -> (found - expected) * (found - expected) / expected)
                .sum();
    }

    private static int draw(PortSelection selection, SplittableRandom random) {
        return first(selection, random.nextLong());
    }

    private static int first(PortSelection selection, long flow) {
        selection.begin(CANDIDATES, flow, 443);
        return selection.next();
    }

    private static PortSelection selection(int algorithm, int increment, long seed) {
        var random = new SplittableRandom(seed);
        return new PortSelection(
                new Pool.Choice(algorithm, 10, increment, false, false),
                new PortRandom(random.nextLong(), random.nextLong()));
    }
}
