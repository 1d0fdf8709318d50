package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.control.event.NodeEvent;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.control.policy.OnFailure;
import org.portreeve.control.view.BlockView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.event.EventKind;
import org.portreeve.testkit.Conformance;

/** What becomes of new port blocks and pairings while the journal fails, with a real shard. */
class RecordFailureTest {
    private static final int HOSTS = 6;

    private final SimJournal journal = new SimJournal();
    private final List<NodeEvent> told = new ArrayList<>();
    private final NatConfig nat = ControlRig.nat(1, new PortRange(1024, 2047));
    private final PacketShard shard;
    private final PortControl control;
    private boolean works = true;
    private boolean hangs;
    private long nowNs = 1_000_000_000_000L;
    private long wallMillis = 1_700_000_000_000L;

    RecordFailureTest() {
        var process = OneShard.start(nat, journal, journal.durable().state(), nowNs, wallMillis);
        shard = process.shard();
        control = process.control();
        control.events().watch(List.of(shard.telemetry()));
        control.events().listen(told::add);
        settle();
    }

    @Test
    @Conformance("SEED-A-029")
    void refuseNewLetsNobodyUseABlockWithoutARecordAndTellsOfIt() {
        works = false;
        shard.outbound(host(0));
        pass(1);
        assertEquals(Set.of(), blocks());
        assertEquals(1, count(EventKind.RECORDS_FAILING));
        assertEquals(0, count(EventKind.BLOCK_UNRECORDED));

        works = true;
        pass(30);
        shard.outbound(host(0));
        pass(1);
        assertEquals(1, count(EventKind.RECORDS_RESTORED));
        assertEquals(1, count(EventKind.BLOCK_ACTIVE));
        assertEquals(durable(), blocks());
    }

    @Test
    void continueUsesBlocksAtOnceAndRecordsThemWhenTheJournalWorksAgain() {
        control.use(OnFailure.CONTINUE);
        works = false;
        shard.outbound(host(0));
        pass(1);
        assertEquals(1, count(EventKind.BLOCK_UNRECORDED));
        assertEquals(1, count(EventKind.BLOCK_ACTIVE));
        assertEquals(1, blocks().size());
        assertEquals(Set.of(), durable());

        works = true;
        pass(30);
        assertEquals(blocks(), durable());
        assertEquals(1, journal.durable().state().pairings().size());
        assertEquals(1, count(EventKind.RECORDS_FAILING));
        assertEquals(1, count(EventKind.RECORDS_RESTORED));
    }

    @Test
    void continueWaitsASecondForADiskThatStandsStillAndNoLonger() {
        control.use(OnFailure.CONTINUE);
        shard.outbound(host(0));
        settle();
        hangs = true;
        // Another block of a subscriber who is paired already.
        for (int port = 0; port < 400; port++) {
            shard.outbound(InternalTuple.of(Protocol.UDP, host(0).internalIp(), 10_000 + port));
            settle();
        }
        assertEquals(1, count(EventKind.BLOCK_ACTIVE));
        pass(1);
        assertEquals(2, count(EventKind.BLOCK_ACTIVE));
        pass(3);
        assertEquals(1, count(EventKind.RECORDS_FAILING));
        shard.outbound(host(1));
        settle();
        assertEquals(3, count(EventKind.BLOCK_ACTIVE));

        hangs = false;
        pass(30);
        assertEquals(blocks(), durable());
        assertEquals(1, count(EventKind.RECORDS_RESTORED));
    }

    @Test
    void continueGrantsNoLeaseWhosePairingHasNoRecord() {
        var rig = new ControlRig(1);
        List<MapOutcome> answers = rig.ask(ControlRig.wish(ControlRig.WEB, 600));
        losePairing(rig);
        var granted = assertInstanceOf(MapOutcome.Granted.class, answers.getFirst());
        rig.restart();
        assertTrue(rig.forwards(ControlRig.WEB, granted));
    }

    @Test
    void continueKeepsNoSessionForAPeerWhosePairingHasNoRecord() {
        var rig = new ControlRig(1);
        var command =
                new PeerCommand(
                        new PeerTuple(ControlRig.WEB, 7, 443),
                        ControlRig.NONCE,
                        0,
                        1_100,
                        600,
                        ControlRig.HOST_A,
                        5350);
        List<PeerOutcome> answers = new ArrayList<>();
        rig.control.peers().peer(command, rig.nowNs, rig.wallMillis, answers::add);
        losePairing(rig);
        assertInstanceOf(PeerOutcome.Kept.class, answers.getFirst());
        rig.restart();
        assertEquals(1, rig.control.peers().size());
    }

    /** It is on its way together with the record of what was asked for. */
    private static void losePairing(ControlRig rig) {
        rig.control.use(OnFailure.CONTINUE);
        for (int turn = 0; turn < 3; turn++) {
            rig.control.doWork(rig.nowNs, rig.wallMillis);
            rig.shards.getFirst().run(Integer.MAX_VALUE, rig.nowNs);
        }
        assertEquals(2, rig.journal.pendingCount());
        rig.journal.force(false, 1);
        rig.settle();
    }

    @Test
    void fullQueueOfTheJournalIsAFailureToo() {
        control.use(OnFailure.CONTINUE);
        journal.full = true;
        shard.outbound(host(0));
        pass(1);
        assertEquals(1, blocks().size());
        assertEquals(Set.of(), durable());
        journal.full = false;
        pass(30);
        assertEquals(blocks(), durable());
        assertFalse(blocks().isEmpty());
    }

    /** Whatever the journal does and whatever is configured meanwhile, it knows all in the end. */
    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void journalThatWorksAgainKnowsEveryBlockThatIsInUse(long seed) {
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 5; round++) {
            for (int step = 0; step < 200; step++) {
                step(random);
                Set<String> inUse = blocks();
                boolean mayOwe = count(EventKind.BLOCK_UNRECORDED) > 0;
                assertTrue(mayOwe || durable().containsAll(inUse), "a block has no record");
            }
            works = true;
            hangs = false;
            journal.full = false;
            pass(30);
            assertEquals(blocks(), durable());
        }
    }

    private void step(SplittableRandom random) {
        switch (random.nextInt(12)) {
            case 0 -> works = random.nextBoolean();
            case 1 -> hangs = random.nextInt(3) == 0;
            case 2 -> journal.full = random.nextInt(4) == 0;
            case 3 -> use(random.nextBoolean());
            case 4 -> pass(random.nextInt(4));
            case 5 -> pass(random.nextInt(5) == 0 ? 400 : 0);
            default -> {
                int host = random.nextInt(HOSTS);
                int port = 1_024 + random.nextInt(600);
                shard.outbound(InternalTuple.of(Protocol.UDP, host(host).internalIp(), port));
                settle();
            }
        }
    }

    private void use(boolean continues) {
        control.use(continues ? OnFailure.CONTINUE : OnFailure.REFUSE_NEW);
    }

    private void settle() {
        int quiet = 0;
        while (quiet < 3) {
            int done = hangs ? 0 : journal.force(works, Integer.MAX_VALUE);
            done += shard.run(nowNs);
            done += control.doWork(nowNs, wallMillis);
            // The retries of what must be kept never come to rest while it is lost.
            quiet = done == 0 || !works ? quiet + 1 : 0;
        }
    }

    private void pass(int seconds) {
        for (int tick = 0; tick < 4 * seconds; tick++) {
            nowNs += Durations.NS_PER_SECOND / 4;
            wallMillis += 250;
            settle();
        }
    }

    private static InternalTuple host(int number) {
        return InternalTuple.of(Protocol.UDP, ControlRig.HOST_A + number, 5_000);
    }

    /** What staff see: blocks that are in use. */
    private Set<String> blocks() {
        Set<String> seen = new TreeSet<>();
        List<Boolean> done = new ArrayList<>();
        control.callRoll(_ -> true, block -> seen.add(text(block)), () -> done.add(true));
        settle();
        assertEquals(1, done.size());
        return seen;
    }

    private Set<String> durable() {
        return journal.durable().state().blocks().stream()
                .map(RecordFailureTest::text)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String text(BlockView block) {
        return block.subscriber() + " " + block.externalIp() + ":" + block.firstPort();
    }

    private static String text(JournalRecord.BlockLeased block) {
        return block.subscriber() + " " + block.externalIp() + ":" + block.firstPort();
    }

    private long count(EventKind kind) {
        return told.stream().filter(event -> event.kind() == kind).count();
    }
}
