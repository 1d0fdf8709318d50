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
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.config.Pool.Allocation;
import org.portreeve.nat.rules.Rules;

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

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void dynamicPoolsGiveSinglePorts(long seed) {
        run(seed, with(roomy(1), new Allocation.Dynamic()), STEPS / 3);
        run(seed, with(crowded(3), new Allocation.Dynamic()), STEPS / 3);
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void deterministicPoolsGiveComputedRangesAndThenBlocks(long seed) {
        run(seed, deterministic(1, 2, 4), STEPS / 2);
        run(seed, deterministic(3, 1, 0), STEPS / 3);
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void staticRangesGiveNothingBeyond(long seed) {
        NatConfig config = deterministic(1, 0, 4);
        run(seed, with(config, config.pool().withIncoming(Pool.NO_PORTS)), STEPS / 2);
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void everyWayToChoosePortsGivesOnlyWhatIsAllowed(long seed) {
        int algorithm = 1 + (int) Math.floorMod(seed, 5L);
        var parity = new Pool.Choice(algorithm, 10, 7, true, false);
        var port = new Pool.Choice(algorithm, 10, 7, false, true);
        for (NatConfig config : List.of(crowded(1), deterministic(1, 1, 3))) {
            run(seed, with(config, config.pool().with(parity)), STEPS / 4);
            run(seed, with(config, config.pool().with(port)), STEPS / 4);
        }
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void softPairingUsesOtherAddressesOfTheShard(long seed) {
        for (NatConfig config : List.of(crowded(1), with(crowded(1), new Allocation.Dynamic()))) {
            Pool pool = config.pool().with(new Pool.Pairing(true, 1));
            run(seed, with(config, pool), STEPS / 3);
        }
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void excludedPortsAreNobodys(long seed) {
        List<PortRange> excluded =
                List.of(
                        new PortRange(1, 80),
                        new PortRange(5_313, 5_318),
                        new PortRange(5_328, 5_343),
                        new PortRange(5_355, 5_355));
        for (NatConfig config : List.of(crowded(1), roomy(1), deterministic(1, 1, 4))) {
            run(seed, with(config, config.pool().without(excluded)), STEPS / 4);
        }
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void portsOfEitherClassAreGivenToTheirLike(long seed) {
        Pool crowded = crowded(1).pool();
        for (PortRange incoming :
                List.of(Pool.NO_PORTS, new PortRange(1_000, 1_030), new PortRange(990, 995))) {
            Pool pool =
                    Pool.of(
                                    crowded.addresses(),
                                    new PortRange(990, 1_053),
                                    incoming,
                                    crowded.block())
                            .with(new Allocation.Dynamic());
            run(seed, with(crowded(1), pool), STEPS / 4);
        }
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
                new Rules.Quota(6, 40, 60, 10, 60),
                5,
                6);
    }

    /** The same with other times. */
    static NatConfig roomy(int shards, NatConfig.Timers timers) {
        NatConfig roomy = roomy(shards);
        return new NatConfig(
                shards, roomy.inside(), roomy.pool(), timers, roomy.capacity(), roomy.rules());
    }

    /** Three blocks of each address for more subscribers than that. */
    private static NatConfig crowded(int shards) {
        return config(
                shards,
                3,
                new PortRange(5_312, 5_375),
                new PortRange(5_312, 5_323),
                new NatConfig.Capacity(4_096, 4_096, 64),
                new Rules.Quota(3, 14, 40, 2, 20),
                2,
                1);
    }

    /** Tables far smaller than what the subscribers may use. */
    private static NatConfig full(int shards) {
        NatConfig roomy = roomy(shards);
        return config(
                shards,
                5,
                roomy.pool().ports(),
                roomy.pool().incomingPorts(),
                new NatConfig.Capacity(24, 20, 64),
                roomy.rules().quota(),
                5,
                3);
    }

    /** Two prefixes of eight hosts, four hosts for each address. */
    static NatConfig deterministic(int shards, int dynamicFactor, int rangePorts) {
        NatConfig roomy = roomy(shards);
        var config =
                new NatConfig(
                        shards,
                        List.of(Prefix.of("100.64.1.0/29"), Prefix.of("100.64.1.8/29")),
                        roomy.pool(),
                        roomy.timers(),
                        roomy.capacity(),
                        roomy.rules());
        return with(config, new Allocation.Deterministic(4, dynamicFactor, rangePorts));
    }

    private static NatConfig with(NatConfig config, Allocation allocation) {
        return with(config, config.pool().with(allocation));
    }

    static NatConfig with(NatConfig config, Pool pool) {
        return new NatConfig(
                config.shardCount(),
                config.inside(),
                pool,
                config.timers(),
                config.capacity(),
                config.rules());
    }

    private static NatConfig config(
            int shards,
            int addresses,
            PortRange ports,
            PortRange incoming,
            NatConfig.Capacity capacity,
            Rules.Quota quota,
            int inboundSessions,
            int inboundBurst) {
        int first = Ipv4.of("198.51.100.16");
        return new NatConfig(
                shards,
                List.of(Prefix.of("100.64.0.0/10"), Prefix.of("10.0.0.0/8")),
                Pool.of(
                        IntStream.range(0, addresses).mapToObj(i -> first + 3 * i).toList(),
                        ports,
                        incoming,
                        new Pool.Block(16, 3, 180_000_000_000L)),
                NatConfig.Timers.defaults(),
                capacity,
                Rules.of(
                        quota,
                        new PortRange(incoming.first() + 3, ports.last()),
                        new Rules.Eif(inboundSessions, 1, inboundBurst, 30_000_000_000L, false)));
    }
}
