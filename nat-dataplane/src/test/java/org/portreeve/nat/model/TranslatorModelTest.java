package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.NatConfig;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;

/**
 * Goal: the shards do what the reference does, whatever happens in whatever order. Method: random
 * steps over few addresses and ports, so that they meet; after each step both agree on every octet
 * that left, on why the rest did not, and on what port control was told.
 */
class TranslatorModelTest {
    private static final int STEPS = 1_500;
    private static final int REMEMBERED = 12;
    private static final long DAY_NS = 86_400_000_000_000L;

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void oneShardDoesWhatTheReferenceDoes(long seed) {
        run(seed, roomy(1), STEPS);
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void threeShardsDoWhatTheReferenceDoes(long seed) {
        run(seed, roomy(3), STEPS);
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void crowdedAddressesRefuseAndEvictNothing(long seed) {
        run(seed, crowded(1), STEPS / 2);
        run(seed, crowded(3), STEPS / 2);
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void fullTablesRefuseAndEvictNothing(long seed) {
        run(seed, full(1), STEPS / 2);
        run(seed, full(3), STEPS / 2);
    }

    /** The same for much longer, to be started by hand. */
    @Tag("long")
    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void nothingOfItWearsOff(long seed) {
        for (int shards : new int[] {1, 3}) {
            run(seed, roomy(shards), 20 * STEPS);
            run(seed, crowded(shards), 20 * STEPS);
            run(seed, full(shards), 20 * STEPS);
        }
    }

    private static void run(long seed, NatConfig config, int steps) {
        var random = new SplittableRandom(seed);
        var node = new SimulatedNode(config, random);
        var happenings = new RandomSteps(node, random);
        Deque<String> story = new ArrayDeque<>();
        try {
            for (int step = 0; step < steps; step++) {
                if (story.size() == REMEMBERED) {
                    story.removeFirst();
                }
                story.add(step + " ");
                happenings.next(text -> story.add(story.removeLast() + text));
            }
            story.add("the end");
            end(node, happenings);
        } catch (AssertionError e) {
            throw new AssertionError(String.join("\n", story) + "\n" + e.getMessage(), e);
        }
    }

    /** After the longest silence nothing is left, neither here nor there. */
    private static void end(SimulatedNode node, RandomSteps steps) {
        steps.endExplicit();
        for (int day = 0; day < 3; day++) {
            node.advanceTo(node.nowNs() + DAY_NS);
            steps.answerAll();
        }
        assertEquals(List.of(), node.reference.externals());
        assertEquals(false, node.reference.ports.hasAnything());
        for (int shard = 0; shard < node.config.shardCount(); shard++) {
            assertEquals(0, node.reference.sessionsIn(shard));
            assertEquals(0, node.reference.waitingIn(shard));
        }
    }

    /** Blocks enough for everybody; two of the ports in them are PCP's. */
    static NatConfig roomy(int shards) {
        return config(
                shards,
                5,
                new PortRange(5_248, 5_503),
                new PortRange(5_248, 5_311),
                new NatConfig.Capacity(4_096, 4_096, 64),
                new NatConfig.Quota(6, 40, 60, 10, 60),
                5,
                6);
    }

    /** Three blocks of each address for more subscribers than that. */
    private static NatConfig crowded(int shards) {
        return config(
                shards,
                3,
                new PortRange(5_312, 5_375),
                new PortRange(5_312, 5_323),
                new NatConfig.Capacity(4_096, 4_096, 64),
                new NatConfig.Quota(3, 14, 40, 2, 20),
                2,
                1);
    }

    /** Tables far smaller than what the subscribers may use. */
    private static NatConfig full(int shards) {
        NatConfig roomy = roomy(shards);
        return config(
                shards,
                5,
                roomy.ports(),
                roomy.incomingPorts(),
                new NatConfig.Capacity(24, 20, 64),
                roomy.quota(),
                5,
                3);
    }

    private static NatConfig config(
            int shards,
            int addresses,
            PortRange ports,
            PortRange incoming,
            NatConfig.Capacity capacity,
            NatConfig.Quota quota,
            int inboundSessions,
            int inboundBurst) {
        int first = Ipv4.of("198.51.100.16");
        return new NatConfig(
                shards,
                List.of(Prefix.of("100.64.0.0/10"), Prefix.of("10.0.0.0/8")),
                IntStream.range(0, addresses).mapToObj(i -> first + 3 * i).toList(),
                ports,
                incoming,
                // The first ports of the incoming range are for reservations.
                new PortRange(incoming.first() + 3, ports.last()),
                new NatConfig.Block(16, 3, 180_000_000_000L),
                NatConfig.Timers.defaults(),
                capacity,
                quota,
                new NatConfig.Eif(inboundSessions, 1, inboundBurst, 30_000_000_000L, false));
    }
}
