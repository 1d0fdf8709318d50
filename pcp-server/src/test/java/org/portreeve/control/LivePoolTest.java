package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.control.LiveRig.Endpoint;
import org.portreeve.control.MapOutcome.Granted;
import org.portreeve.control.policy.OnFailure;
import org.portreeve.control.view.DrainMode;
import org.portreeve.control.view.DrainOutcome;
import org.portreeve.control.view.PoolOutcome;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;

/** External addresses that come and go while the real translator runs. */
class LivePoolTest {
    private static final int FIRST = Ipv4.of("198.51.100.1");
    private static final int HOST = Ipv4.of("100.64.0.10");
    private static final int PLACES = 6;

    /** Longer than anything but a TCP session stays. */
    private static final long SILENCE = 4 * 3_600;

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void addedAddressIsUsableAtOnceByTrafficAndByRequests(int shards) {
        var rig = new LiveRig(nat(shards, 2));
        assertEquals(changed(List.of(ip(7)), List.of()), use(rig, 0, 1, 7));
        Set<Integer> used = new HashSet<>();
        for (int host = 0; host < 3; host++) {
            Endpoint out = rig.datagram(0, udp(host), 53).orElseThrow();
            Granted granted = map(rig, tcp(host, 80));
            assertEquals(out.ip(), granted.externalIp());
            assertEquals(
                    Optional.of(new Endpoint(HOST + host, 80)),
                    rig.reply(0, endpoint(granted), 1000, LiveRig.SYN));
            used.add(out.ip());
        }
        assertEquals(Set.of(ip(0), ip(1), ip(7)), used);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void sessionsOfARemovedAddressGoOnAndNewOnesTakeAnother(int shards) {
        var rig = new LiveRig(nat(shards, 2));
        InternalTuple host = tcp(0, 4000);
        Endpoint old = rig.connect(host, 80);
        assertEquals(changed(List.of(), List.of(old.ip())), use(rig, old.ip() == ip(0) ? 1 : 0));
        rig.pass(3);
        for (int queue = 0; queue < shards; queue++) {
            assertEquals(Optional.of(old), rig.segment(queue, host, 80, LiveRig.ACK));
            assertEquals(
                    Optional.of(new Endpoint(HOST, 4000)), rig.reply(queue, old, 80, LiveRig.ACK));
            // From the same internal port too: what is new is at the new address.
            Endpoint fresh = rig.segment(queue, host, 81 + queue, LiveRig.SYN).orElseThrow();
            assertNotEquals(old.ip(), fresh.ip());
            assertEquals(fresh, rig.segment(queue, host, 81 + queue, LiveRig.ACK).orElseThrow());
            assertEquals(
                    Optional.of(new Endpoint(HOST, 4000)),
                    rig.reply(queue, fresh, 81 + queue, LiveRig.ACK));
        }
        assertNotEquals(old.ip(), map(rig, tcp(0, 80)).externalIp());
        assertEquals(2, rig.control.pool().addresses().size());
    }

    @Test
    void thoseWhoMoveAtOnceAreSpreadOverWhatIsLeft() {
        var rig = new LiveRig(nat(1, 3));
        for (int host = 0; host < 9; host++) {
            rig.connect(tcp(host, 4000), 80);
        }
        use(rig, 1, 2);
        rig.pass(3);
        assertEquals(3, rig.control.counters().value(ControlCounter.PAIRINGS_MOVED));
        int atFirst = 0;
        for (int host = 0; host < 9; host++) {
            Endpoint out = rig.segment(0, tcp(host, 4001), 80, LiveRig.SYN).orElseThrow();
            atFirst += out.ip() == ip(1) ? 1 : 0;
        }
        assertTrue(atFirst == 4 || atFirst == 5, "of 9 at one address: " + atFirst);
    }

    @Test
    void onlyWhoMayHaveToAskAgainGetsAnEpochOfItsOwn() {
        var rig = new LiveRig(nat(1, 2));
        Endpoint old = rig.connect(tcp(0, 4000), 80);
        int other = old.ip() == ip(0) ? 1 : 0;
        use(rig, other);
        rig.pass(3);
        assertEquals(1, rig.control.counters().value(ControlCounter.PAIRINGS_MOVED));
        assertEquals(0, rig.control.counters().value(ControlCounter.CLIENT_EPOCH_RESETS));

        Granted lease = map(rig, tcp(0, 80));
        assertEquals(ip(other), lease.externalIp());
        use(rig, 1 - other);
        rig.pass(3);
        assertEquals(1, rig.control.counters().value(ControlCounter.CLIENT_EPOCH_RESETS));
        assertTrue(Math.abs(rig.control.epochs().seconds(HOST, rig.nowNs) - 3) <= 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void removedAddressLeavesWhenNothingIsLeftAndItsPlaceIsForAnother(int shards) {
        var rig = new LiveRig(nat(shards, 2));
        List<Integer> told = new ArrayList<>();
        rig.control.pool().listen(() -> told.addAll(rig.control.pool().addresses()));
        rig.connect(tcp(0, 4000), 80);
        rig.connect(tcp(1, 4000), 80);
        assertInstanceOf(PoolOutcome.Changed.class, use(rig, 1));
        rig.pass(60);
        assertEquals(List.of(), told);
        rig.pass(SILENCE);
        assertEquals(List.of(ip(1)), told);
        assertEquals(List.of(ip(1)), rig.control.pool().addresses());
        // All places again.
        assertInstanceOf(PoolOutcome.Changed.class, use(rig, 1, 2, 3, 4, 5, 6));
        assertInstanceOf(PoolOutcome.Refused.class, use(rig, 1, 2, 3, 4, 5, 6, 7));
        assertEquals(PLACES, rig.control.pool().addresses().size());
        assertEquals(0, rig.links.stream().mapToInt(l -> l.openRequests()).sum());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void leaseAtARemovedAddressEndsAtItsTimeAndIsThenGivenElsewhere(int shards) {
        var rig = new LiveRig(nat(shards, 2));
        Granted lease = map(rig, tcp(0, 80));
        use(rig, lease.externalIp() == ip(0) ? 1 : 0);
        rig.pass(100);
        Granted renewed = map(rig, tcp(0, 80));
        assertEquals(lease.externalIp(), renewed.externalIp());
        assertEquals(lease.lifetimeSeconds() - 100, renewed.lifetimeSeconds());
        Optional<Endpoint> in = rig.reply(0, endpoint(lease), 1000, LiveRig.SYN);
        assertEquals(Optional.of(new Endpoint(HOST, 80)), in);
        // Its answer leaves by the address that was asked.
        assertEquals(
                Optional.of(endpoint(lease)),
                rig.segment(0, tcp(0, 80), 1000, LiveRig.SYN | LiveRig.ACK));
        rig.pass(renewed.lifetimeSeconds() + 1);
        assertNotEquals(lease.externalIp(), map(rig, tcp(0, 80)).externalIp());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void fileOfTheNextStartIsTheTruthAfterAKill(int shards) {
        var rig = new LiveRig(nat(shards, 2));
        Granted lease = map(rig, tcp(0, 80));
        int other = lease.externalIp() == ip(0) ? 1 : 0;
        use(rig, other);
        rig.pass(3);
        Granted fresh = map(rig, tcp(0, 81));

        // Both addresses are in it: nothing that was acknowledged is lost.
        rig.restart();
        assertEquals(0, rig.control.counters().value(ControlCounter.LOST_AT_RESTORE));
        for (Granted granted : List.of(lease, fresh)) {
            InternalTuple host = granted.equals(lease) ? tcp(0, 80) : tcp(0, 81);
            assertEquals(
                    Optional.of(new Endpoint(HOST, host.internalPort())),
                    rig.reply(0, endpoint(granted), 1000, LiveRig.SYN));
            assertEquals(
                    Optional.of(endpoint(granted)),
                    rig.segment(0, host, 1000, LiveRig.SYN | LiveRig.ACK));
        }

        // One is not: its lease ends, and the epoch says so.
        NatConfig usual = nat(shards, 2);
        rig.restart(with(usual, usual.pool().withAddresses(List.of(ip(other)))));
        assertEquals(1, rig.control.counters().value(ControlCounter.LOST_AT_RESTORE));
        assertEquals(0, rig.control.epochs().seconds(HOST, rig.nowNs));
        assertEquals(Optional.empty(), rig.reply(0, endpoint(lease), 1001, LiveRig.SYN));
        assertTrue(rig.reply(0, endpoint(fresh), 1001, LiveRig.SYN).isPresent());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whatARemovedAddressHasIsCutWhenThatIsWished(int shards) {
        var rig = new LiveRig(nat(shards, 2));
        Endpoint old = rig.connect(tcp(0, 4000), 80);
        Granted lease = map(rig, tcp(0, 80));
        int other = old.ip() == ip(0) ? 1 : 0;
        Endpoint elsewhere = rig.connect(tcp(1, 4000), 80);
        use(rig, DrainMode.CUT, other);
        rig.pass(3);
        assertEquals(Optional.empty(), rig.segment(0, tcp(0, 4000), 80, LiveRig.ACK));
        assertEquals(Optional.empty(), rig.reply(0, old, 80, LiveRig.ACK));
        assertEquals(Optional.empty(), rig.reply(0, endpoint(lease), 1000, LiveRig.SYN));
        assertEquals(ip(other), rig.connect(tcp(0, 4000), 80).ip());
        assertEquals(ip(other), map(rig, tcp(0, 80)).externalIp());
        // What lies at the other address is as it was.
        assertEquals(Optional.of(elsewhere), rig.segment(0, tcp(1, 4000), 80, LiveRig.ACK));
        rig.pass(7_440 + 300);
        assertEquals(List.of(ip(other)), rig.control.pool().addresses());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void subscriberPairedWithoutARecordMovesWhenTheJournalWorksAgain(int shards) {
        var rig = new LiveRig(nat(shards, 2));
        rig.control.use(OnFailure.CONTINUE);
        rig.journal.full = true;
        Endpoint old = rig.connect(tcp(0, 4000), 80);
        rig.journal.full = false;
        rig.pass(30);
        int other = old.ip() == ip(0) ? 1 : 0;
        use(rig, other);
        rig.pass(3);
        assertEquals(ip(other), rig.connect(tcp(0, 4001), 80).ip());
        assertEquals(Optional.of(old), rig.segment(0, tcp(0, 4000), 80, LiveRig.ACK));
        rig.pass(SILENCE);
        assertEquals(List.of(ip(other)), rig.control.pool().addresses());
    }

    @Test
    void addressThatIsWantedAgainBeforeItLeftIsGivenAgain() {
        var rig = new LiveRig(nat(1, 2));
        Endpoint old = rig.connect(tcp(0, 4000), 80);
        int other = old.ip() == ip(0) ? 1 : 0;
        use(rig, other);
        rig.pass(5);
        assertEquals(changed(List.of(old.ip()), List.of()), use(rig, 0, 1));
        Set<Integer> used = new HashSet<>();
        for (int host = 1; host < 4; host++) {
            used.add(rig.datagram(0, udp(host), 53).orElseThrow().ip());
        }
        assertEquals(Set.of(ip(0), ip(1)), used);
        assertEquals(Optional.of(old), rig.segment(0, tcp(0, 4000), 80, LiveRig.ACK));
    }

    @Test
    void whatCannotBeIsRefusedAndNothingIsChanged() {
        var rig = new LiveRig(nat(1, 2));
        assertEquals(DrainOutcome.DONE, drain(rig, ip(0)));
        assertInstanceOf(PoolOutcome.Refused.class, use(rig, 0));
        assertInstanceOf(PoolOutcome.Refused.class, use(rig, 1, 2, 3, 4, 5, 6, 7, 8));
        assertEquals(List.of(ip(0), ip(1)), rig.control.pool().addresses());
        assertEquals(changed(List.of(), List.of()), use(rig, 1, 0));
    }

    /** The next start would compute other addresses, and none of the leases would be kept. */
    @Test
    void addressesThatOthersAreComputedFromKeepTheirOrder() {
        NatConfig usual = nat(1, 2);
        var computed = new Pool.Allocation.Deterministic(16, 4, 0);
        var rig = new LiveRig(with(usual, usual.pool().with(computed)));
        assertInstanceOf(PoolOutcome.Refused.class, use(rig, 1, 0));
        assertEquals(changed(List.of(), List.of()), use(rig, 0, 1));
    }

    @Test
    void drainOfARemovedAddressEndsWithIt() {
        var rig = new LiveRig(nat(1, 2));
        assertEquals(DrainOutcome.DONE, drain(rig, ip(0)));
        use(rig, 1);
        assertEquals(DrainOutcome.UNKNOWN_ADDRESS, drain(rig, ip(0)));
        rig.pass(3);
        assertEquals(List.of(ip(1)), rig.control.pool().addresses());
        assertEquals(List.of(), rig.control.drains().list());
        use(rig, 0, 1);
        assertEquals(ip(0), rig.datagram(0, udp(0), 53).orElseThrow().ip());
    }

    @Test
    void softPairingDoesNotUseASecondAddressThatIsDrained() {
        NatConfig nat = nat(1, 2);
        // 80 ports for traffic at each address, as many as a subscriber may ask for.
        Pool narrow =
                new Pool(
                        nat.pool().addresses(),
                        new PortRange(1024, 1055),
                        new PortRange(1024, 1039),
                        new Pool.Block(16, 4, 180_000_000_000L),
                        new Pool.Allocation.Blocks(),
                        List.of(),
                        Pool.Choice.usual(),
                        new Pool.Pairing(true, 300_000_000_000L),
                        Pool.ANY_NUMBER,
                        Pool.NO_PORTS,
                        Pool.Kept.NONE);
        var rig = new LiveRig(with(nat, narrow));
        Set<Integer> before = new HashSet<>();
        for (int port = 0; port < 20; port++) {
            rig.datagram(0, InternalTuple.of(Protocol.UDP, HOST, 2000 + port), 53)
                    .ifPresent(out -> before.add(out.ip()));
        }
        assertEquals(Set.of(ip(0), ip(1)), before);

        int paired =
                rig.datagram(0, InternalTuple.of(Protocol.UDP, HOST, 2000), 53).orElseThrow().ip();
        int second = paired == ip(0) ? ip(1) : ip(0);
        assertEquals(DrainOutcome.DONE, drain(rig, second));
        for (int port = 20; port < 28; port++) {
            InternalTuple tuple = InternalTuple.of(Protocol.UDP, HOST, 2000 + port);
            assertEquals(Optional.empty(), rig.datagram(0, tuple, 53));
        }
    }

    /** Goal: whatever comes and goes, established sessions keep their external endpoint. */
    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void noChangeOfThePoolCutsASession(long seed) {
        var random = new SplittableRandom(seed);
        var rig = new LiveRig(nat(1 + random.nextInt(3), 3));
        record Session(InternalTuple host, int remotePort, Endpoint at) {}
        List<Session> sessions = new ArrayList<>();
        for (int step = 0; step < 60; step++) {
            switch (random.nextInt(4)) {
                case 0 -> {
                    int[] wanted =
                            IntStream.range(0, 5).filter(_ -> random.nextBoolean()).toArray();
                    if (wanted.length > 0) {
                        use(rig, wanted);
                    }
                }
                case 1 -> rig.pass(1 + random.nextInt(200));
                default -> {
                    InternalTuple host = tcp(random.nextInt(8), 4000 + random.nextInt(2));
                    int remotePort = 1000 + step;
                    sessions.add(new Session(host, remotePort, rig.connect(host, remotePort)));
                }
            }
            int queue = random.nextInt(rig.shards.size());
            for (Session s : sessions) {
                assertEquals(
                        Optional.of(s.at),
                        rig.segment(queue, s.host, s.remotePort, LiveRig.ACK),
                        s::toString);
            }
        }
        assertFalse(sessions.isEmpty());
        rig.pass(3 * SILENCE);
        use(rig, 0);
        rig.pass(10);
        assertEquals(List.of(ip(0)), rig.control.pool().addresses());
        assertTrue(rig.links.stream().allMatch(l -> l.openRequests() == 0));
    }

    /** Of two subscribers in different shards, one gets the other's address by a reload. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void addressThatMovesToAnotherSubscriberKeepsItsSessions(int shards) {
        NatConfig nat = nat(shards, 2);
        var rig =
                new LiveRig(
                        ControlRig.config(
                                nat,
                                List.of(),
                                List.of(
                                        ControlRig.plan("alice", "default", "100.64.0.10/31"),
                                        ControlRig.plan("bob", "default", "100.64.0.12/31"))));
        Endpoint old = rig.connect(tcp(0, 4000), 80);
        Endpoint bobs = rig.connect(tcp(2, 4000), 80);
        assertNotEquals(old.ip(), bobs.ip());
        rig.control.apply(
                ControlRig.policy(
                        nat,
                        List.of(),
                        List.of(
                                ControlRig.plan("alice", "default", "100.64.0.11/32"),
                                ControlRig.plan(
                                        "bob", "default", "100.64.0.10/32", "100.64.0.12/31"))),
                rig.nowNs,
                rig.wallMillis);
        rig.pass(2);
        for (int queue = 0; queue < shards; queue++) {
            assertEquals(Optional.of(old), rig.segment(queue, tcp(0, 4000), 80, LiveRig.ACK));
            assertEquals(
                    Optional.of(new Endpoint(HOST, 4000)), rig.reply(queue, old, 80, LiveRig.ACK));
            Endpoint fresh =
                    rig.segment(queue, tcp(0, 4000), 90 + queue, LiveRig.SYN).orElseThrow();
            assertEquals(bobs.ip(), fresh.ip());
        }
        rig.pass(3 * SILENCE);
        assertTrue(rig.datagram(0, udp(0), 53).isPresent());
    }

    private static Granted map(LiveRig rig, InternalTuple internal) {
        return (Granted) rig.map(ControlRig.wish(internal, 600));
    }

    private static PoolOutcome use(LiveRig rig, int... numbers) {
        return use(rig, DrainMode.WAIT, numbers);
    }

    private static PoolOutcome use(LiveRig rig, DrainMode mode, int... numbers) {
        List<Integer> wanted = IntStream.of(numbers).mapToObj(LivePoolTest::ip).toList();
        return rig.answer((_, _, reply) -> rig.control.pool().use(wanted, mode, reply));
    }

    private static DrainOutcome drain(LiveRig rig, int externalIp) {
        return rig.answer((_, _, reply) -> rig.control.drains().drain(externalIp, 0, reply));
    }

    private static PoolOutcome changed(List<Integer> added, List<Integer> leaving) {
        return new PoolOutcome.Changed(added, leaving);
    }

    private static Endpoint endpoint(Granted granted) {
        return new Endpoint(granted.externalIp(), granted.externalPort());
    }

    private static InternalTuple udp(int host) {
        return InternalTuple.of(Protocol.UDP, HOST + host, 2000);
    }

    private static InternalTuple tcp(int host, int port) {
        return InternalTuple.of(Protocol.TCP, HOST + host, port);
    }

    private static int ip(int number) {
        return FIRST + number;
    }

    private static NatConfig nat(int shards, int addresses) {
        NatConfig usual = ControlRig.nat(shards, new PortRange(1024, 2047));
        List<Integer> ips = IntStream.range(0, addresses).mapToObj(LivePoolTest::ip).toList();
        return with(usual, usual.pool().withAddresses(ips));
    }

    private static NatConfig with(NatConfig nat, Pool pool) {
        var capacity = new NatConfig.Capacity(1024, 1024, 64, PLACES);
        return new NatConfig(
                nat.shardCount(), nat.inside(), pool, nat.timers(), capacity, nat.rules());
    }
}
