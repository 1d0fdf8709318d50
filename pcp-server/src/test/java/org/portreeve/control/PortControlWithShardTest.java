package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.control.MapOutcome.Granted;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.config.Pool.Allocation;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.port.DeterministicRanges;
import org.portreeve.nat.shard.Handover;
import org.portreeve.nat.shard.ShardLink;
import org.portreeve.nat.shard.ShardSecrets;
import org.portreeve.testkit.Conformance;
import org.portreeve.testkit.Seeds;

/**
 * Goal: port control and the translator agree, packets being the judge: what is granted lets a
 * stranger's packet in from the answer to the end of the lifetime, over restarts too. Method:
 * random requests, packets, times and kills with real shards on one simulated clock.
 */
class PortControlWithShardTest {
    private static final int STEPS = 1000;

    private SplittableRandom random;
    private NatConfig nat;
    private ControlConfig config;
    private DeterministicRanges ranges =
            new DeterministicRanges(List.of(), ControlRig.nat(1, new PortRange(1024, 2047)).pool());
    private Clients clients;
    private SimJournal journal = new SimJournal();
    private List<ShardLink> links = List.of();
    private List<PacketShard> shards = List.of();
    private PortControl control;
    private final Map<PeerTuple, Promise> promises = new HashMap<>();
    private long nowNs = 1_000_000_000_000L;
    private long wallMillis = 1_700_000_000_000L;

    static Stream<Arguments> runs() {
        return LongStream.of(1, 3)
                .boxed()
                .flatMap(n -> Seeds.all().mapToObj(seed -> Arguments.of(seed, n.intValue())));
    }

    @ParameterizedTest(name = "-Dseed={0} shards {1}")
    @MethodSource("runs")
    @Conformance({"PCP-MIX-007", "PCP-MIX-008", "PCP-LIFE-003", "NAT-API-002"})
    void packetsComeInAsLongAsTheGrantSays(long seed, int shardCount) {
        run(seed, ControlRig.nat(shardCount, new PortRange(1024, 2047)), STEPS);
    }

    @ParameterizedTest(name = "-Dseed={0} shards {1}")
    @MethodSource("runs")
    void soItIsWithSinglePorts(long seed, int shardCount) {
        NatConfig usual = ControlRig.nat(shardCount, new PortRange(1024, 2047));
        run(seed, with(usual, usual.inside(), usual.pool().with(new Allocation.Dynamic())), 300);
    }

    @ParameterizedTest(name = "-Dseed={0} shards {1}")
    @MethodSource("runs")
    @Conformance({"NAT-DET-003", "SEED-A-044"})
    void soItIsWithComputedRangesAndPairings(long seed, int shardCount) {
        NatConfig usual = ControlRig.nat(shardCount, new PortRange(1024, 2047));
        List<Prefix> inside =
                Stream.of("100.64.0.10/31", "100.64.0.12/31", "100.64.0.14/32")
                        .map(Prefix::of)
                        .toList();
        Pool pool = usual.pool().with(new Allocation.Deterministic(2, 1, 1_000));
        ranges = new DeterministicRanges(inside, pool);
        run(seed, with(usual, inside, pool), 300);
    }

    private static NatConfig with(NatConfig usual, List<Prefix> inside, Pool pool) {
        return new NatConfig(
                usual.shardCount(), inside, pool, usual.timers(), usual.capacity(), usual.rules());
    }

    private void run(long seed, NatConfig used, int steps) {
        random = new SplittableRandom(seed);
        nat = used;
        config = ControlConfig.of(nat);
        clients = new Clients(random, () -> config);
        start();
        settle();
        for (int i = 0; i < steps; i++) {
            step();
        }
        checkAtRest();
    }

    private void start() {
        var directory = new Directory();
        var handover = new Handover(nat.shardCount());
        links = IntStream.range(0, nat.shardCount()).mapToObj(_ -> new ShardLink(8)).toList();
        shards =
                IntStream.range(0, nat.shardCount())
                        .mapToObj(i -> shard(i, directory, handover))
                        .toList();
        RecoveredState found = journal.durable().state();
        control = new PortControl(config, directory, links, journal, found, nowNs, wallMillis);
        control.peers().load(journal.peers());
    }

    private PacketShard shard(int index, Directory directory, Handover handover) {
        ShardLink link = links.get(index);
        return new PacketShard(
                index, nat, directory, link, handover, ShardSecrets.of(random), nowNs);
    }

    private void step() {
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4 -> ask();
            case 5 -> askPeer();
            case 6, 7 -> anyShard().outbound(clients.tuple());
            case 8, 9, 10 -> anyShard().run(nowNs);
            case 11, 12, 13 -> journal.force(random.nextInt(20) > 0, 1 + random.nextInt(10));
            case 14, 15, 16, 17 -> control.doWork(nowNs, wallMillis);
            case 18 -> advance();
            default -> seldom();
        }
    }

    private void seldom() {
        switch (random.nextInt(10)) {
            case 0 -> kill();
            case 1 -> checkAtRest();
            case 2 -> journal.wantsCheckpoint = true;
            default -> {}
        }
    }

    private PacketShard anyShard() {
        return shards.get(random.nextInt(shards.size()));
    }

    private void advance() {
        boolean far = random.nextInt(5) == 0;
        // The wheel of a shard is turned second by second, as its thread would.
        for (int s = far ? random.nextInt(400) : 0; s >= 0; s--) {
            nowNs += Durations.NS_PER_SECOND / 2;
            wallMillis += 500;
            shards.forEach(shard -> shard.run(nowNs));
            control.doWork(nowNs, wallMillis);
        }
    }

    private void ask() {
        clients.ask(clients.command(), control, nowNs, wallMillis, this::onGranted);
    }

    private void askPeer() {
        long[] lifetimes = {0, 120, 600, 3600};
        InternalTuple internal = clients.tuple();
        PeerCommand command =
                new PeerCommand(
                        new PeerTuple(internal, PacketShard.REMOTE, PacketShard.REMOTE_PORT),
                        ControlRig.NONCE,
                        0,
                        random.nextInt(4) > 0 ? 0 : 1024 + random.nextInt(12),
                        lifetimes[random.nextInt(lifetimes.length)],
                        internal.internalIp(),
                        5350);
        control.peers().peer(command, nowNs, wallMillis, outcome -> onPeer(command, outcome));
    }

    private void onPeer(PeerCommand command, PeerOutcome outcome) {
        if (outcome instanceof PeerOutcome.Kept kept
                && kept.lifetimeSeconds() > 0
                && command.lifetimeSeconds() > 0) {
            long untilNs = nowNs + (kept.lifetimeSeconds() - 1) * Durations.NS_PER_SECOND;
            promises.put(command.peer(), new Promise(kept, untilNs));
            assertLeaves(command.peer(), kept);
        }
    }

    /** The next packet of a session leaves by what its client was told. */
    private void assertLeaves(PeerTuple peer, PeerOutcome.Kept kept) {
        int addressIndex = nat.pool().addresses().indexOf(kept.externalIp());
        PacketShard shard = shards.get(nat.shardOf(addressIndex));
        assertEquals(
                OptionalInt.of(kept.externalPort()),
                shard.leavesBy(peer.internal(), nowNs),
                () -> "promised to " + peer);
    }

    private void onGranted(MapCommand command, Granted granted) {
        assertTrue(forwards(command, granted), "granted but closed: " + command.internal());
        checkRange(command, granted);
        clients.acknowledge(command, granted, nowNs);
    }

    private void checkRange(MapCommand command, Granted granted) {
        int internalIp = command.internal().internalIp();
        int addressIndex = nat.pool().addresses().indexOf(granted.externalIp());
        int port = granted.externalPort();
        boolean isComputed = ranges.rangePorts() > 0;
        assertTrue(!isComputed || ranges.addressIndex(internalIp) == addressIndex, "pairing");
        assertTrue(
                !isComputed
                        || ranges.isOwn(internalIp, addressIndex, port)
                        || nat.pool().incomingPorts().contains(port),
                port + " is not " + command.internal() + "'s");
    }

    private boolean forwards(MapCommand command, Granted granted) {
        int addressIndex = nat.pool().addresses().indexOf(granted.externalIp());
        return shards.get(nat.shardOf(addressIndex))
                .forwards(command.internal(), granted.externalIp(), granted.externalPort(), nowNs);
    }

    private void kill() {
        journal = journal.crashed(random);
        clients.serverDied(0);
        nowNs += 5 * Durations.NS_PER_SECOND;
        wallMillis += 5000;
        start();
        settle();
        assertTrue(control.isReady());
        checkAtRest();
        assertEquals(0, control.counters().value(ControlCounter.LOST_AT_RESTORE));
    }

    private void settle() {
        int quiet = 0;
        while (quiet < 3) {
            int done = journal.force(true, Integer.MAX_VALUE);
            for (PacketShard shard : shards) {
                done += shard.run(nowNs);
            }
            done += control.doWork(nowNs, wallMillis);
            quiet = done == 0 ? quiet + 1 : 0;
        }
    }

    private void checkAtRest() {
        for (int i = 0; i < 2; i++) {
            nowNs += 2 * Recorder.RETRY_NS;
            settle();
        }
        assertEquals(0, clients.unanswered());
        assertEquals(0, links.stream().mapToInt(ShardLink::openRequests).sum());
        clients.acknowledged(nowNs)
                .forEach((internal, a) ->
                        assertTrue(forwards(a.command(), a.granted()), "cut early: " + internal));
        promises.values().removeIf(promise -> promise.untilNs - nowNs <= 0);
        promises.forEach((peer, promise) -> assertLeaves(peer, promise.kept));
    }

    private record Promise(PeerOutcome.Kept kept, long untilNs) {}
}
