package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.nat.model.SharedPortNode.ONE;
import static org.portreeve.nat.model.SharedPortNode.PORTS;
import static org.portreeve.nat.model.SharedPortNode.host;
import static org.portreeve.nat.model.SharedPortNode.peer;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.event.ShardEvent;
import org.portreeve.nat.model.SharedPortNode.Share;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome;
import org.portreeve.nat.wire.TcpHeader;
import org.portreeve.testkit.Conformance;

/** Ports that several subscribers share, packet by packet (RFC 7857 §3). */
class SharedPortTest {
    private static final PortRange TWO = new PortRange(700, 701);

    @Test
    @Conformance({"SEED-B-050", "NAT-PORT-002"})
    void noPortIsSharedUnlessThatIsOn() {
        var node = new SharedPortNode(Pool.NO_PORTS, 1);
        node.fill();
        assertEquals(Optional.empty(), node.out(syn(host(1, 5), peer(1))));
        assertEquals(1, node.count(NatCounter.DROP_PORTS_EXHAUSTED));
    }

    @Test
    @Conformance("SEED-B-050")
    void twoSubscribersReachTwoPeersThroughOnePortAtOnce() {
        var node = new SharedPortNode(ONE, 1);
        node.fill();
        Endpoint one = node.out(syn(host(1, 5), peer(1))).orElseThrow();
        Endpoint other = node.out(syn(host(2, 5), peer(2))).orElseThrow();
        assertEquals(one, other);
        assertEquals(ONE.first(), one.port());
        for (int i = 1; i <= 2; i++) {
            assertEquals(
                    Optional.of(host(i, 5)), node.in(TestPacket.tcp(peer(i), one, Story.SYN_ACK)));
            assertEquals(
                    Optional.of(one), node.out(TestPacket.tcp(host(i, 5), peer(i), Story.DATA)));
            assertEquals(
                    Optional.of(host(i, 5)), node.in(TestPacket.tcp(peer(i), one, Story.DATA)));
        }
    }

    @Test
    @Conformance("SEED-B-050")
    void errorAboutASharedPortReachesWhoseConnectionItQuotes() {
        var node = new SharedPortNode(ONE, 1);
        node.fill();
        for (int i = 1; i <= 2; i++) {
            TestPacket sent = syn(host(i, 5), peer(i));
            Endpoint external = node.out(sent).orElseThrow();
            var error = TestError.about(3, 1, sent.from(external).bytes()).from(peer(50).ip());
            List<byte[]> left = node.raw(error.bytes());
            assertEquals(1, left.size());
            assertArrayEquals(
                    error.quoting(sent.bytes()).to(host(i, 5).ip()).bytes(), left.getFirst());
        }
    }

    @Test
    @Conformance("SEED-B-051")
    void connectionsToOneAddressNeverShareAPort() {
        var node = new SharedPortNode(TWO, 1);
        node.fill();
        var otherPort = new Endpoint(peer(1).ip(), 80);
        Endpoint one = node.out(syn(host(1, 5), peer(1))).orElseThrow();
        Endpoint other = node.out(syn(host(2, 5), otherPort)).orElseThrow();
        assertNotEquals(one, other);
        assertTrue(TWO.contains(one.port()) && TWO.contains(other.port()));
        assertEquals(Optional.empty(), node.out(syn(host(3, 5), peer(1))));
        assertEquals(1, node.count(NatCounter.DROP_PORTS_EXHAUSTED));
        assertEquals(1, node.count(NatCounter.GENERATED));
    }

    @Test
    @Conformance({"SEED-B-052", "PCP-MIX-002"})
    void nothingElseGetsAPortOfTheSharedRange() {
        var node = new SharedPortNode(ONE, 1);
        node.fill();
        for (int flow = 0; flow < PORTS.size(); flow++) {
            Endpoint external = node.out(TestPacket.udp(host(flow, 5), peer(1))).orElseThrow();
            assertTrue(PORTS.contains(external.port()));
        }
        assertEquals(Optional.empty(), node.out(TestPacket.udp(host(9, 5), peer(1))));
        var wish =
                new ShardCommand.ReserveMapping(
                        1,
                        2,
                        0,
                        host(2, 7).tuple(Protocol.TCP),
                        ONE.first(),
                        false,
                        false,
                        List.of());
        assertEquals(new ShardOutcome.Refused(1, ShardOutcome.Refusal.NO_PORTS), node.ask(wish));
        var reservation =
                new ShardCommand.InstallStatic(
                        2, 2, 0, ONE.first(), host(2, 7).tuple(Protocol.TCP));
        assertEquals(
                new ShardOutcome.Refused(2, ShardOutcome.Refusal.PORT_USED), node.ask(reservation));
    }

    @Test
    @Conformance("SEED-B-052")
    void mappingStaysEndpointIndependentForWhoeverHasAPort() {
        var node = new SharedPortNode(ONE, 1);
        Endpoint own = node.out(syn(host(1, 5), peer(1))).orElseThrow();
        for (int flow = 1; flow < PORTS.size(); flow++) {
            node.out(syn(host(30 + flow, 5), peer(9)));
        }
        assertEquals(ONE.first(), node.out(syn(host(1, 6), peer(1))).orElseThrow().port());
        assertEquals(Optional.of(own), node.out(syn(host(1, 5), peer(2))));
        assertEquals(Optional.of(own), node.out(syn(host(1, 5), peer(3))));
        // A host that shared a port gets one of its own as soon as there is one.
        node.pass(241);
        node.pass(121);
        Endpoint later = node.out(syn(host(1, 6), peer(4))).orElseThrow();
        assertTrue(PORTS.contains(later.port()));
    }

    @Test
    @Conformance("SEED-B-053")
    void onlyTheRemoteEndpointGetsInAtASharedPort() {
        var node = new SharedPortNode(ONE, 1);
        node.fill();
        Endpoint shared = node.out(syn(host(1, 5), peer(1))).orElseThrow();
        assertEquals(Optional.empty(), node.in(syn(peer(3), shared)));
        assertEquals(1, node.count(NatCounter.DROP_NO_MAPPING));
        assertEquals(Optional.empty(), node.in(syn(new Endpoint(peer(1).ip(), 444), shared)));
        assertEquals(1, node.count(NatCounter.DROP_STRANGER));
        assertEquals(
                Optional.of(host(1, 5)), node.in(TestPacket.tcp(peer(1), shared, Story.SYN_ACK)));
    }

    @Test
    @Conformance("SEED-B-054")
    void beginningAndEndAreToldWithTheRemoteAddress() {
        var node = new SharedPortNode(ONE, 1);
        node.fill();
        node.takeEvents();
        node.out(syn(host(1, 5), peer(1)));
        ShardEvent made = only(node.takeEvents(), EventKind.OVERLAP_MADE);
        assertEquals(1, made.subscriber());
        assertEquals(Protocol.TCP, made.protocol());
        assertEquals(host(1, 5), new Endpoint(made.internalIp(), made.internalPort()));
        assertEquals(SharedPortNode.EXTERNAL_IP, made.externalIp());
        assertEquals(ONE.first(), made.firstPort());
        assertEquals(peer(1).ip(), made.remoteIp());

        node.pass(241);
        ShardEvent ended = only(node.takeEvents(), EventKind.OVERLAP_ENDED);
        assertEquals(peer(1).ip(), ended.remoteIp());
        assertEquals(ONE.first(), ended.firstPort());
    }

    @Test
    @Conformance("NAT-CGN-080")
    void sharedPortRestsTowardsItsRemoteAddressAlone() {
        var node = new SharedPortNode(ONE, 1);
        node.fill();
        Endpoint shared = node.out(syn(host(2, 5), peer(2))).orElseThrow();
        assertEquals(ONE.first(), shared.port());
        // All the others stay; the connection never opened.
        for (int second = 0; second < 240; second += 60) {
            node.pass(60);
            node.fill();
        }
        node.pass(1);
        assertEquals(Optional.empty(), node.out(syn(host(3, 5), peer(2))));
        assertEquals(Optional.of(shared), node.out(syn(host(3, 5), peer(3))));
        node.pass(118);
        node.fill();
        assertEquals(Optional.empty(), node.out(syn(host(3, 6), peer(2))));
        node.pass(2);
        node.fill();
        assertEquals(Optional.of(shared), node.out(syn(host(3, 6), peer(2))));
    }

    @Test
    @Conformance("NAT-CGN-080")
    void connectionThatEndsWithARestartLeavesItsSharedPortAtRest() {
        var node = new SharedPortNode(ONE, 1);
        node.fill();
        Endpoint shared = node.out(syn(host(2, 5), peer(2))).orElseThrow();
        node.restart(20);
        assertEquals(Optional.empty(), node.in(TestPacket.tcp(peer(2), shared, Story.SYN_ACK)));
        node.fill();
        assertEquals(Optional.empty(), node.out(syn(host(3, 5), peer(2))));
        assertEquals(Optional.of(shared), node.out(syn(host(3, 5), peer(3))));
        node.pass(99);
        assertEquals(Optional.empty(), node.out(syn(host(3, 6), peer(2))));
        node.pass(2);
        assertEquals(Optional.of(shared), node.out(syn(host(3, 6), peer(2))));
    }

    @Test
    @Conformance("NAT-CGN-080")
    void sharedPortRestsOverRestartsForWhatIsLeftOfItsRest() {
        var node = new SharedPortNode(ONE, 1);
        node.fill();
        Endpoint shared = node.out(syn(host(2, 5), peer(2))).orElseThrow();
        node.pass(241);
        int mappings = node.mappings();
        for (int restart = 0; restart < 2; restart++) {
            node.restart(30);
            assertEquals(mappings, node.mappings());
        }
        node.fill();
        node.pass(55);
        assertEquals(Optional.empty(), node.out(syn(host(3, 6), peer(2))));
        node.pass(6);
        assertEquals(Optional.of(shared), node.out(syn(host(3, 6), peer(2))));
    }

    /**
     * Goal: no two sessions have the same protocol, external tuple and remote address. Method:
     * connections of many hosts to few peers, opened, reset and forgotten at random, and planned
     * restarts; the node holds the records against each other, and here packets are held against
     * the records.
     */
    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    @Conformance({"SEED-B-051", "SEED-B-052"})
    void noExternalTupleHasTwoOwnersTowardsOneAddress(long seed) {
        var random = new SplittableRandom(seed);
        var node = new SharedPortNode(new PortRange(700, 705), seed);
        int shared = 0;
        for (int step = 0; step < 4_000; step++) {
            Endpoint host = host(random.nextInt(12), 1 + random.nextInt(4));
            var peer = new Endpoint(peer(random.nextInt(5)).ip(), 80 + random.nextInt(2));
            int flags = random.nextInt(8) == 0 ? TcpHeader.RST : TcpHeader.SYN;
            Optional<Endpoint> external = node.out(TestPacket.tcp(host, peer, flags));
            if (external.isPresent() && external.get().port() < PORTS.first()) {
                shared++;
                var share = new Share(external.get().port(), peer.ip());
                assertEquals(host, node.shares.get(share));
                assertEquals(
                        Optional.of(host),
                        node.in(TestPacket.tcp(peer, external.get(), Story.SYN_ACK)));
            }
            if (random.nextInt(10) == 0) {
                node.pass(random.nextInt(200));
            }
            if (random.nextInt(500) == 0) {
                node.restart(random.nextInt(200));
            }
        }
        assertTrue(shared > 100, shared + " packets at shared ports");
        node.pass(8_000);
        node.pass(400);
        assertEquals(0, node.sessions());
        assertEquals(0, node.mappings());
        assertTrue(node.shares.isEmpty());
    }

    private static ShardEvent only(List<ShardEvent> events, EventKind kind) {
        List<ShardEvent> found = events.stream().filter(event -> event.kind() == kind).toList();
        assertEquals(1, found.size(), events::toString);
        return found.getFirst();
    }

    private static TestPacket syn(Endpoint from, Endpoint to) {
        return TestPacket.tcp(from, to, TcpHeader.SYN);
    }
}
