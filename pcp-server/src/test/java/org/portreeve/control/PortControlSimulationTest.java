package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.control.MapOutcome.Granted;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.shard.ModelShard;
import org.portreeve.nat.shard.ShardLink;
import org.portreeve.testkit.Conformance;
import org.portreeve.testkit.Seeds;

/**
 * Goal: whatever the order in which shards, journal, clock and requesters move, nothing is granted
 * that is not durable and active, no external tuple has two owners, quotas hold, each request is
 * answered once, and a restart keeps what was granted. Method: some thousand random steps with a
 * model of the translator; a journal that is late, refuses and loses; kills; in half of the runs
 * subscribers may choose their external address.
 */
class PortControlSimulationTest {
    private static final int STEPS = 4000;

    /** Longer than a lease, or a port that rests. */
    private static final long SILENCE_SECONDS = 8_000;

    private static final long CLOCK_SLACK_NS = 30_000_000_000L;

    private SplittableRandom random;
    private ControlRig rig;
    private Clients clients;
    private Staff staff;
    private PeerClients peers;
    private boolean journalFails;
    private boolean staffActs;
    private boolean honoursAddresses;

    static Stream<Arguments> runs() {
        return LongStream.of(1, 3)
                .boxed()
                .flatMap(n -> Seeds.all().mapToObj(seed -> Arguments.of(seed, n.intValue())));
    }

    @ParameterizedTest(name = "-Dseed={0} shards {1}")
    @MethodSource("runs")
    @Conformance({"PCP-MIX-007", "PCP-MIX-008", "PCP-LIFE-003", "PCP-MAP-036"})
    void whatIsGrantedHoldsWhateverHappens(long seed, int shardCount) {
        run(seed, shardCount);
    }

    @ParameterizedTest(name = "-Dseed={0} shards {1}")
    @MethodSource("runs")
    void whatIsGrantedHoldsUntilStaffTakeIt(long seed, int shardCount) {
        staffActs = true;
        run(seed, shardCount);
    }

    private void run(long seed, int shardCount) {
        random = new SplittableRandom(seed);
        // Few ports, so that they run out.
        PortRange incoming = new PortRange(1024, 1031);
        ControlConfig usual = ControlConfig.of(ControlRig.nat(shardCount, incoming));
        honoursAddresses = random.nextBoolean();
        rig =
                new ControlRig(
                        shardCount,
                        honoursAddresses
                                ? new ControlConfig(
                                        usual.nat(), ControlRig.honouring(usual.policy()))
                                : usual);
        clients = new Clients(random, () -> rig.config);
        staff = new Staff(random, rig, clients);
        peers = new PeerClients(random, rig);
        for (int step = 0; step < STEPS; step++) {
            step();
            checkAlways();
        }
        checkAtRest();
    }

    private void step() {
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4, 5 -> ask();
            case 6 -> shard().outbound(clients.tuple(), rig.nowNs);
            case 7, 8, 9, 10 -> shard().run(1 + random.nextInt(4), rig.nowNs);
            case 11, 12, 13 -> force();
            case 14, 15, 16, 17 -> rig.control.doWork(rig.nowNs, rig.wallMillis);
            case 18 -> {
                peers.ask();
                if (staffActs && random.nextInt(3) == 0) {
                    staff.act();
                } else {
                    advance();
                }
            }
            default -> seldom();
        }
    }

    private void seldom() {
        switch (random.nextInt(40)) {
            case 0 -> kill();
            case 1 -> journalFails = true;
            case 2 -> rig.journal.full = true;
            case 3, 4 -> rig.journal.wantsCheckpoint = true;
            case 5 -> checkAtRest();
            case 6 -> rig.wallMillis += random.nextInt(-4000, 4000);
            case 7, 8 -> silence();
            default -> {
                journalFails = false;
                rig.journal.full = false;
            }
        }
    }

    private void advance() {
        boolean far = random.nextInt(10) == 0;
        long aheadNs = far ? random.nextLong(400_000_000_000L) : random.nextLong(50_000_000L);
        rig.nowNs += aheadNs;
        rig.wallMillis += aheadNs / Durations.NS_PER_MILLI;
    }

    /** Nobody asks until nothing is left of anybody, so that all are paired anew. */
    private void silence() {
        for (int i = 0; i < 4; i++) {
            rig.advance(SILENCE_SECONDS);
            rig.settle();
        }
    }

    private void ask() {
        PortControl process = rig.control;
        clients.ask(
                clients.command(),
                process,
                rig.nowNs,
                rig.wallMillis,
                (command, granted) -> {
                    assertEquals(process, rig.control, "a dead process answered");
                    onGranted(command, granted);
                });
    }

    private void onGranted(MapCommand command, Granted granted) {
        assertTrue(rig.forwards(command.internal(), granted), "granted but not active");
        JournalRecord.LeaseGranted record = rig.journal.durable().leases.get(command.internal());
        assertEquals(granted.externalPort(), record.externalPort());
        assertEquals(granted.externalIp(), record.externalIp());
        clients.acknowledge(command, granted, rig.nowNs);
    }

    private ModelShard shard() {
        return rig.shards.get(random.nextInt(rig.shards.size()));
    }

    private void force() {
        boolean durable = !journalFails || random.nextInt(3) > 0;
        rig.journal.force(durable, 1 + random.nextInt(10));
    }

    /** The process is gone, and with it what was not forced, or part of that. */
    private void kill() {
        rig.journal = rig.journal.crashed(random);
        journalFails = false;
        // Between a step of the wall clock and its checkpoint, deadlines are off by it.
        clients.serverDied(CLOCK_SLACK_NS);
        peers.serverDied(CLOCK_SLACK_NS);
        long downNs = random.nextLong(30_000_000_000L);
        rig.nowNs += downNs;
        rig.wallMillis += downNs / Durations.NS_PER_MILLI;
        rig.start(rig.links.size(), rig.journal.durable().state());
        rig.settle();
        assertTrue(rig.control.isReady());
        assertTrue(staff.hasReloaded() || rig.counted(ControlCounter.LOST_AT_RESTORE) == 0);
        staff.began();
    }

    private void checkAlways() {
        if (!staffActs) {
            checkQuotas();
            checkPairings();
        }
        Set<Long> external = new HashSet<>();
        for (ModelShard.Mapping m : explicit()) {
            int protocol = m.internal.protocol();
            assertTrue(external.add(ExternalTuple.key(protocol, m.addressIndex, m.port)));
        }
        clients.acknowledged(rig.nowNs)
                .forEach((internal, a) ->
                        assertTrue(rig.forwards(internal, a.granted()), "cut early: " + internal));
        if (!staffActs) {
            peers.checkPromises();
        }
    }

    /** RFC 6888 REQ-2: all that a subscriber has is at one address, whatever it suggests. */
    private void checkPairings() {
        Map<Integer, Integer> addressOf = new HashMap<>();
        for (ModelShard.Mapping m : explicit()) {
            Integer other = addressOf.putIfAbsent(m.subscriber, m.addressIndex);
            assertTrue(other == null || other == m.addressIndex, "two addresses: " + m.internal);
        }
    }

    private void checkQuotas() {
        Map<Integer, Long> perSubscriber =
                explicit().stream()
                        .collect(Collectors.groupingBy(m -> m.subscriber, Collectors.counting()));
        perSubscriber.forEach((_, count) -> assertTrue(count <= ControlRig.QUOTA, "over quota"));
    }

    /** Everything came to rest: books, shards and journal agree. */
    private void checkAtRest() {
        journalFails = false;
        rig.journal.full = false;
        for (int i = 0; i < 2; i++) {
            rig.nowNs += 2 * Recorder.RETRY_NS;
            rig.settle();
        }
        assertEquals(0, clients.unanswered());
        assertEquals(0, peers.unanswered());
        peers.checkBooks();
        assertEquals(0, rig.links.stream().mapToInt(ShardLink::openRequests).sum());
        assertEquals(0, rig.control.sizes().operations());
        assertEquals(0, rig.control.doWork(rig.nowNs, rig.wallMillis), "not at rest");
        Set<InternalTuple> active =
                explicit().stream().map(m -> m.internal).collect(Collectors.toSet());
        assertEquals(active, rig.journal.durable().leases.keySet());
        assertEquals(active.size(), rig.control.sizes().leases());
        staff.checkAtRest(explicit());
        long suggested = rig.control.counters().value(ControlCounter.PAIRINGS_SUGGESTED);
        assertTrue(honoursAddresses || suggested == 0, "chosen by its subscriber");
    }

    private List<ModelShard.Mapping> explicit() {
        return rig.shards.stream().flatMap(s -> s.explicit().stream()).toList();
    }
}
