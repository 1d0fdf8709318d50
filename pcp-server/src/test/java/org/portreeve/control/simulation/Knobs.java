package org.portreeve.control.simulation;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.portreeve.control.policy.LifetimeBounds;
import org.portreeve.control.policy.OnFailure;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.ErrorRules;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.rules.Application;
import org.portreeve.nat.rules.Behaviour;
import org.portreeve.nat.rules.PassThrough;
import org.portreeve.nat.rules.Rules;

/**
 * What is drawn once for a run: the node's configuration and how often what happens. Immutable.
 *
 * @param nat the translator, of three shards
 * @param profiles limits, that of the default profile first
 * @param hosts internal addresses, an even number
 * @param requestPlaces requests that a shard takes at once
 * @param devicePackets packets that a device holds
 * @param lifetime bounds of leases
 * @param journalLosses of a hundred groups of records, while the journal fails
 * @param keepMillis how old a snapshot may be
 * @param onFailure what becomes of new blocks and pairings while the journal fails, at first
 * @param weights of all kinds of steps
 */
record Knobs(
        NatConfig nat,
        List<Rules.Quota> profiles,
        int hosts,
        int requestPlaces,
        int devicePackets,
        LifetimeBounds lifetime,
        int journalLosses,
        long keepMillis,
        OnFailure onFailure,
        Map<StepKind, Integer> weights) {
    static final int SHARDS = 3;
    static final int FIRST_HOST = Ipv4.of("100.64.0.0");
    static final Prefix INSIDE = Prefix.of("100.64.0.0/17");
    static final int REMOTE = Ipv4.of("203.0.113.0");
    static final int FIRST_ADDRESS = Ipv4.of("198.51.100.1");

    private static final int PROFILES = 5;
    private static final int FEWEST_HOSTS = 13_000;
    private static final int INSIDE_ADDRESSES = 1 << 15;
    private static final int LAST_PORT = 65_535;
    private static final long SECOND_NS = 1_000_000_000L;

    static Knobs of(SplittableRandom random) {
        int hosts = FEWEST_HOSTS + 2 * random.nextInt(1_000);
        List<Rules.Quota> profiles = new ArrayList<>();
        for (int i = 0; i < PROFILES; i++) {
            profiles.add(quota(random));
        }
        return new Knobs(
                nat(random, hosts, profiles.getFirst()),
                List.copyOf(profiles),
                hosts,
                1 << (3 + random.nextInt(8)),
                1 << (6 + random.nextInt(7)),
                new LifetimeBounds(1 + random.nextInt(120), 300 + random.nextInt(86_000)),
                20 + random.nextInt(81),
                random.nextInt(30_000, 600_000),
                onFailure(random),
                weights(random));
    }

    /** What becomes of new blocks and pairings while the journal fails. */
    static OnFailure onFailure(SplittableRandom random) {
        return random.nextInt(3) == 0 ? OnFailure.CONTINUE : OnFailure.REFUSE_NEW;
    }

    /** Limits of a profile. */
    static Rules.Quota quota(SplittableRandom random) {
        var quota =
                new Rules.Quota(
                        1 + random.nextInt(16),
                        1 << (3 + random.nextInt(8)),
                        1 << (3 + random.nextInt(9)),
                        1 << random.nextInt(10),
                        1 + random.nextInt(500));
        return random.nextInt(3) > 0
                ? quota
                : quota.with(
                        new Rules.PortsOf(
                                1 + random.nextInt(quota.ports()),
                                1 + random.nextInt(quota.ports()),
                                1 + random.nextInt(quota.ports())));
    }

    /** The same limits and ports, mapped and filtered in one way or another. */
    static Rules behaviour(SplittableRandom random, Rules of) {
        List<Application> applications = new ArrayList<>();
        while (random.nextInt(3) == 0 && applications.size() < Rules.MAX_APPLICATIONS) {
            int first = 1 + random.nextInt(2_000);
            applications.add(
                    new Application(
                            random.nextBoolean() ? Protocol.UDP : Protocol.TCP,
                            Application.Side.INTERNAL,
                            new PortRange(first, first + random.nextInt(500)),
                            behaviour(random),
                            behaviour(random)));
        }
        return new Rules(
                of.quota(),
                of.explicitPorts(),
                new Rules.Mapping(behaviour(random), behaviour(random), random.nextInt(4) == 0),
                new Rules.Filtering(behaviour(random), behaviour(random)),
                new Rules.Eif(
                        1 + random.nextInt(64),
                        1 + random.nextInt(500),
                        1 + random.nextInt(50_000),
                        1 + random.nextInt(50),
                        1 + random.nextInt(100),
                        seconds(random, 2, 40),
                        random.nextInt(4) == 0,
                        false),
                applications);
    }

    private static Behaviour behaviour(SplittableRandom random) {
        Behaviour[] all = Behaviour.values();
        return random.nextInt(3) > 0
                ? Behaviour.ENDPOINT_INDEPENDENT
                : all[random.nextInt(all.length)];
    }

    private static NatConfig nat(SplittableRandom random, int hosts, Rules.Quota quota) {
        int blockSize = 1 << (3 + random.nextInt(6));
        // Aligned to the largest block.
        int first = 1024;
        int incomingLast = first + 256 * (1 + random.nextInt(12)) - 1;
        // Some have far too few ports for everybody.
        int last = random.nextInt(3) == 0 ? incomingLast + 256 * 20 : LAST_PORT;
        int subscribers = random.nextInt(4) == 0 ? hosts - 1_500 : hosts + 1_000;
        int rows = 1 << (12 + random.nextInt(5));
        Pool pool =
                pool(
                        random,
                        Pool.of(
                                IntStream.range(0, SHARDS + random.nextInt(7))
                                        .mapToObj(i -> FIRST_ADDRESS + i)
                                        .toList(),
                                new PortRange(first, last),
                                new PortRange(first, incomingLast),
                                new Pool.Block(
                                        blockSize,
                                        1 + random.nextInt(Pool.Block.MAX_BLOCKS),
                                        seconds(random, 5, 200))));
        int places = pool.addresses().size() + random.nextInt(5);
        return new NatConfig(
                SHARDS,
                List.of(INSIDE),
                pool,
                timers(random),
                new NatConfig.Capacity(rows, Math.max(1 << 12, rows / 2), subscribers, places),
                Rules.of(
                        quota,
                        new PortRange(first + random.nextInt(100), LAST_PORT),
                        new Rules.Eif(
                                1 + random.nextInt(64),
                                1 + random.nextInt(50),
                                1 + random.nextInt(100),
                                seconds(random, 2, 40),
                                random.nextInt(4) == 0)),
                ErrorRules.defaults(),
                passThrough(random));
    }

    /** Some of the remote hosts, all or some of their ports. */
    private static List<PassThrough> passThrough(SplittableRandom random) {
        List<PassThrough> listed = new ArrayList<>();
        while (random.nextInt(2) == 0 && listed.size() < 3) {
            int[] protocols = {PassThrough.ANY_PROTOCOL, Protocol.UDP, Protocol.TCP};
            int first = 1 + random.nextInt(8);
            listed.add(
                    new PassThrough(
                            new Prefix(REMOTE + 4 * random.nextInt(16), 30),
                            protocols[random.nextInt(protocols.length)],
                            random.nextBoolean()
                                    ? PassThrough.ALL_PORTS
                                    : new PortRange(first, first + random.nextInt(4))));
        }
        return listed;
    }

    /** The same addresses, whose ports are given in one way or another. */
    private static Pool pool(SplittableRandom random, Pool blocks) {
        int each = INSIDE_ADDRESSES / blocks.addresses().size() + 1;
        Pool.Allocation[] ways = {
            blocks.allocation(),
            blocks.allocation(),
            new Pool.Allocation.Dynamic(),
            new Pool.Allocation.Deterministic(
                    each, each / 4, 1 + random.nextInt(blocks.ports().size() > 60_000 ? 4 : 1))
        };
        Pool.Allocation way = ways[random.nextInt(ways.length)];
        return blocks.with(way)
                .withOverlap(shared(random))
                .with(kept(random, way, blocks.incomingPorts().size()))
                .with(
                        new Pool.Choice(
                                1 + random.nextInt(5),
                                10,
                                1 + random.nextInt(500),
                                random.nextInt(4) == 0,
                                random.nextInt(4) == 0))
                .with(new Pool.Pairing(random.nextInt(3) == 0, seconds(random, 10, 600)));
    }

    /** Ports below all others. */
    private static PortRange shared(SplittableRandom random) {
        int first = 500 + random.nextInt(400);
        return random.nextBoolean()
                ? Pool.NO_PORTS
                : new PortRange(first, first + random.nextInt(100));
    }

    private static Pool.Kept kept(SplittableRandom random, Pool.Allocation way, int incoming) {
        int each = 1 + random.nextInt(4);
        boolean isKept = random.nextBoolean() && !(way instanceof Pool.Allocation.Dynamic);
        return isKept ? new Pool.Kept(each, 1 + random.nextInt(incoming / each)) : Pool.Kept.NONE;
    }

    private static NatConfig.Timers timers(SplittableRandom random) {
        return new NatConfig.Timers(
                seconds(random, 20, 300),
                seconds(random, 5, 60),
                seconds(random, 60, 7_440),
                seconds(random, 5, 240),
                seconds(random, 5, 240),
                seconds(random, 5, 120));
    }

    private static long seconds(SplittableRandom random, int least, int most) {
        return random.nextInt(least, most + 1) * SECOND_NS;
    }

    /** Each kind as often as it is meant to be, or thrice, or hardly ever. */
    private static Map<StepKind, Integer> weights(SplittableRandom random) {
        Map<StepKind, Integer> weights = new EnumMap<>(StepKind.class);
        for (StepKind kind : StepKind.values()) {
            int[] factors = {1, 2, 2, 2, 6};
            weights.put(kind, kind.weight() * factors[random.nextInt(factors.length)]);
        }
        return Map.copyOf(weights);
    }
}
