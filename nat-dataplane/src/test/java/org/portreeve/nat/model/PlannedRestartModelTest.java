package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.counter.NatCounter;

/**
 * Goal: but for the time it takes, a planned restart is not to be noticed. Method: random steps
 * with restarts in between, beside a reference that does not restart; both agree on everything that
 * happens afterwards.
 */
class PlannedRestartModelTest {
    private static final int RESTARTS = 5;
    private static final int MAX_STEPS = 240;
    private static final int REMEMBERED = 12;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long DAY_NS = 86_400 * SECOND_NS;

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void oneShardGoesOnAsIfNothingHadHappened(long seed) {
        run(seed, TranslatorModelTest.roomy(1));
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void threeShardsGoOnAsIfNothingHadHappened(long seed) {
        run(seed, TranslatorModelTest.roomy(3));
    }

    private static void run(long seed, NatConfig config) {
        var random = new SplittableRandom(seed);
        var node = new SimulatedNode(config, random);
        var steps = new RandomSteps(node, random);
        Deque<String> story = new ArrayDeque<>();
        long kept = 0;
        try {
            for (int restart = 0; restart < RESTARTS; restart++) {
                for (int step = random.nextInt(MAX_STEPS); step > 0; step--) {
                    if (story.size() == REMEMBERED) {
                        story.removeFirst();
                    }
                    steps.next(story::add);
                }
                long downNs = random.nextInt(3) == 0 ? 0 : random.nextLong(300 * SECOND_NS);
                story.add("restart " + restart + ", down for " + downNs / 1e9 + " s");
                steps.comeToRest();
                node.restart(downNs);
                kept += node.counted(NatCounter.KEPT_SESSIONS);
            }
            steps.endExplicit();
            node.advanceTo(node.nowNs() + DAY_NS);
            steps.answerAll();
        } catch (AssertionError e) {
            throw new AssertionError(String.join("\n", story) + "\n" + e.getMessage(), e);
        }
        assertTrue(kept > 0, "no session was there to be kept");
    }
}
