package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.nat.model.Story.HOST;
import static org.portreeve.nat.model.Story.INET_X;
import static org.portreeve.nat.model.Story.INET_Y;
import static org.portreeve.nat.model.Story.OTHER_HOST;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.event.ShardEvent;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.rules.Rules;
import org.portreeve.nat.rules.Rules.Quota;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.TcpHeader;
import org.portreeve.testkit.Conformance;

/** How subscribers share addresses: what is one subscriber's, and when it is another's. */
class SharingTest {
    private static final PortRange ALL = new PortRange(1_024, 65_535);
    private static final int BLOCK = 16;
    private static final long GUARD_NS = 180_000_000_000L;

    /** Idle time of UDP, hold-down and guard, and a tick for each, in seconds. */
    private static final int UNTIL_BLOCK_IS_BACK = 300 + 120 + 180 + 1;

    private static final int HOLD_DOWN = 120;

    private final List<ShardEvent> told = new ArrayList<>();
    private Story story;

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"NAT-APP-001", "SEED-A-064", "SEED-B-062"})
    void hundredsOfFlowsAndWhatIsAskedForHaveOneExternalAddress(int shards) {
        story = new Story(blocks(TranslatorModelTest.roomy(shards), 256));
        unlimited();
        Set<Integer> addresses = new HashSet<>();
        for (int flow = 0; flow < 170; flow++) {
            Endpoint from = host(flow);
            var peer = new Endpoint(INET_X.ip() + flow % 50, 1 + flow);
            addresses.add(story.mapped(TestPacket.udp(from, peer)).ip());
            addresses.add(story.mapped(TestPacket.tcp(from, peer, TcpHeader.SYN)).ip());
            addresses.add(story.mapped(TestPacket.echo(from, peer.ip(), IcmpHeader.ECHO)).ip());
        }
        for (int suggested : new int[] {0, 9_000}) {
            addresses.add(reserve(host(200), Protocol.UDP, suggested).ip());
            addresses.add(reserve(host(201), Protocol.TCP, suggested).ip());
        }
        assertEquals(1, addresses.size());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("SEED-A-068")
    void hostsOfOneLineAreOneSubscriberAndEachHasItsOwnPorts(int shards) {
        story = new Story(shards);
        story.limit(new Quota(2, 4, 100, 1_000, 1_000));
        var sibling = new Endpoint(HOST.ip() ^ 1, HOST.port());
        Endpoint own = reserve(HOST, Protocol.UDP, 0);
        Endpoint theirs = reserve(sibling, Protocol.UDP, 0);
        assertEquals(own.ip(), theirs.ip());
        assertEquals(Optional.of(HOST), story.delivered(TestPacket.udp(INET_Y, own)));
        assertEquals(Optional.of(sibling), story.delivered(TestPacket.udp(INET_Y, theirs)));

        for (Endpoint host : List.of(HOST, sibling)) {
            assertEquals(Optional.empty(), story.control.reserve(host, Protocol.TCP, 0));
            story.mapped(TestPacket.echo(host, INET_X.ip(), IcmpHeader.ECHO));
        }
        for (Endpoint host : List.of(HOST, sibling)) {
            assertEquals(List.of(), story.out(TestPacket.tcp(host, INET_X, TcpHeader.SYN)));
        }
        assertEquals(1, story.out(TestPacket.udp(OTHER_HOST, INET_X)).size());
        int subscriber = story.pairing(HOST).subscriber();
        assertEquals(4, story.control.use(story.pairing(sibling)).orElseThrow().ports());
        // What is kept of it names the line, whichever of its hosts it was.
        List<ShardEvent> refusals = told(EventKind.PORT_QUOTA);
        assertTrue(!refusals.isEmpty());
        assertTrue(refusals.stream().allMatch(event -> event.subscriber() == subscriber));
        assertEquals(1, told.stream().filter(event -> isLeaseOf(event, subscriber)).count());
    }

    private List<ShardEvent> told(EventKind kind) {
        told.addAll(story.node.takeEvents());
        return told.stream().filter(event -> event.kind() == kind).toList();
    }

    private static boolean isLeaseOf(ShardEvent event, int subscriber) {
        return event.kind() == EventKind.BLOCK_LEASED && event.subscriber() == subscriber;
    }

    @Test
    @Conformance("SEED-A-024")
    void heavySubscriberHasManyTimesTheAverageWhileOthersNeedLittle() {
        story = dynamic();
        for (int other = 1; other <= 9; other++) {
            story.mapped(TestPacket.udp(neighbour(other), INET_X));
        }
        // Eighty against an average of nine.
        for (int flow = 0; flow < 80; flow++) {
            story.mapped(TestPacket.udp(host(flow), INET_X));
        }
        for (int other = 1; other <= 9; other++) {
            Endpoint another = new Endpoint(neighbour(other).ip(), 7);
            story.mapped(TestPacket.udp(another, INET_X));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"NAT-CGN-041", "SEED-A-026"})
    void burstOfOneSubscriberIsHeldToItsRateAndOthersAreNot(int shards) {
        story = new Story(blocks(TranslatorModelTest.roomy(shards), 256));
        story.limit(new Quota(10, 2_000, 4_000, 5, 10));
        int opened = 0;
        for (int second = 0; second < 10; second++) {
            for (int flow = 0; flow < 100; flow++) {
                opened += story.out(syn(host(100 * second + flow))).size();
            }
            story.mapped(syn(new Endpoint(OTHER_HOST.ip(), 100 + second)));
            story.pass(1);
        }
        assertEquals(10 + 9 * 5, opened);
        assertEquals(1_000 - opened, story.node.count(NatCounter.DROP_SESSION_RATE));
    }

    @ParameterizedTest
    @ValueSource(ints = {Protocol.UDP, Protocol.TCP})
    @Conformance({"SEED-A-094", "NAT-CGN-080"})
    void releasedPortIsNobodyElsesBeforeItHasRested(int protocol) {
        story = dynamic();
        for (int flow = 0; flow < 100; flow++) {
            story.mapped(first(protocol, host(flow)));
        }
        assertEquals(List.of(), story.out(first(protocol, OTHER_HOST)));
        story.pass(protocol == Protocol.UDP ? 300 : 240);
        for (int second = 0; second < HOLD_DOWN; second += 20) {
            assertEquals(List.of(), story.out(first(protocol, OTHER_HOST)), "after " + second);
            story.pass(19);
            assertEquals(List.of(), story.out(first(protocol, OTHER_HOST)), "after " + second);
            story.pass(1);
        }
        story.pass(1);
        assertEquals(1, story.out(first(protocol, OTHER_HOST)).size());
    }

    @Test
    @Conformance("NAT-ALLOC-004")
    void blockThatWentBackRestsBeforeAnotherSubscriberHasIt() {
        story = new Story(oneAddress(new PortRange(8_192, 8_255 + BLOCK)));
        Endpoint only = story.mapped(TestPacket.udp(HOST, INET_X));
        assertEquals(List.of(), story.out(TestPacket.udp(OTHER_HOST, INET_X)));
        story.pass(UNTIL_BLOCK_IS_BACK);
        assertEquals(1, story.node.count(NatCounter.BLOCKS_RELEASED));
        story.pass(HOLD_DOWN - 2);
        assertEquals(List.of(), story.out(TestPacket.udp(OTHER_HOST, INET_X)));
        story.pass(2);
        Endpoint next = story.mapped(TestPacket.udp(OTHER_HOST, INET_X));
        assertEquals(only.port() / BLOCK, next.port() / BLOCK);
    }

    @Test
    @Conformance("NAT-ALLOC-004")
    void whichOfTheRestedBlocksIsGivenNextIsNotToBeTold() {
        story = new Story(oneAddress(new PortRange(8_192, 8_447)));
        List<Integer> given = new ArrayList<>();
        for (int round = 0; round < 100; round++) {
            Endpoint host = round % 2 == 0 ? HOST : OTHER_HOST;
            given.add(story.mapped(TestPacket.udp(host, INET_X)).port() / BLOCK);
            // The next one asks while this block rests.
            story.pass(UNTIL_BLOCK_IS_BACK);
        }
        Set<Integer> steps = new TreeSet<>();
        for (int round = 1; round < given.size(); round++) {
            int step = given.get(round) - given.get(round - 1);
            assertNotEquals(0, step, "the block of the one before");
            steps.add(step);
        }
        assertEquals(12, new HashSet<>(given).size(), "each of the blocks");
        assertTrue(steps.size() > 11, "steps " + steps);
    }

    @Test
    @Conformance({"NAT-CGN-140", "SEED-A-097"})
    void blocksNeedOneRecordForAHundredMappings() {
        story = new Story(blocks(TranslatorModelTest.roomy(1), 256));
        unlimited();
        for (int flow = 0; flow < 300; flow++) {
            story.mapped(TestPacket.udp(host(flow), INET_X));
        }
        assertEquals(300, story.node.count(NatCounter.MAPPINGS_MADE));
        long records = story.node.count(NatCounter.BLOCKS_LEASED);
        assertTrue(records <= 3, records + " records");
        assertEquals(records, told(EventKind.BLOCK_LEASED).size());
        assertEquals(List.of(), told(EventKind.MAPPING_MADE));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-CGN-120")
    void nothingThatIsToldNamesWhomASubscriberSpeaksTo(int shards) {
        story = new Story(shards);
        story.limit(new Quota(1, 3, 4, 1_000, 1_000));
        Endpoint external = story.established();
        story.mapped(TestPacket.udp(HOST, INET_Y));
        story.mapped(TestPacket.echo(HOST, INET_X.ip(), IcmpHeader.ECHO));
        story.out(TestPacket.udp(host(7), INET_X));
        story.out(TestPacket.tcp(HOST, INET_Y, TcpHeader.SYN));
        story.delivered(TestPacket.tcp(INET_Y, external, TcpHeader.SYN));
        for (int peer = 0; peer < 9; peer++) {
            story.delivered(
                    TestPacket.tcp(new Endpoint(INET_Y.ip(), peer), external, TcpHeader.SYN));
        }
        story.pass(10_000);
        story.control.answerAll();
        assertTrue(
                !told(EventKind.PORT_QUOTA).isEmpty() && !told(EventKind.BLOCK_LEASED).isEmpty());
        for (ShardEvent event : told) {
            assertEquals(0, event.remoteIp(), event::toString);
            assertTrue(
                    List.of(event.internalIp(), event.externalIp()).stream()
                            .noneMatch(ip -> ip == INET_X.ip() || ip == INET_Y.ip()),
                    event::toString);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-EIM-006")
    void outsideThatHasAddressesLikeTheInsideHidesNobodyElse(int shards) {
        story = new Story(overlapping(shards));
        var host = new Endpoint(Ipv4.of("10.0.0.5"), 4_000);
        for (TestPacket packet :
                List.of(
                        TestPacket.udp(host, INET_X),
                        TestPacket.tcp(host, INET_X, TcpHeader.SYN),
                        TestPacket.echo(host, INET_X.ip(), IcmpHeader.ECHO))) {
            Endpoint external = story.mapped(packet);
            assertTrue(story.node.config.pool().addresses().contains(external.ip()));
            assertEquals(Optional.of(host), story.delivered(answer(packet, external)));
        }
        Endpoint asked = reserve(host, Protocol.UDP, 0);
        assertEquals(Optional.of(host), story.delivered(TestPacket.udp(INET_Y, asked)));
        // Only who has an address of the inside himself cannot be reached.
        var neighbour = new Endpoint(Ipv4.of("10.0.0.9"), 53);
        assertEquals(List.of(), story.out(TestPacket.udp(host, neighbour)));
        assertEquals(1, story.node.count(NatCounter.DROP_TO_INSIDE));
        assertEquals(Optional.empty(), story.delivered(TestPacket.udp(neighbour, asked)));
        assertEquals(1, story.node.count(NatCounter.DROP_FOREIGN_SOURCE));
    }

    private static TestPacket answer(TestPacket packet, Endpoint external) {
        return switch (packet.protocol()) {
            case Protocol.UDP -> TestPacket.udp(INET_X, external);
            case Protocol.TCP -> TestPacket.tcp(INET_X, external, Story.SYN_ACK);
            default -> {
                var from = new Endpoint(INET_X.ip(), external.port());
                yield TestPacket.echo(from, external.ip(), IcmpHeader.ECHO_REPLY);
            }
        };
    }

    /** The node got its addresses from a network that has the numbers of the inside. */
    private static NatConfig overlapping(int shards) {
        NatConfig roomy = TranslatorModelTest.roomy(shards);
        int first = Ipv4.of("10.0.0.200");
        List<Integer> addresses = IntStream.range(first, first + 5).boxed().toList();
        return new NatConfig(
                shards,
                List.of(Prefix.of("10.0.0.0/24")),
                roomy.pool().withAddresses(addresses),
                roomy.timers(),
                roomy.capacity(),
                roomy.rules());
    }

    private Endpoint reserve(Endpoint internal, int protocol, int suggested) {
        return story.control.reserve(internal, protocol, suggested).orElseThrow();
    }

    /** Nothing but ports and tables bounds anybody. */
    private void unlimited() {
        var quota = new Quota(100, 10_000, 10_000, 10_000, 10_000);
        story.rules(Rules.of(quota, ALL, story.usual().eif()));
    }

    private static TestPacket syn(Endpoint from) {
        return TestPacket.tcp(from, INET_X, TcpHeader.SYN);
    }

    private static TestPacket first(int protocol, Endpoint from) {
        return protocol == Protocol.TCP ? syn(from) : TestPacket.udp(from, INET_X);
    }

    private static Endpoint host(int number) {
        return new Endpoint(HOST.ip(), 10_000 + number);
    }

    /** A host of another subscriber. */
    private static Endpoint neighbour(int number) {
        return new Endpoint(HOST.ip() + 2 * number, 5);
    }

    /** Larger blocks beyond an incoming range. */
    private static NatConfig blocks(NatConfig roomy, int size) {
        return TranslatorModelTest.with(
                roomy,
                Pool.of(
                        roomy.pool().addresses(),
                        new PortRange(8_192, 16_383),
                        new PortRange(8_192, 9_215),
                        new Pool.Block(size, 8, GUARD_NS)));
    }

    /** Small blocks of these ports after an incoming range of 64. */
    private static NatConfig oneAddress(PortRange ports) {
        NatConfig roomy = TranslatorModelTest.roomy(1);
        List<Integer> address = roomy.pool().addresses().subList(0, 1);
        var incoming = new PortRange(ports.first(), ports.first() + 63);
        return TranslatorModelTest.with(
                roomy, Pool.of(address, ports, incoming, new Pool.Block(BLOCK, 2, GUARD_NS)));
    }

    /** One address with a hundred single ports. */
    private Story dynamic() {
        NatConfig roomy = TranslatorModelTest.roomy(1);
        Pool pool =
                Pool.of(
                                List.of(Ipv4.of("198.51.100.16")),
                                new PortRange(6_000, 6_099),
                                Pool.NO_PORTS,
                                roomy.pool().block())
                        .with(new Pool.Allocation.Dynamic());
        story = new Story(TranslatorModelTest.with(roomy, pool));
        unlimited();
        return story;
    }
}
