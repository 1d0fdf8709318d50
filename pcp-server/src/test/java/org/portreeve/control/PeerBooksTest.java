package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.control.MapOutcome.Granted;
import org.portreeve.control.PeerOutcome.Kept;
import org.portreeve.control.policy.MapPolicy;
import org.portreeve.control.policy.NoncePolicy;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.reservation.Resolution;
import org.portreeve.control.view.DrainMode;
import org.portreeve.control.view.Listing;
import org.portreeve.control.view.MappingQuery;
import org.portreeve.control.view.MappingView;
import org.portreeve.control.view.PoolOutcome;
import org.portreeve.control.view.SubscriberDrainOutcome;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.rules.Behaviour;
import org.portreeve.nat.rules.Rules;
import org.portreeve.nat.shard.ShardOutcome;
import org.portreeve.testkit.Conformance;

/** The books of PEERs beside the real translator, when that could not tell of an end. */
class PeerBooksTest {
    private static final int HOST = Ipv4.of("100.64.0.10");
    private static final InternalTuple GAME = InternalTuple.of(Protocol.UDP, HOST, 5_000);
    private static final InternalTuple CHAT = InternalTuple.of(Protocol.TCP, HOST, 5_000);
    private static final PortRange INCOMING = new PortRange(1024, 16_383);

    /** With the incoming ones and one block. */
    private static final PortRange FEW = new PortRange(1024, 16_895);

    private static final int PORT = 4_321;
    private static final int FIN = 0x01;

    private LiveRig rig = new LiveRig(nat(1));

    private static NatConfig nat(int addresses) {
        NatConfig usual = ControlRig.nat(1, INCOMING);
        List<Integer> ips = usual.pool().addresses().subList(0, addresses);
        return with(usual, usual.pool().withAddresses(ips));
    }

    private static NatConfig with(NatConfig nat, Pool pool) {
        var capacity = new NatConfig.Capacity(1024, 1024, 64, 4);
        return new NatConfig(1, nat.inside(), pool, nat.timers(), capacity, nat.rules());
    }

    private static PeerCommand command(
            InternalTuple internal, int suggestedIp, int suggestedPort, long lifetimeSeconds) {
        return new PeerCommand(
                new PeerTuple(internal, LiveRig.PEER, 443),
                ControlRig.NONCE,
                suggestedIp,
                suggestedPort,
                lifetimeSeconds,
                internal.internalIp(),
                5350);
    }

    private PeerOutcome peer(InternalTuple internal, int suggestedPort, long lifetimeSeconds) {
        return peer(internal, 0, suggestedPort, lifetimeSeconds);
    }

    private PeerOutcome peer(
            InternalTuple internal, int suggestedIp, int suggestedPort, long lifetimeSeconds) {
        PeerCommand command = command(internal, suggestedIp, suggestedPort, lifetimeSeconds);
        return rig.answer(
                (now, wall, reply) -> rig.control.peers().peer(command, now, wall, reply));
    }

    private Kept kept(InternalTuple internal, int suggestedPort, long lifetimeSeconds) {
        return assertInstanceOf(Kept.class, peer(internal, suggestedPort, lifetimeSeconds));
    }

    /** A connection that a PEER keeps ends, and port control never hears of it. */
    private void endUnnoticed() {
        LiveRig.Endpoint outside = rig.connect(CHAT, 443);
        rig.segment(0, CHAT, 443, FIN | LiveRig.ACK);
        rig.reply(0, outside, 443, FIN | LiveRig.ACK);
        rig.nowNs += 242 * Durations.NS_PER_SECOND;
        rig.wallMillis += 242_000;
        while (rig.shards.getFirst().run(rig.nowNs) > 0) {
            // Until its time is over.
        }
        int told =
                rig.links
                        .getFirst()
                        .drain(o -> assertInstanceOf(ShardOutcome.SessionEnded.class, o), 10);
        assertEquals(1, told, "nothing ended");
        rig.settle();
    }

    private List<MappingView> listed() {
        return rig.<Listing<MappingView>>answer((now, wall, reply) ->
                        rig.control.mappings(MappingQuery.all(1000), now, wall, reply))
                .items();
    }

    private void useOnly(int address, DrainMode mode) {
        List<Integer> wanted = List.of(address);
        assertInstanceOf(
                PoolOutcome.Changed.class,
                rig.<PoolOutcome>answer(
                        (_, _, reply) -> rig.control.pool().use(wanted, mode, reply)));
    }

    private int otherThan(int address) {
        return rig.control.pool().addresses().stream()
                .filter(ip -> ip != address)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aSessionMadeAgainElsewhereIsInTheBooksWhereItIs() {
        kept(CHAT, PORT, 3600);
        endUnnoticed();

        Kept again = kept(CHAT, PORT + 2, 3600);

        assertEquals(PORT + 2, again.externalPort());
        assertEquals(again.externalPort(), listed().getFirst().externalPort());
        rig.journal.wantsCheckpoint = true;
        rig.pass(1);
        rig.restart();
        assertEquals(1, rig.journal.checkpoints);
        assertEquals(again.externalPort(), kept(CHAT, 0, 0).externalPort());
        rig.pass(4_000);
        assertEquals(0, rig.control.peers().size());
    }

    @Test
    void anAddressIsNotVacantWhileAPeerIsInTheBooksThere() {
        rig = new LiveRig(nat(2));
        Kept kept = kept(CHAT, PORT, 7_000);
        endUnnoticed();
        rig.pass(300);

        useOnly(otherThan(kept.externalIp()), DrainMode.WAIT);
        rig.pass(10);

        assertEquals(1, rig.control.peers().size());
        assertEquals(2, rig.control.pool().addresses().size());
        rig.pass(7_000);
        assertEquals(1, rig.control.pool().addresses().size());
    }

    @Test
    void whatPeersKeepAtAnAddressIsCutWithIt() {
        rig = new LiveRig(nat(2));
        Kept kept = kept(CHAT, PORT, 7_000);
        endUnnoticed();

        useOnly(otherThan(kept.externalIp()), DrainMode.CUT);
        rig.pass(300);

        assertEquals(0, rig.control.peers().size());
        assertEquals(1, rig.control.pool().addresses().size());
    }

    @Test
    void whatPeersKeepOfADrainedSubscriberIsCutWithTheRest() {
        kept(CHAT, PORT, 7_000);
        endUnnoticed();

        rig.<SubscriberDrainOutcome>answer((_, _, reply) ->
                rig.control.subscriberDrains().drain("100.64.0.10", DrainMode.CUT, reply));

        assertEquals(List.of(), listed());
        assertEquals(0, rig.control.peers().size());
    }

    @ParameterizedTest
    @ValueSource(ints = {Protocol.UDP, Protocol.TCP})
    @Conformance("PCP-LIFE-010")
    void theStrictSimpleModelBindsPeersToo(int protocol) {
        var strictly = new MapPolicy(NoncePolicy.STRICT, 16, true, true);
        Profile usual = ControlRig.profile(Profile.DEFAULT, 4);
        var strict =
                new Profile(
                        usual.name(), usual.rules(), usual.requests(), strictly, usual.withheld());
        rig = new LiveRig(ControlRig.config(nat(1), List.of(strict), List.of()));
        long most = protocol == Protocol.TCP ? 7_440 : 300;
        InternalTuple internal = InternalTuple.of(protocol, HOST, 5_000);

        assertEquals(most, kept(internal, 0, 86_400).lifetimeSeconds());
        rig.pass(100);
        assertEquals(most, kept(internal, 0, 86_400).lifetimeSeconds());
    }

    @Test
    void aPortThatIsReservedForAnotherIsNotForPeers() {
        rig = new LiveRig(nat(2));
        int paired = rig.datagram(0, GAME, 443).orElseThrow().ip();
        rig.pass(310);
        InternalTuple other = InternalTuple.of(Protocol.UDP, HOST + 1, 80);
        assertNotEquals(paired, rig.datagram(0, other, 53).orElseThrow().ip());
        reserve(paired, PORT, 1);
        assertFalse(isInForce(1), "its subscriber is paired elsewhere");

        assertEquals(cannotProvide(), peer(GAME, PORT, 3600));
        assertEquals(0, rig.control.peers().size());

        // A session that is there hears the truth, whatever it suggests.
        int port = rig.datagram(0, GAME, 443).orElseThrow().port();
        assertEquals(port, kept(GAME, PORT, 3600).externalPort());
    }

    @Test
    void aReservationEndsWhatPeersKeepOfItsPort() {
        Kept kept = kept(GAME, PORT, 3600);

        reserve(kept.externalIp(), PORT, 1);

        assertFalse(isInForce(1), "traffic may still use it");
        assertEquals(0, rig.control.peers().size());
        assertEquals(cannotProvide(), peer(GAME, PORT, 3600));
        rig.pass(700);
        assertTrue(isInForce(1));
    }

    private static PeerOutcome cannotProvide() {
        return new PeerOutcome.Refused(
                MapOutcome.Reason.CANNOT_PROVIDE_EXTERNAL, MapRules.SHORT_ERROR_SECONDS);
    }

    private void reserve(int externalIp, int externalPort, long id) {
        var reservation =
                new Reservation(
                        id,
                        1,
                        InternalTuple.of(Protocol.UDP, HOST + 1, externalPort),
                        externalIp,
                        externalPort,
                        "",
                        "staff",
                        rig.wallMillis);
        rig.control.statics().put(reservation, Resolution.WAIT, rig.nowNs, rig.wallMillis, _ -> {});
        rig.settle();
    }

    private boolean isInForce(long id) {
        return rig.control.statics().find(id).orElseThrow().isInForce();
    }

    private static Profile mapping(Behaviour behaviour) {
        Profile usual = ControlRig.profile(Profile.DEFAULT, 4);
        Rules rules = usual.rules();
        return new Profile(
                usual.name(),
                new Rules(
                        rules.quota(),
                        rules.explicitPorts(),
                        new Rules.Mapping(behaviour, behaviour, false),
                        rules.filtering(),
                        rules.eif(),
                        rules.applications()),
                usual.requests());
    }

    @Test
    @Conformance("PCP-PEER-008")
    void whoInsistsOnAnAddressGetsNoOtherBySoftPairing() {
        NatConfig usual = nat(2);
        Pool pool = Pool.of(usual.pool().addresses(), FEW, INCOMING, usual.pool().block());
        rig = new LiveRig(with(usual, pool.with(new Pool.Pairing(true, 1))));
        int paired = rig.datagram(0, GAME, 443).orElseThrow().ip();
        int port = 10_000;
        while (rig.datagram(0, InternalTuple.of(Protocol.UDP, HOST, port), 53).orElseThrow().ip()
                == paired) {
            port++;
        }
        InternalTuple fresh = InternalTuple.of(Protocol.UDP, HOST, 9_001);

        assertEquals(cannotProvide(), peer(fresh, paired, 0, 3600));

        assertEquals(List.of(), listed());
        assertNotEquals(paired, kept(fresh, 0, 3600).externalIp());
    }

    @Test
    void nobodyWaitsForAnAnswerWhileTheStoreFails() {
        kept(GAME, 0, 3600);
        rig.journal.full = true;
        List<PeerOutcome> answers = new ArrayList<>();
        var again = command(GAME, 0, 0, 3600);

        rig.control.drop(GAME, rig.nowNs, rig.wallMillis, _ -> {});
        ask(again, answers);
        rig.settle();

        assertEquals(List.of(PeerTurns.noResources()), answers);
        assertEquals(PeerTurns.noResources(), peer(GAME, 0, 3600));
        rig.journal.full = false;
        rig.pass(1);
        assertEquals(3600, kept(GAME, 0, 3600).lifetimeSeconds());
    }

    @Test
    void whatStaffCutBeforeItIsDurableIsNotPromised() {
        rig.datagram(0, GAME, 53);
        List<PeerOutcome> answers = new ArrayList<>();

        rig.control.release(HOST, rig.nowNs, rig.wallMillis, _ -> {});
        ask(command(GAME, 0, 0, 3600), answers);
        rig.settle();

        assertEquals(List.of(PeerTurns.noResources()), answers);
        assertEquals(0, rig.control.peers().size());
        rig.restart();
        assertEquals(0, rig.control.peers().size());
        assertEquals(3600, kept(GAME, 0, 3600).lifetimeSeconds());
    }

    @Test
    void whatEndsBeforeItsRenewalIsDurableIsNotPromised() {
        LiveRig.Endpoint outside = rig.connect(CHAT, 443);
        kept(CHAT, 0, 3600);
        rig.segment(0, CHAT, 443, FIN | LiveRig.ACK);
        rig.reply(0, outside, 443, FIN | LiveRig.ACK);
        rig.pass(238);
        List<PeerOutcome> answers = new ArrayList<>();

        ask(command(CHAT, 0, 0, 3600), answers);
        for (int seconds = 0; seconds < 4; seconds++) {
            rig.nowNs += Durations.NS_PER_SECOND;
            rig.stepWithoutJournal();
            rig.stepWithoutJournal();
            assertEquals(List.of(), answers);
        }
        rig.settle();

        assertEquals(List.of(PeerTurns.noResources()), answers);
        assertEquals(0, rig.control.peers().size());
        rig.restart();
        assertEquals(0, rig.control.peers().size());
    }

    private void ask(PeerCommand command, List<PeerOutcome> answers) {
        rig.control.peers().peer(command, rig.nowNs, rig.wallMillis, answers::add);
    }

    @ParameterizedTest
    @EnumSource(Behaviour.class)
    void aPortRestsForItsTupleThoughAPeerHasItAtARestart(Behaviour mapping) {
        rig = new LiveRig(ControlRig.config(nat(1), List.of(mapping(mapping)), List.of()));
        Granted lease = (Granted) rig.map(ControlRig.wish(GAME, ControlRig.NONCE, PORT, true, 120));
        assertEquals(PORT, kept(GAME, 0, 3600).externalPort());
        rig.pass(125);
        assertEquals(1, rig.control.sizes().holds());

        rig.restart();

        assertEquals(1, rig.control.sizes().holds());
        assertEquals(1, rig.control.peers().size());
        assertEquals(0, rig.control.counters().value(ControlCounter.LOST_AT_RESTORE));
        assertEquals(PORT, rig.datagram(0, GAME, 443).orElseThrow().port());
        assertEquals(lease.externalPort(), kept(GAME, 0, 3600).externalPort());
    }

    @ParameterizedTest
    @EnumSource(Behaviour.class)
    void allPeersOfOnePortAreBackThoughTheLeaseThatGaveItIsOver(Behaviour mapping) {
        rig = new LiveRig(ControlRig.config(nat(1), List.of(mapping(mapping)), List.of()));
        rig.map(ControlRig.wish(GAME, ControlRig.NONCE, PORT, true, 120));
        assertEquals(PORT, kept(GAME, 0, 7_000).externalPort());
        var other =
                new PeerCommand(
                        new PeerTuple(GAME, LiveRig.PEER, 444),
                        ControlRig.NONCE,
                        0,
                        PORT,
                        7_000,
                        HOST,
                        5350);
        List<PeerOutcome> answers = new ArrayList<>();
        ask(other, answers);
        rig.pass(1_000);
        assertInstanceOf(Kept.class, answers.getFirst());
        assertEquals(0, rig.control.sizes().holds());

        rig.restart();

        assertEquals(2, rig.control.peers().size());
        assertEquals(0, rig.control.counters().value(ControlCounter.LOST_AT_RESTORE));
        assertEquals(PORT, rig.datagram(0, GAME, 443).orElseThrow().port());
        assertEquals(PORT, rig.datagram(0, GAME, 444).orElseThrow().port());
    }

    @Test
    void clientsThatHaveNothingButPeersAreKnown() {
        kept(GAME, 0, 3600);
        kept(CHAT, 0, 3600);
        kept(InternalTuple.of(Protocol.UDP, HOST + 1, 5_000), 0, 3600);
        rig.map(ControlRig.wish(GAME, 3600));

        assertEquals(List.of(new Client(HOST, 5350), new Client(HOST + 1, 5350)), known());
    }

    @Test
    void clientsWhosePeersWereLostAreKnown() {
        Kept kept = kept(GAME, 0, 3600);
        NatConfig usual = nat(4);
        List<Integer> others =
                usual.pool().addresses().stream().filter(ip -> ip != kept.externalIp()).toList();

        rig.restart(with(usual, usual.pool().withAddresses(others)));

        assertEquals(0, rig.control.peers().size());
        assertEquals(List.of(new Client(HOST, 5350)), known());
    }

    private List<Client> known() {
        KnownClients.Walk walk = rig.control.clients().walk();
        List<Client> known = new ArrayList<>();
        while (!walk.isOver()) {
            walk.next().ifPresent(known::add);
        }
        return known;
    }

    @Test
    void aLeaseWhosePortAnotherHasByNowEndsWithoutANewEpoch() {
        kept(CHAT, PORT, 7_000);
        endUnnoticed();
        rig.pass(300);
        InternalTuple other = InternalTuple.of(Protocol.TCP, HOST + 1, 80);
        Granted granted =
                (Granted) rig.map(ControlRig.wish(other, ControlRig.NONCE, PORT, true, 3600));
        assertEquals(PORT, granted.externalPort());

        rig.restart();

        assertEquals(0, rig.control.peers().size());
        assertEquals(0, rig.control.counters().value(ControlCounter.LOST_AT_RESTORE));
        assertEquals(1, rig.control.counters().value(ControlCounter.BEATEN_AT_RESTORE));
        assertTrue(rig.control.epochSeconds(rig.nowNs) > 0);
        rig.restart();
        assertEquals(0, rig.control.counters().value(ControlCounter.BEATEN_AT_RESTORE));
    }
}
