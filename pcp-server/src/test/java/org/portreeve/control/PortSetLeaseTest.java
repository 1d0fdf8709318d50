package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.portreeve.control.MapOutcome.Deleted;
import org.portreeve.control.MapOutcome.Granted;
import org.portreeve.control.MapOutcome.Reason;
import org.portreeve.control.MapOutcome.Refused;
import org.portreeve.control.policy.MapPolicy;
import org.portreeve.control.policy.NoncePolicy;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.view.Listing;
import org.portreeve.control.view.MappingQuery;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PeerFilter;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.rules.Rules;
import org.portreeve.testkit.Conformance;

/**
 * Goal: a set of ports is one lease whatever becomes of it (RFC 7753). Method: port control before
 * the real translator and a journal that a test can lose; datagrams of hosts that were never
 * contacted are sent to each port from outside and looked for inside.
 */
class PortSetLeaseTest {
    private static final int SIZE = 8;
    private static final int X = 0xcb00_710a;
    private static final int Y = 0xcb00_714d;
    private static final InternalTuple FIRST =
            InternalTuple.of(Protocol.UDP, ControlRig.HOST_A, 40_000);
    private static final InternalTuple INNER = FIRST.next(3);

    private final SimJournal journal = new SimJournal();
    private final NatConfig nat = ControlRig.nat(1, new PortRange(1024, 2047));
    private PacketShard shard;
    private PortControl control;
    private boolean works = true;
    private int probes;
    private long nowNs = 1_000_000_000_000L;
    private long wallMillis = 1_700_000_000_000L;

    PortSetLeaseTest() {
        start(RecoveredState.empty());
    }

    private void start(RecoveredState found) {
        var process = OneShard.start(nat, journal, found, nowNs, wallMillis);
        shard = process.shard();
        control = process.control();
        settle();
        assertTrue(control.isReady());
    }

    private void restart() {
        start(journal.durable().state());
    }

    private void settle() {
        for (int quiet = 0; quiet < 3; ) {
            nowNs += 1_000_000;
            int done = journal.force(works, Integer.MAX_VALUE);
            done += shard.run(nowNs) + control.doWork(nowNs, wallMillis);
            quiet = done == 0 ? quiet + 1 : 0;
        }
    }

    private void pass(long seconds) {
        nowNs += seconds * Durations.NS_PER_SECOND;
        wallMillis += seconds * 1000;
        settle();
    }

    private static MapCommand wish(InternalTuple internal, int size, int lifetimeSeconds) {
        return wish(internal, size, lifetimeSeconds, FilterChange.NONE);
    }

    private static MapCommand wish(
            InternalTuple internal, int size, int lifetimeSeconds, FilterChange filters) {
        return new MapCommand(
                internal,
                ControlRig.NONCE,
                LeaseOrigin.PCP,
                0,
                0,
                false,
                lifetimeSeconds,
                internal.internalIp(),
                5350,
                Description.NONE,
                false,
                filters,
                new PortSet(size, false));
    }

    private List<MapOutcome> ask(MapCommand command) {
        List<MapOutcome> answers = new ArrayList<>();
        control.map(command, nowNs, wallMillis, answers::add);
        return answers;
    }

    private MapOutcome map(MapCommand command) {
        List<MapOutcome> answers = ask(command);
        settle();
        assertEquals(1, answers.size());
        return answers.getFirst();
    }

    private Granted made() {
        Granted granted = assertInstanceOf(Granted.class, map(wish(FIRST, SIZE, 600)));
        assertEquals(new PortSpan(FIRST.internalPort(), SIZE), granted.span());
        return granted;
    }

    private List<MappingView> listed() {
        List<Listing<MappingView>> answers = new ArrayList<>();
        control.mappings(MappingQuery.all(100), nowNs, wallMillis, answers::add);
        settle();
        return answers.getFirst().items();
    }

    private boolean passes(int remoteIp, Granted at, int i) {
        shard.sent();
        probes++;
        shard.inject(
                PacketPort.OUTSIDE,
                PacketShard.packet(
                        FIRST.protocol(),
                        remoteIp,
                        1024 + probes,
                        at.externalIp(),
                        at.externalPort() + i));
        shard.run(nowNs);
        return shard.sent().stream().anyMatch(packet -> packet.side() == PacketPort.INSIDE);
    }

    /** How many of its ports let a stranger in. */
    private int open(Granted at) {
        return (int) IntStream.range(0, SIZE).filter(i -> passes(X, at, i)).count();
    }

    @Test
    @Conformance({"PCP-PS-010", "PCP-PS-019"})
    void aSetIsThereAfterAKillWithEachOfItsPorts() {
        int before = journal.durable().state().leases().size();
        Granted at = made();
        assertEquals(before + 1, journal.durable().state().leases().size());
        map(wish(INNER, 1, 900));

        restart();

        assertEquals(SIZE, open(at));
        MappingView view = listed().getFirst();
        assertEquals(SIZE, view.portCount());
        assertTrue(view.remainingSeconds() > 800);
        assertEquals(1, listed().size());
        // The owner of a set has one set still.
        assertInstanceOf(Granted.class, map(wish(FIRST.next(100), 4, 600)));
        assertEquals(refusal(Reason.USER_EX_QUOTA), map(wish(FIRST.next(200), 4, 600)));
    }

    private static Refused refusal(Reason reason) {
        return new Refused(reason, MapRules.SHORT_ERROR_SECONDS);
    }

    @Test
    void aCheckpointKeepsASet() {
        Granted at = made();
        journal.wantsCheckpoint = true;
        settle();
        assertEquals(1, journal.checkpoints);

        restart();

        assertEquals(SIZE, open(at));
    }

    @Test
    @Conformance("PCP-PS-010")
    void aSetThatEndedRestsForItsOwnerWithAllItsPortsAlsoOverAKill() {
        Granted at = made();
        assertInstanceOf(Deleted.class, map(wish(FIRST, SIZE, 0)));
        assertEquals(0, open(at));

        restart();
        assertEquals(0, open(at));
        Granted again = made();

        assertEquals(at.externalPort(), again.externalPort());
        assertEquals(SIZE, open(again));
    }

    @Test
    @Conformance("PCP-MAP-028")
    void whatRestsForAnotherIsNotInASet() {
        Granted own = assertInstanceOf(Granted.class, map(wish(FIRST, 1, 600)));
        Granted others = assertInstanceOf(Granted.class, map(ofAnother(own, 600)));
        assertEquals(own.externalPort() + 3, others.externalPort());
        map(wish(FIRST, 1, 0));
        map(ofAnother(own, 0));

        Granted set = assertInstanceOf(Granted.class, map(wish(FIRST, SIZE, 600)));

        assertEquals(own.externalPort(), set.externalPort());
        assertEquals(new PortSpan(FIRST.internalPort(), 3), set.span());
        var again = assertInstanceOf(Granted.class, map(ofAnother(own, 600)));
        assertEquals(others.externalPort(), again.externalPort());
    }

    /** A wish for the fourth port, at the place that a set from there on would have it. */
    private static MapCommand ofAnother(Granted first, int lifetimeSeconds) {
        int port = first.externalPort() + 3;
        return ControlRig.wish(INNER, ControlRig.OTHER_NONCE, port, false, lifetimeSeconds);
    }

    @Test
    void aSetExpiresAsOne() {
        Granted at = made();

        pass(601);

        assertEquals(0, open(at));
        assertEquals(List.of(), listed());
        assertEquals(0, control.sizes().leases());
    }

    @Test
    void aSetThatExpiredWhileTheNodeWasDownRests() {
        Granted at = made();
        wallMillis += 601_000;

        restart();

        assertEquals(0, open(at));
        assertEquals(at.externalPort(), made().externalPort());
    }

    @Test
    void aSetThatIsNotDurableIsNone() {
        works = false;
        assertInstanceOf(Refused.class, map(wish(FIRST, SIZE, 600)));
        works = true;
        settle();
        pass(1);

        assertEquals(List.of(), listed());
        assertEquals(SIZE, open(made()));
    }

    @Test
    void staffDropTheWholeSetByAnyOfItsPorts() {
        Granted at = made();
        List<Boolean> answers = new ArrayList<>();

        assertTrue(control.drop(INNER, nowNs, wallMillis, answers::add));
        settle();

        assertEquals(List.of(true), answers);
        assertEquals(0, open(at));
        assertEquals(List.of(), listed());
    }

    @Test
    void anAddressThatIsGivenUpHasNoSetAnyMore() {
        Granted at = made();
        List<Integer> answers = new ArrayList<>();

        assertTrue(control.release(FIRST.internalIp(), nowNs, wallMillis, answers::add));
        settle();

        assertEquals(List.of(1), answers);
        assertEquals(0, open(at));
    }

    @Test
    void natPmpReadsTheOnePortThatItAsksFor() {
        Granted at = made();

        var told = assertInstanceOf(Granted.class, map(ControlRig.natPmp(INNER, 0, 600)));

        assertEquals(at.externalPort() + 3, told.externalPort());
        assertEquals(PortSpan.ASKED, told.span());
        assertEquals(OptionalInt.of(at.externalPort() + 3), control.externalPortOf(INNER));
    }

    @Test
    @Conformance({"PCP-PS-011", "PCP-PS-012"})
    void whatTouchesASetThatIsBeingMadeWaitsForIt() {
        List<MapOutcome> a = ask(wish(FIRST, SIZE, 600));
        List<MapOutcome> repeated = ask(wish(FIRST, SIZE, 600));
        List<MapOutcome> b = ask(wish(FIRST.next(4), SIZE, 900));
        List<MapOutcome> one = ask(wish(INNER, 1, 900));
        settle();

        Granted made = assertInstanceOf(Granted.class, a.getFirst());
        for (List<MapOutcome> each : List.of(repeated, b, one)) {
            Granted told = assertInstanceOf(Granted.class, each.getFirst());
            assertEquals(made.externalPort(), told.externalPort());
            assertEquals(made.span(), told.span());
            assertEquals(1, each.size());
        }
        assertEquals(1, listed().size());
    }

    @Test
    @Conformance("PCP-PS-011")
    void aSetWaitsForAPortThatIsBeingMapped() {
        List<MapOutcome> one = ask(wish(INNER, 1, 600));
        List<MapOutcome> set = ask(wish(FIRST, SIZE, 900));
        settle();

        assertEquals(1, one.size());
        assertEquals(1, set.size());
        Granted told = assertInstanceOf(Granted.class, set.getFirst());
        assertEquals(new PortSpan(INNER.internalPort(), 1), told.span());
        assertEquals(1, listed().size());
    }

    @Test
    void whatWaitsForTheEndOfASetHasItsOwnTurnThen() {
        made();
        ask(wish(FIRST, SIZE, 0));
        List<List<MapOutcome>> asked = new ArrayList<>();
        // One of them comes while the mapping for the first is being made.
        for (int i = 0; i < 7; i++) {
            asked.add(ask(wish(INNER, 1, 600 + i)));
            nowNs += 1_000_000;
            journal.force(works, Integer.MAX_VALUE);
            shard.run(nowNs);
            control.doWork(nowNs, wallMillis);
        }
        settle();

        for (List<MapOutcome> each : asked) {
            assertEquals(1, each.size());
            assertInstanceOf(Granted.class, each.getFirst());
        }
        assertEquals(1, listed().size());
    }

    @Test
    @Conformance({"PCP-PS-003", "PCP-PS-005", "PCP-PS-013"})
    void aQuotaOfPortsCutsASetToWhatIsLeft() {
        portQuota(6);
        Granted four = assertInstanceOf(Granted.class, map(wish(FIRST.next(100), 4, 600)));
        Granted rest = assertInstanceOf(Granted.class, map(wish(FIRST, SIZE, 600)));

        assertEquals(4, four.span().size());
        assertEquals(2, rest.span().size());
        map(wish(FIRST, SIZE, 0));
        portQuota(7);
        Granted last = assertInstanceOf(Granted.class, map(wish(FIRST.next(50), SIZE, 600)));
        assertEquals(PortSpan.ASKED, last.span());
    }

    private void portQuota(int ports) {
        Profile usual = ControlConfig.of(nat).policy().profiles().get(Profile.DEFAULT);
        var quota = new Rules.Quota(4, ports, 4096, 200, 2000);
        var rules = Rules.of(quota, usual.rules().explicitPorts(), usual.rules().eif());
        var map = new MapPolicy(NoncePolicy.STRICT, 16, false, true);
        var changed = new Profile(usual.name(), rules, usual.requests(), map, usual.withheld());
        control.apply(ControlRig.policy(nat, List.of(changed), List.of()), nowNs, wallMillis);
        settle();
    }

    @Test
    void filtersOfASetAreKeptAndChangedForAllPorts() {
        var only = new FilterChange(false, List.of(PeerFilter.of(Y, 32, 0)));
        Granted at = made();
        assertEquals(SIZE, open(at));
        map(wish(INNER, 1, 600, only));
        assertEquals(0, open(at));

        restart();

        assertEquals(0, open(at));
        assertTrue(IntStream.range(0, SIZE).allMatch(i -> passes(Y, at, i)));
        map(wish(FIRST, SIZE, 600, FilterChange.NONE.thenRemoveAll()));
        assertEquals(SIZE, open(at));
    }

    @Test
    void thePortsOfASetGoBackToThePoolWhenTheyHaveRested() {
        Granted at = made();
        map(wish(FIRST, SIZE, 0));

        pass(nat.timers().explicitHoldNs(Protocol.UDP) / Durations.NS_PER_SECOND + 200);

        assertFalse(passes(X, at, 0));
        assertEquals(0, control.sizes().holds());
        List<MapOutcome> others = new ArrayList<>();
        InternalTuple other = InternalTuple.of(Protocol.UDP, ControlRig.HOST_B, 1);
        MapCommand wish =
                new MapCommand(
                        other,
                        ControlRig.OTHER_NONCE,
                        LeaseOrigin.PCP,
                        0,
                        at.externalPort(),
                        false,
                        600,
                        other.internalIp(),
                        5350,
                        Description.NONE,
                        false,
                        FilterChange.NONE,
                        new PortSet(SIZE, false));
        control.map(wish, nowNs, wallMillis, others::add);
        settle();
        Granted granted = assertInstanceOf(Granted.class, others.getFirst());
        assertEquals(SIZE, granted.span().size());
    }
}
