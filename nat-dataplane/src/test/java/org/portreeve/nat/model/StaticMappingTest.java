package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.nat.model.Story.DATA;
import static org.portreeve.nat.model.Story.HOST;
import static org.portreeve.nat.model.Story.INET_X;
import static org.portreeve.nat.model.Story.INET_Y;
import static org.portreeve.nat.model.Story.OTHER_HOST;
import static org.portreeve.nat.model.Story.SYN_ACK;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.model.ReferencePorts.External;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.rules.Rules;
import org.portreeve.nat.shard.ShardOutcome;
import org.portreeve.nat.shard.ShardOutcome.Holding;
import org.portreeve.nat.shard.ShardOutcome.Refusal;
import org.portreeve.nat.wire.TcpHeader;
import org.portreeve.testkit.Conformance;

/** What reservations of staff are to the translator, each rule as a short story. */
class StaticMappingTest {
    private Story story;

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void staticMappingTakesNewPeersAtAnyPortAndOutboundTrafficLeavesByIt(int shards) {
        story = new Story(shards);
        for (int port : new int[] {80, 5_249, 5_350, 60_000, 65_535}) {
            var host = new Endpoint(HOST.ip(), 1_000 + port % 1_000);
            Endpoint external = story.reservation(host, Protocol.TCP, port);
            TestPacket syn = TestPacket.tcp(INET_Y, external, TcpHeader.SYN);
            assertEquals(Optional.of(host), story.delivered(syn));
            assertEquals(external, story.mapped(TestPacket.tcp(host, INET_X, TcpHeader.SYN)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void portsOfPcpItselfAreNobodys(int shards) {
        story = new Story(shards);
        assertRefused(Refusal.PORT_USED, story.install(HOST, Protocol.UDP, 5_350));
        assertRefused(Refusal.PORT_USED, story.install(HOST, Protocol.UDP, 5_351));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"NAT-TCP-017", "SEED-B-044", "PCP-LIFE-006"})
    void staticMappingOutlivesItsSessions(int shards) {
        story = new Story(shards);
        Endpoint external = story.reservation(HOST, Protocol.TCP, 80);
        story.delivered(TestPacket.tcp(INET_X, external, TcpHeader.SYN));
        assertEquals(1, story.out(TestPacket.tcp(HOST, INET_X, SYN_ACK)).size());
        story.delivered(TestPacket.tcp(INET_X, external, TcpHeader.RST));
        int fin = TcpHeader.FIN | TcpHeader.ACK;
        story.delivered(TestPacket.tcp(INET_Y, external, TcpHeader.SYN));
        assertEquals(1, story.out(TestPacket.tcp(HOST, INET_Y, SYN_ACK)).size());
        story.delivered(TestPacket.tcp(INET_Y, external, fin));
        assertEquals(1, story.out(TestPacket.tcp(HOST, INET_Y, fin)).size());
        story.pass(90_000);

        TestPacket syn = TestPacket.tcp(INET_Y, external, TcpHeader.SYN);
        assertEquals(Optional.of(HOST), story.delivered(syn));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void connectionKeepsItsPortWhenItsTupleGetsAStaticMappingElsewhere(int shards) {
        story = new Story(shards);
        Endpoint old = story.established();
        Endpoint fresh = story.reservation(HOST, Protocol.TCP, 80);
        assertEquals(old, story.mapped(TestPacket.tcp(HOST, INET_X, DATA)));
        assertEquals(Optional.of(HOST), story.delivered(TestPacket.tcp(INET_X, old, DATA)));

        TestPacket toOld = TestPacket.tcp(INET_Y, old, TcpHeader.SYN);
        assertEquals(Optional.empty(), story.delivered(toOld));
        assertEquals(fresh, story.mapped(TestPacket.tcp(HOST, INET_Y, TcpHeader.SYN)));
        assertEquals(Optional.empty(), story.delivered(toOld), "by a session of the new port");
        TestPacket answer = TestPacket.tcp(INET_Y, fresh, SYN_ACK);
        assertEquals(Optional.of(HOST), story.delivered(answer));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void portThatAStaticMappingLeftBehindRestsWhenItsSessionsEnd(int shards) {
        story = new Story(shards);
        Endpoint old = story.mapped(TestPacket.udp(HOST, INET_X));
        story.reservation(HOST, Protocol.UDP, 80);
        assertEquals(Holding.IMPLICIT, use(Protocol.UDP, old.port()).holding());
        story.pass(301);
        assertEquals(Holding.RESTING, use(Protocol.UDP, old.port()).holding());
        story.pass(121);
        assertEquals(Holding.FREE, use(Protocol.UDP, old.port()).holding());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void tupleMayHaveThePortItUsesUsedOrHasAlready(int shards) {
        story = new Story(shards);
        Endpoint used = story.mapped(TestPacket.udp(HOST, INET_X));
        assertExisting(story.install(HOST, Protocol.UDP, used.port()));
        assertExisting(story.install(HOST, Protocol.UDP, used.port()));
        story.control.remove(HOST.tuple(Protocol.UDP));
        story.pass(301);
        assertEquals(Holding.RESTING, use(Protocol.UDP, used.port()).holding());
        assertExisting(story.install(HOST, Protocol.UDP, used.port()));

        TestPacket anybody = TestPacket.udp(INET_Y, used);
        assertEquals(Optional.of(HOST), story.delivered(anybody));
        // However often it changed what it was, its block is not in use because of it.
        assertEquals(-1, use(Protocol.UDP, used.port()).blockOwner());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void staticMappingThatComesBackDoesNotKeepItsBlock(int shards) {
        story = new Story(shards);
        Endpoint used = story.mapped(TestPacket.udp(HOST, INET_X));
        story.reservation(HOST, Protocol.UDP, used.port());
        story.control.remove(HOST.tuple(Protocol.UDP));
        story.reservation(HOST, Protocol.UDP, used.port());
        story.pass(181);
        assertEquals(-1, use(Protocol.UDP, used.port()).blockOwner());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void unansweredSessionAtThePortThatWasLeftGoesOnToItsEnd(int shards) {
        story = new Story(shards);
        Endpoint old = story.mapped(TestPacket.udp(HOST, INET_X));
        story.pass(290);
        TestPacket fromOutside = TestPacket.udp(INET_Y, old);
        assertEquals(Optional.of(HOST), story.delivered(fromOutside));
        story.reservation(HOST, Protocol.UDP, 80);
        story.pass(11);
        assertEquals(Optional.of(HOST), story.delivered(fromOutside));
        story.pass(20);
        assertEquals(Optional.empty(), story.delivered(fromOutside));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void tupleMayGoBackToThePortThatAnEarlierStaticMappingMadeItLeave(int shards) {
        story = new Story(shards);
        Endpoint old = story.established();
        Endpoint second = story.reservation(HOST, Protocol.TCP, 80);
        story.control.remove(HOST.tuple(Protocol.TCP));
        assertExisting(story.install(HOST, Protocol.TCP, old.port()));

        assertEquals(old, story.mapped(TestPacket.tcp(HOST, INET_Y, TcpHeader.SYN)));
        assertEquals(Holding.RESTING, use(Protocol.TCP, second.port()).holding());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-RND-008")
    void portsOfExplicitAndStaticMappingsAreNeverPickedForImplicitOnes(int shards) {
        story = new Story(shards);
        story.limit(new Rules.Quota(9, 99, 99, 99, 99));
        Endpoint first = story.mapped(syn(HOST, INET_X));
        // Two ports of the block that the host's flows draw from.
        int block = first.port() / 16 * 16;
        var sibling = new Endpoint(HOST.ip() + 1, 1);
        var asking = new Endpoint(HOST.ip(), 2);
        int reserved = block + (first.port() + 5) % 16;
        int suggested = block + (first.port() + 9) % 16;
        Endpoint fixed = story.reservation(sibling, Protocol.TCP, reserved);
        Endpoint asked = story.control.reserve(asking, Protocol.TCP, suggested).orElseThrow();
        assertEquals(suggested, asked.port());

        long served =
                IntStream.range(0, 60)
                        .mapToObj(flow -> new Endpoint(HOST.ip(), 10_000 + flow))
                        .filter(host -> !story.out(syn(host, INET_X)).isEmpty())
                        .count();
        assertEquals(3 * 16 - 3, served, "every other port of three blocks");
        assertEquals(Optional.of(sibling), story.delivered(syn(INET_Y, fixed)));
        assertEquals(Optional.of(asking), story.delivered(syn(INET_Y, asked)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("PCP-LIFE-011")
    void portOfAnotherTupleIsRefusedInUseButNotAtRest(int shards) {
        story = new Story(shards);
        Endpoint used = story.mapped(TestPacket.udp(HOST, INET_X));
        var sibling = new Endpoint(HOST.ip() + 1, 1);
        assertRefused(Refusal.PORT_USED, story.install(sibling, Protocol.UDP, used.port()));
        story.pass(301);
        assertEquals(Holding.RESTING, use(Protocol.UDP, used.port()).holding());
        Endpoint external = story.reservation(sibling, Protocol.UDP, used.port());
        assertEquals(Optional.of(sibling), story.delivered(TestPacket.udp(INET_Y, external)));
        assertNotEquals(external, story.mapped(TestPacket.udp(HOST, INET_X)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("PCP-LIFE-011")
    void portThatRestsAfterAnExplicitMappingIsTakenToo(int shards) {
        story = new Story(shards);
        Endpoint asked = story.explicit(Protocol.UDP);
        story.control.end(HOST.tuple(Protocol.UDP), false, false);
        assertEquals(Holding.RESTING, use(Protocol.UDP, asked.port()).holding());

        var sibling = new Endpoint(HOST.ip() + 1, 1);
        story.reservation(sibling, Protocol.UDP, asked.port());

        assertEquals(Optional.of(sibling), story.delivered(TestPacket.udp(INET_Y, asked)));
        story.pass(90_000);
        assertEquals(Optional.of(sibling), story.delivered(TestPacket.udp(INET_Y, asked)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void portThatIsCutIsKeptForTheReservationThatWantsIt(int shards) {
        story = new Story(shards);
        var sibling = new Endpoint(HOST.ip() + 1, 1);
        Endpoint explicit = story.explicit(Protocol.UDP);
        Endpoint fixed = story.reservation(HOST, Protocol.TCP, 80);
        story.delivered(TestPacket.udp(INET_X, explicit));
        story.out(TestPacket.udp(HOST, INET_X));
        story.delivered(TestPacket.tcp(INET_X, fixed, TcpHeader.SYN));
        story.out(TestPacket.tcp(HOST, INET_X, SYN_ACK));

        story.control.cut(HOST.tuple(Protocol.UDP));
        story.control.cut(HOST.tuple(Protocol.TCP));

        assertEquals(Optional.empty(), story.delivered(TestPacket.udp(INET_X, explicit)));
        assertEquals(
                Optional.empty(), story.delivered(TestPacket.tcp(INET_X, fixed, TcpHeader.ACK)));
        // Not even its former tuple gets it back.
        assertNotEquals(explicit, story.mapped(TestPacket.udp(HOST, INET_X)));
        assertNotEquals(fixed, story.mapped(TestPacket.tcp(HOST, INET_X, TcpHeader.SYN)));
        story.reservation(sibling, Protocol.UDP, explicit.port());
        story.reservation(sibling, Protocol.TCP, fixed.port());
        assertEquals(Optional.of(sibling), story.delivered(TestPacket.udp(INET_Y, explicit)));
        assertEquals(Optional.of(sibling), story.delivered(syn(INET_Y, fixed)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void portThatIsCutAndNotTakenIsFreeAfterTheHoldDown(int shards) {
        story = new Story(shards);
        story.reservation(HOST, Protocol.UDP, 80);
        story.control.cut(HOST.tuple(Protocol.UDP));
        assertEquals(1, story.control.use(story.pairing(HOST)).orElseThrow().ports());
        story.pass(121);
        assertEquals(Holding.FREE, use(Protocol.UDP, 80).holding());
        assertEquals(0, story.control.use(story.pairing(HOST)).orElseThrow().ports());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void blockOfAnotherRoundItDoesNotCostAReservationItsPort(int shards) {
        story = new Story(shards);
        Endpoint fixed = amidABlock();
        story.control.cut(OTHER_HOST.tuple(Protocol.UDP));
        var sibling = new Endpoint(OTHER_HOST.ip(), 1);
        assertEquals(fixed, story.reservation(sibling, Protocol.UDP, fixed.port()), "other tuple");

        story.control.remove(sibling.tuple(Protocol.UDP));
        assertExisting(story.install(sibling, Protocol.UDP, fixed.port()));
        assertEquals(Optional.of(sibling), story.delivered(TestPacket.udp(INET_Y, fixed)));
        assertEquals(8, use(Protocol.UDP, fixed.port()).blockOwner());
    }

    /** The external tuple of OTHER_HOST's reservation in a block that HOST's subscriber leased. */
    private Endpoint amidABlock() {
        story.node.pair(OTHER_HOST.ip(), new ReferenceNat.Pairing(9, 0));
        story.node.pair(HOST.ip(), new ReferenceNat.Pairing(8, 0));
        IntStream.iterate(5_317, port -> port < 5_504, port -> port + 16)
                .forEach(port ->
                        story.reservation(new Endpoint(OTHER_HOST.ip(), port), Protocol.UDP, port));
        Endpoint external = story.mapped(TestPacket.udp(HOST, INET_X));
        int port = external.port() / 16 * 16 + 5;
        assertEquals(8, use(Protocol.UDP, port).blockOwner());
        var holder = new Endpoint(OTHER_HOST.ip(), port);
        story.control.cut(holder.tuple(Protocol.UDP));
        return story.reservation(OTHER_HOST, Protocol.UDP, port);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void reservationGoesOverToTheNextSubscriberOfItsAddressWithAllItCounts(int shards) {
        story = new Story(shards);
        story.node.pair(HOST.ip(), new ReferenceNat.Pairing(8, 0));
        Endpoint fixed = story.reservation(HOST, Protocol.UDP, 80);
        assertEquals(fixed, story.mapped(TestPacket.udp(HOST, INET_X)));
        story.node.pair(HOST.ip(), new ReferenceNat.Pairing(9, 0));

        assertExisting(story.install(HOST, Protocol.UDP, 80));

        assertUse(8, 0, 0);
        assertUse(9, 0, 1);
        assertEquals(Optional.of(HOST), story.delivered(TestPacket.udp(INET_X, fixed)));
        story.control.remove(HOST.tuple(Protocol.UDP));
        assertUse(9, 1, 1);
        story.node.pair(HOST.ip(), new ReferenceNat.Pairing(8, 0));
        assertExisting(story.install(HOST, Protocol.UDP, 80));
        assertUse(8, 0, 1);
        assertUse(9, 0, 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void nextSubscriberOfAnAddressGetsPortsOfItsOwn(int shards) {
        story = new Story(shards);
        story.node.pair(HOST.ip(), new ReferenceNat.Pairing(8, 0));
        Endpoint udp = story.mapped(TestPacket.udp(HOST, INET_X));
        Endpoint tcp = story.mapped(syn(HOST, INET_X));
        story.node.pair(HOST.ip(), new ReferenceNat.Pairing(9, 0));

        Endpoint fresh = story.mapped(TestPacket.udp(HOST, INET_Y));
        Endpoint asked = story.explicit(Protocol.TCP);

        assertNotEquals(udp, fresh);
        assertNotEquals(tcp, asked);
        assertEquals(9, use(Protocol.UDP, fresh.port()).blockOwner());
        assertUse(8, 2, 2);
        assertUse(9, 2, 1);
        assertEquals(udp, story.mapped(TestPacket.udp(HOST, INET_X)), "what was there goes on");
        story.pass(301 + 121);
        assertUse(8, 0, 0);
    }

    private void assertUse(int subscriber, int ports, int sessions) {
        var use = story.control.use(new ReferenceNat.Pairing(subscriber, 0)).orElseThrow();
        assertEquals(ports, use.ports(), "ports");
        assertEquals(sessions, use.sessions(), "sessions");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void portInABlockOfAnotherSubscriberIsRefused(int shards) {
        story = new Story(shards);
        Endpoint used = story.mapped(TestPacket.udp(HOST, INET_X));
        int free = used.port() ^ 1;
        // On the same external address, whoever chose it.
        story.node.pair(OTHER_HOST.ip(), new ReferenceNat.Pairing(9, address(HOST)));
        assertRefused(Refusal.BLOCK_HELD, story.install(OTHER_HOST, Protocol.UDP, free));
        var use = use(Protocol.UDP, free);
        assertEquals(Holding.FREE, use.holding());
        assertEquals(story.pairing(HOST).subscriber(), use.blockOwner());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void blockRoundAStaticPortOfAnotherSubscriberComesAndGoes(int shards) {
        story = new Story(shards);
        story.node.pair(OTHER_HOST.ip(), new ReferenceNat.Pairing(9, 0));
        story.node.pair(HOST.ip(), new ReferenceNat.Pairing(8, 0));
        // One port of each block of the address.
        IntStream.iterate(5_317, port -> port < 5_504, port -> port + 16)
                .forEach(port ->
                        story.reservation(new Endpoint(OTHER_HOST.ip(), port), Protocol.UDP, port));
        Endpoint external = story.mapped(TestPacket.udp(HOST, INET_X));
        var use = use(Protocol.UDP, external.port() / 16 * 16 + 5);
        assertEquals(Holding.STATIC, use.holding());
        assertEquals(9, use.holder());
        assertEquals(8, use.blockOwner());

        // The session ends, its port rests, its block goes back; the model sees each on time.
        story.pass(301 + 121 + 181);
        assertEquals(-1, use(Protocol.UDP, external.port() / 16 * 16 + 5).blockOwner());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void subscriberWithAStaticMappingIsNotIdle(int shards) {
        story = new Story(shards);
        story.reservation(HOST, Protocol.UDP, 80);
        int subscriber = story.pairing(HOST).subscriber();
        story.pass(100_000);
        story.node.forget(subscriber);
        assertEquals(true, story.node.pairingOf(HOST.ip()).isPresent());

        story.control.remove(HOST.tuple(Protocol.UDP));
        story.pass(302);
        story.node.forget(subscriber);
        assertEquals(false, story.node.pairingOf(HOST.ip()).isPresent());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void staticMappingCountsAgainstNoQuota(int shards) {
        story = new Story(shards);
        story.limit(new Rules.Quota(0, 0, 10, 10, 10));
        for (int port = 100; port < 120; port++) {
            story.reservation(new Endpoint(HOST.ip(), port), Protocol.UDP, port);
        }
        var use = story.control.use(story.pairing(HOST)).orElseThrow();
        assertEquals(0, use.ports());
        var host = new Endpoint(HOST.ip(), 100);
        assertEquals(100, story.mapped(TestPacket.udp(host, INET_X)).port());
        assertEquals(List.of(), story.out(TestPacket.udp(HOST, INET_X)));

        story.control.remove(host.tuple(Protocol.UDP));
        assertEquals(1, story.control.use(story.pairing(HOST)).orElseThrow().ports());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void tupleHasOneStaticMappingOrOneExplicitOne(int shards) {
        story = new Story(shards);
        story.reservation(HOST, Protocol.UDP, 80);
        assertRefused(Refusal.INTERNAL_USED, story.install(HOST, Protocol.UDP, 81));
        Endpoint asked = story.control.reserve(HOST, Protocol.UDP, 5_260).orElseThrow();
        assertEquals(80, asked.port(), "refused, the reservation is what there is");
        story.explicit(Protocol.TCP);
        assertRefused(Refusal.INTERNAL_USED, story.install(HOST, Protocol.TCP, 80));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void whoeverEndsExplicitMappingsDoesNotEndAStaticOne(int shards) {
        story = new Story(shards);
        Endpoint external = story.reservation(HOST, Protocol.UDP, 80);
        story.control.end(HOST.tuple(Protocol.UDP), false, false);

        TestPacket anybody = TestPacket.udp(INET_Y, external);
        assertEquals(Optional.of(HOST), story.delivered(anybody));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void removedStaticMappingLivesOnForTheHostsOwnSessions(int shards) {
        story = new Story(shards);
        Endpoint external = story.reservation(HOST, Protocol.UDP, 80);
        assertEquals(external, story.mapped(TestPacket.udp(HOST, INET_X)));
        story.control.remove(HOST.tuple(Protocol.UDP));
        story.pass(299);
        TestPacket anybody = TestPacket.udp(INET_Y, external);
        assertEquals(Optional.of(HOST), story.delivered(anybody));
        story.pass(2);
        assertEquals(Optional.empty(), story.delivered(anybody));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void removedStaticMappingWithoutSessionsRestsForItsTuple(int shards) {
        story = new Story(shards);
        Endpoint external = story.reservation(HOST, Protocol.UDP, 80);
        story.control.remove(HOST.tuple(Protocol.UDP));
        assertEquals(Optional.empty(), story.delivered(TestPacket.udp(INET_Y, external)));
        story.pass(119);
        assertEquals(Holding.RESTING, use(Protocol.UDP, 80).holding());
        assertEquals(external, story.mapped(TestPacket.udp(HOST, INET_X)));
        story.pass(301 + 121);
        assertEquals(Holding.FREE, use(Protocol.UDP, 80).holding());
        assertNotEquals(external, story.mapped(TestPacket.udp(HOST, INET_X)));
    }

    private static TestPacket syn(Endpoint from, Endpoint to) {
        return TestPacket.tcp(from, to, TcpHeader.SYN);
    }

    private ShardOutcome.PortUse use(int protocol, int port) {
        return story.control.portUse(new External(protocol, address(HOST), port)).orElseThrow();
    }

    private int address(Endpoint internal) {
        return story.pairing(internal).addressIndex();
    }

    private static void assertRefused(Refusal reason, ShardOutcome outcome) {
        assertEquals(
                Optional.of(reason),
                outcome instanceof ShardOutcome.Refused(long _, Refusal actual)
                        ? Optional.of(actual)
                        : Optional.empty());
    }

    private static void assertExisting(ShardOutcome outcome) {
        assertTrue(outcome instanceof ShardOutcome.Reserved(long _, int _, int _, boolean e) && e);
    }
}
