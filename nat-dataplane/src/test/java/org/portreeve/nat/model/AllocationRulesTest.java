package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.nat.model.Story.HOST;
import static org.portreeve.nat.model.Story.INET_X;
import static org.portreeve.nat.model.Story.INET_Y;
import static org.portreeve.nat.model.Story.OTHER_HOST;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.rules.Rules;
import org.portreeve.nat.rules.Rules.Quota;
import org.portreeve.nat.shard.ShardOutcome;
import org.portreeve.nat.wire.TcpHeader;
import org.portreeve.testkit.Conformance;

/** Who gets which external address and port, by asking and by traffic. */
class AllocationRulesTest {
    private static final int BLOCK = 16;
    private static final PortRange SINGLE = new PortRange(6_000, 6_099);
    private static final Quota ROOMY = new Quota(100, 10_000, 10_000, 10_000, 10_000);

    private Story story;

    @ParameterizedTest
    @ValueSource(ints = {Protocol.UDP, Protocol.TCP})
    @Conformance({"NAT-PORT-001", "NAT-PORT-002", "SEED-A-001"})
    void hostsOfOneAddressNeverHaveOnePort(int protocol) {
        story = dynamic();
        Set<Endpoint> externals = new HashSet<>();
        for (int host = 0; host < SINGLE.size(); host++) {
            var internal = new Endpoint(HOST.ip() + host, HOST.port());
            Endpoint external = story.mapped(first(protocol, internal, INET_X));
            assertTrue(externals.add(external), external + " has two hosts");
        }
        assertEquals(1, externals.stream().map(Endpoint::ip).distinct().count());
        assertNotEquals(
                story.pairing(HOST).subscriber(),
                story.pairing(new Endpoint(HOST.ip() + 50, 1)).subscriber());
    }

    @Test
    @Conformance("NAT-EIM-005")
    void mappingAndFilteringAreTheSameIdleNearlyFullAndAfterCollisions() {
        story = dynamic();
        assertEndpointIndependent(new Endpoint(HOST.ip(), 1));
        for (int flow = 1; flow < SINGLE.size() - 3; flow++) {
            story.mapped(TestPacket.udp(new Endpoint(OTHER_HOST.ip(), flow), INET_X));
        }
        assertEndpointIndependent(new Endpoint(HOST.ip(), 2));
        // The same ports at another host.
        assertEndpointIndependent(new Endpoint(HOST.ip() + 40, 1));
        assertEndpointIndependent(new Endpoint(HOST.ip() + 40, 2));
        assertEquals(List.of(), story.out(TestPacket.udp(new Endpoint(HOST.ip(), 3), INET_X)));
        assertEndpointIndependent(new Endpoint(HOST.ip(), 1));
        assertEndpointIndependent(new Endpoint(HOST.ip() + 40, 2));
    }

    private void assertEndpointIndependent(Endpoint host) {
        Endpoint external = story.mapped(TestPacket.udp(host, INET_X));
        assertEquals(external, story.mapped(TestPacket.udp(host, INET_Y)));
        var otherPort = new Endpoint(INET_X.ip(), 9);
        assertEquals(external, story.mapped(TestPacket.udp(host, otherPort)));
        var stranger = new Endpoint(Ipv4.of("192.0.2.200"), 77);
        assertEquals(Optional.of(host), story.delivered(TestPacket.udp(stranger, external)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-PORT-006")
    void datagramFromPortZeroIsTranslatedAsAnyOther(int shards) {
        story = new Story(shards);
        var zero = new Endpoint(HOST.ip(), 0);
        Endpoint external = story.mapped(TestPacket.udp(zero, INET_X));
        assertTrue(external.port() >= story.node.config.pool().ports().first());
        assertEquals(Optional.of(zero), story.delivered(TestPacket.udp(INET_X, external)));
        assertNotEquals(external, story.mapped(TestPacket.udp(HOST, INET_X)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-ALLOC-006")
    void portThatIsAskedForIsOnesOwnOrIncomingAndNeverAnothers(int shards) {
        story = new Story(shards);
        int own = story.mapped(TestPacket.udp(HOST, INET_X)).port() / BLOCK;
        int others = block(sameAddress());
        assertNotEquals(own, others);
        assertEquals(own, reserve(1, 0) / BLOCK);
        PortRange incoming = story.node.config.pool().incomingPorts();
        int wish = incoming.last() - 5;
        assertEquals(wish, reserve(2, wish));
        int given = reserve(3, others * BLOCK + 3);
        assertTrue(given / BLOCK == own || incoming.contains(given), "port " + given);
        // A mapping that is there keeps its port, whatever is asked for.
        Endpoint external = story.mapped(TestPacket.udp(HOST, INET_Y));
        assertEquals(external.port(), reserve(0, wish - 1));
    }

    /** A host of another subscriber that has the same external address. */
    private Endpoint sameAddress() {
        int address = story.mapped(TestPacket.udp(HOST, INET_X)).ip();
        for (int number = 2; ; number += 2) {
            var host = new Endpoint(HOST.ip() + number, 7);
            if (story.mapped(TestPacket.udp(host, INET_X)).ip() == address) {
                return host;
            }
        }
    }

    private int block(Endpoint host) {
        return story.mapped(TestPacket.udp(host, INET_X)).port() / BLOCK;
    }

    private int reserve(int number, int suggested) {
        var internal = new Endpoint(HOST.ip(), HOST.port() + number);
        return story.control.reserve(internal, Protocol.UDP, suggested).orElseThrow().port();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"NAT-CGN-020", "SEED-A-130"})
    void parallelAndSerialConnectionsHaveOneExternalAddress(int shards) {
        story = new Story(wide(shards));
        story.limit(ROOMY);
        Set<Integer> addresses = new HashSet<>();
        for (int connection = 0; connection < 200; connection++) {
            addresses.add(story.mapped(connection(HOST, connection)).ip());
        }
        for (int connection = 200; connection < 400; connection++) {
            addresses.add(story.mapped(connection(HOST, connection)).ip());
            story.pass(3);
        }
        assertEquals(1, addresses.size());
    }

    @Test
    @Conformance("SEED-A-023")
    void portsOfConnectionsThatWereClosedCountUntilTheirTimersEnd() {
        story = dynamic();
        story.limit(new Quota(10, 40, 1_000, 1_000, 1_000));
        for (int i = 0; i < 40; i++) {
            close(new Endpoint(HOST.ip(), 1_000 + i));
        }
        TestPacket next = TestPacket.tcp(new Endpoint(HOST.ip(), 999), INET_X, TcpHeader.SYN);
        assertEquals(40, story.control.use(story.pairing(HOST)).orElseThrow().ports());
        assertEquals(List.of(), story.out(next));
        story.pass(239);
        assertEquals(40, story.control.use(story.pairing(HOST)).orElseThrow().ports());
        assertEquals(List.of(), story.out(next));
        // Then the ports rest, and count.
        story.pass(119);
        assertEquals(List.of(), story.out(next));
        story.pass(4);
        assertEquals(1, story.out(next).size());
        assertTrue(story.node.count(NatCounter.DROP_PORT_QUOTA) > 0);
    }

    private void close(Endpoint host) {
        Endpoint external = story.mapped(TestPacket.tcp(host, INET_X, TcpHeader.SYN));
        story.delivered(TestPacket.tcp(INET_X, external, Story.SYN_ACK));
        int fin = TcpHeader.FIN | TcpHeader.ACK;
        story.mapped(TestPacket.tcp(host, INET_X, fin));
        story.delivered(TestPacket.tcp(INET_X, external, fin));
    }

    @Test
    @Conformance("SEED-A-053")
    void wellKnownPortIsNobodysUntilStaffGiveIt() {
        story = dynamic();
        Endpoint hinted = story.control.reserve(HOST, Protocol.TCP, 443).orElseThrow();
        assertNotEquals(443, hinted.port());
        var server = new Endpoint(OTHER_HOST.ip(), 8_443);
        story.mapped(TestPacket.udp(server, INET_X));
        ShardOutcome given = story.install(server, Protocol.TCP, 443);
        assertTrue(given instanceof ShardOutcome.Reserved, given::toString);
        var external = new Endpoint(hinted.ip(), 443);
        assertEquals(
                Optional.of(server),
                story.delivered(TestPacket.tcp(INET_X, external, TcpHeader.SYN)));
    }

    @Test
    @Conformance("NAT-CGN-030")
    void addressesOfThePoolNeedNotFollowEachOther() {
        List<Integer> addresses =
                List.of(
                        Ipv4.of("192.0.2.1"),
                        Ipv4.of("192.0.2.9"),
                        Ipv4.of("198.51.100.0"),
                        Ipv4.of("198.51.100.1"),
                        Ipv4.of("198.51.100.2"),
                        Ipv4.of("198.51.100.3"));
        NatConfig roomy = TranslatorModelTest.roomy(2);
        Pool pool = roomy.pool();
        story =
                new Story(
                        TranslatorModelTest.with(
                                roomy,
                                Pool.of(
                                        addresses,
                                        pool.ports(),
                                        pool.incomingPorts(),
                                        pool.block())));
        Set<Integer> used = new HashSet<>();
        for (int host = 0; used.size() < addresses.size(); host += 2) {
            assertTrue(host < 120, "not used: all but " + used);
            var internal = new Endpoint(HOST.ip() + host, 5);
            Endpoint external = story.mapped(TestPacket.udp(internal, INET_X));
            assertTrue(addresses.contains(external.ip()));
            assertEquals(Optional.of(internal), story.delivered(TestPacket.udp(INET_X, external)));
            used.add(external.ip());
        }
    }

    private static TestPacket connection(Endpoint host, int number) {
        var from = new Endpoint(host.ip(), 10_000 + number);
        return TestPacket.tcp(from, new Endpoint(INET_X.ip(), 1 + number % 3), TcpHeader.SYN);
    }

    private static TestPacket first(int protocol, Endpoint from, Endpoint to) {
        return protocol == Protocol.TCP
                ? TestPacket.tcp(from, to, TcpHeader.SYN)
                : TestPacket.udp(from, to);
    }

    /** One address with a hundred single ports. */
    private static Story dynamic() {
        NatConfig roomy = TranslatorModelTest.roomy(1);
        Pool pool =
                Pool.of(
                                List.of(Ipv4.of("198.51.100.16")),
                                SINGLE,
                                Pool.NO_PORTS,
                                roomy.pool().block())
                        .with(new Pool.Allocation.Dynamic());
        var story = new Story(TranslatorModelTest.with(roomy, pool));
        story.rules(Rules.of(ROOMY, new PortRange(1_024, 65_535), story.usual().eif()));
        return story;
    }

    /** Addresses with blocks enough for hundreds of connections of one host. */
    private static NatConfig wide(int shards) {
        NatConfig roomy = TranslatorModelTest.roomy(shards);
        var block = new Pool.Block(256, 8, 180_000_000_000L);
        return TranslatorModelTest.with(
                roomy,
                Pool.of(
                        roomy.pool().addresses(),
                        new PortRange(8_192, 16_383),
                        new PortRange(8_192, 9_215),
                        block));
    }
}
