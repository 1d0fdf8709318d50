package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.portreeve.control.MapOutcome.Granted;
import org.portreeve.control.MapOutcome.Reason;
import org.portreeve.control.MapOutcome.Refused;
import org.portreeve.control.policy.MapPolicy;
import org.portreeve.control.policy.NoncePolicy;
import org.portreeve.control.policy.Profile;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PeerFilter;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.testkit.Conformance;

/**
 * Goal: from the moment of the answer, and over any end of the process, a mapping lets in whom its
 * filters name and nobody else, and a change that is not durable is none. Method: the real
 * translator, and strangers at the door in every step.
 */
class LeaseFiltersTest {
    private static final InternalTuple TUPLE = ControlRig.DNS;
    private static final int X = Ipv4.of("203.0.113.10");
    private static final int Y = Ipv4.of("203.0.113.77");
    private static final int MAPPINGS = 32;

    private final SimJournal journal = new SimJournal();
    private final NatConfig nat;
    private PacketShard shard;
    private PortControl control;
    private boolean works = true;
    private int probes;
    private int strangers;
    private long nowNs = 1_000_000_000_000L;
    private long wallMillis = 1_700_000_000_000L;

    LeaseFiltersTest() {
        NatConfig usual = ControlRig.nat(1, new PortRange(1024, 2047));
        nat =
                new NatConfig(
                        1,
                        usual.inside(),
                        usual.pool(),
                        usual.timers(),
                        new NatConfig.Capacity(1024, MAPPINGS, 64),
                        usual.rules());
        start(RecoveredState.empty());
        settle();
    }

    private void start(RecoveredState found) {
        var process = OneShard.start(nat, journal, found, nowNs, wallMillis);
        shard = process.shard();
        control = process.control();
    }

    private void settle() {
        for (int quiet = 0; quiet < 3; ) {
            quiet = step() == 0 ? quiet + 1 : 0;
        }
    }

    private int step() {
        nowNs += 1_000_000;
        int done = journal.force(works, Integer.MAX_VALUE);
        done += shard.run(nowNs);
        return done + control.doWork(nowNs, wallMillis);
    }

    private static MapCommand wish(int lifetimeSeconds, FilterChange filters) {
        return new MapCommand(
                TUPLE,
                ControlRig.NONCE,
                LeaseOrigin.PCP,
                0,
                1500,
                false,
                lifetimeSeconds,
                TUPLE.internalIp(),
                5350,
                Description.NONE,
                false,
                filters);
    }

    private static FilterChange only(int... ips) {
        return new FilterChange(
                false, IntStream.of(ips).mapToObj(ip -> PeerFilter.of(ip, 32, 0)).toList());
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

    private Granted granted(FilterChange filters) {
        return assertInstanceOf(Granted.class, map(wish(600, filters)));
    }

    /** Whether a datagram of a session that was not there arrives. */
    private boolean passes(int remoteIp, Granted at) {
        shard.sent();
        knock(remoteIp, at.externalIp(), at.externalPort());
        shard.run(nowNs);
        return shard.sent().stream().anyMatch(packet -> packet.side() == PacketPort.INSIDE);
    }

    private void knock(int remoteIp, int externalIp, int externalPort) {
        probes++;
        shard.inject(
                PacketPort.OUTSIDE,
                PacketShard.packet(
                        TUPLE.protocol(), remoteIp, 1024 + probes, externalIp, externalPort));
    }

    /** Steps, with a stranger before each of them, until the answer is there. */
    private void stepAmongStrangers(List<MapOutcome> answers, Granted at) {
        for (int left = 100; left > 0 && answers.isEmpty(); left--) {
            strangerPasses(at);
            step();
        }
        assertFalse(answers.isEmpty());
    }

    private void strangerPasses(Granted at) {
        shard.sent();
        knock(Y, at.externalIp(), at.externalPort());
        step();
        strangers +=
                (int)
                        shard.sent().stream()
                                .filter(packet -> packet.side() == PacketPort.INSIDE)
                                .count();
    }

    @Test
    @Conformance("PCP-FLT-006")
    void noStrangerGetsInWhileTheMappingIsMade() {
        Granted expected = granted(only(X));
        map(wish(0, FilterChange.NONE));

        List<MapOutcome> answers = ask(wish(600, only(X)));
        stepAmongStrangers(answers, expected);

        assertEquals(expected.externalPort(), ((Granted) answers.getFirst()).externalPort());
        assertEquals(0, strangers);
        assertTrue(passes(X, expected));
        assertFalse(passes(Y, expected));
    }

    @Test
    void noStrangerGetsInWhileOtherFiltersTakeTheirPlace() {
        Granted at = granted(only(X));

        stepAmongStrangers(ask(wish(600, new FilterChange(true, only(X, X + 1).added()))), at);

        assertEquals(0, strangers);
        assertTrue(passes(X + 1, at));
    }

    @Test
    @Conformance({"PCP-FLT-005", "PCP-MIX-008"})
    void filtersAreThereAfterAnyEndOfTheProcess() {
        Granted at = granted(only(X));
        granted(only(X + 1));

        start(journal.durable().state());
        for (int left = 50; left > 0; left--) {
            strangerPasses(at);
        }

        assertEquals(0, strangers);
        assertTrue(passes(X, at));
        assertTrue(passes(X + 1, at));
        assertEquals(only(X, X + 1).added(), filters());
    }

    /** A reload lowers the limit below what a lease has. */
    @Test
    @Conformance({"PCP-RC-007", "PCP-FLT-005"})
    void aLowerLimitIsForWhatIsAddedAndNotForRenewals() {
        Granted at = granted(only(X, X + 1, X + 2));
        limit(2);

        granted(FilterChange.NONE);
        granted(only(X + 1));
        assertEquals(Reason.EXCESSIVE_REMOTE_PEERS, refused(wish(600, only(Y))));
        assertEquals(only(X, X + 1, X + 2).added(), filters());
        assertTrue(passes(X + 2, at));
        var others = new FilterChange(true, only(Y, Y + 1, Y + 2).added());
        assertEquals(Reason.EXCESSIVE_REMOTE_PEERS, refused(wish(600, others)));
        granted(new FilterChange(true, only(X, Y).added()));
        assertEquals(only(X, Y).added(), filters());
    }

    /** How many filters a mapping may have from now on. */
    private void limit(int filters) {
        Profile usual = ControlConfig.of(nat).policy().profiles().get(Profile.DEFAULT);
        var map = new MapPolicy(NoncePolicy.STRICT, filters, false, true);
        var changed =
                new Profile(usual.name(), usual.rules(), usual.requests(), map, usual.withheld());
        control.apply(ControlRig.policy(nat, List.of(changed), List.of()), nowNs, wallMillis);
        settle();
    }

    @Test
    void checkpointKeepsFilters() {
        Granted at = granted(only(X));
        journal.wantsCheckpoint = true;
        settle();
        assertEquals(1, journal.checkpoints);

        start(journal.durable().state());
        settle();

        assertTrue(passes(X, at));
        assertFalse(passes(Y, at));
    }

    @Test
    void changeThatIsLostIsNone() {
        Granted at = granted(only(X));
        works = false;
        assertEquals(Reason.NO_RESOURCES, refused(wish(900, only(Y))));
        assertEquals(Reason.NO_RESOURCES, refused(wish(900, FilterChange.NONE.thenRemoveAll())));
        works = true;
        journal.full = true;
        assertEquals(Reason.NO_RESOURCES, refused(wish(900, only(Y))));
        journal.full = false;

        assertFalse(passes(Y, at));
        assertTrue(passes(X, at));
        assertEquals(only(X).added(), filters());
        start(journal.durable().state());
        settle();
        assertFalse(passes(Y, at));
        assertTrue(passes(X, at));
    }

    @Test
    void mappingThatIsLostLeavesNothing() {
        works = false;
        assertEquals(Reason.NO_RESOURCES, refused(wish(600, only(X))));
        works = true;
        // What must be kept is tried again after a moment.
        for (int millis = 0; millis < 200; millis++) {
            step();
        }

        Granted at = granted(FilterChange.NONE);

        assertTrue(passes(Y, at));
    }

    @Test
    void whatIsGivenUpGivesItsPlaceBack() {
        granted(only(X));
        for (int i = 0; i < 10 * MAPPINGS; i++) {
            journal.full = true;
            refused(wish(900, only(X + 1, X + 2, X + 3)));
            journal.full = false;
            granted(FilterChange.NONE.thenRemoveAll().thenAdd(PeerFilter.of(X + i, 32, 0)));
            map(wish(0, FilterChange.NONE));
            granted(only(X));
        }
        assertEquals(only(X).added(), filters());
    }

    @Test
    void fullTableOfFiltersRefusesAndChangesNothing() {
        Granted at = granted(only(ips(16)));
        InternalTuple other = ControlRig.WEB;
        MapCommand web =
                new MapCommand(
                        other,
                        ControlRig.NONCE,
                        LeaseOrigin.PCP,
                        0,
                        0,
                        false,
                        600,
                        other.internalIp(),
                        5350,
                        Description.NONE,
                        false,
                        only(ips(16)));
        assertInstanceOf(Granted.class, map(web));

        FilterChange others = FilterChange.NONE.thenRemoveAll().thenAdd(PeerFilter.of(Y, 32, 0));
        assertEquals(Reason.NO_RESOURCES, refused(wish(600, others)));

        assertFalse(passes(Y, at));
        assertTrue(passes(X, at));
    }

    private static int[] ips(int count) {
        return IntStream.range(0, count).map(i -> X + i).toArray();
    }

    private Reason refused(MapCommand command) {
        List<MapOutcome> answers = ask(command);
        for (int left = 20; left > 0; left--) {
            step();
        }
        return assertInstanceOf(Refused.class, answers.getFirst()).reason();
    }

    private List<PeerFilter> filters() {
        return control.externalPortOf(TUPLE).isEmpty()
                ? List.of()
                : journal.durable().state().leases().getFirst().filters();
    }
}
