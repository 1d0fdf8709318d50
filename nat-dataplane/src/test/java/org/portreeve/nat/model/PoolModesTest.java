package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.nat.model.Story.HOST;
import static org.portreeve.nat.model.Story.INET_X;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.config.Pool.Allocation;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.rules.Rules;
import org.portreeve.nat.shard.ShardOutcome;
import org.portreeve.nat.shard.ShardOutcome.Refusal;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.testkit.Conformance;

/** What each way of giving ports looks like from outside: one address, few ports. */
class PoolModesTest {
    private static final PortRange PORTS = new PortRange(6_000, 6_127);
    private static final PortRange INCOMING = new PortRange(6_000, 6_015);
    private static final int HOSTS = 8;

    @Test
    @Conformance({
        "NAT-CGN-130",
        "NAT-RND-007",
        "NAT-PORT-007",
        "SEED-A-020",
        "SEED-A-021",
        "SEED-A-028"
    })
    void dynamicPoolGivesEveryPortButExcludedOnesAndEvictsNothing() {
        var story =
                new Story(
                        config(
                                pool(new Allocation.Dynamic())
                                        .without(List.of(new PortRange(6_020, 6_029)))));
        Set<Integer> ports = new TreeSet<>();
        for (int flow = 0; flow < 118; flow++) {
            ports.add(story.mapped(udp(flow)).port());
        }
        assertEquals(118, ports.size());
        assertTrue(ports.stream().allMatch(PORTS::contains), ports::toString);
        assertTrue(IntStream.rangeClosed(6_020, 6_029).noneMatch(ports::contains));

        assertEquals(List.of(), story.out(udp(118)));
        for (int flow = 0; flow < 118; flow++) {
            assertTrue(ports.contains(story.mapped(udp(flow)).port()));
        }
    }

    @Test
    @Conformance({"SEED-A-043", "NAT-RND-008"})
    void incomingRangeIsGivenToFlowsLastAndNeverWhatIsMapped() {
        var story = new Story(config(pool(new Allocation.Dynamic())));
        Endpoint explicit = story.control.reserve(HOST, Protocol.UDP, 6_003).orElseThrow();
        Endpoint unused = story.control.reserve(host(1, 900), Protocol.UDP, 0).orElseThrow();
        assertEquals(6_003, explicit.port());
        assertTrue(INCOMING.contains(unused.port()));
        for (int flow = 0; flow < 112; flow++) {
            assertTrue(!INCOMING.contains(story.mapped(udp(flow)).port()), "flow " + flow);
        }
        Set<Integer> last = new HashSet<>();
        for (int flow = 112; flow < 126; flow++) {
            last.add(story.mapped(udp(flow)).port());
        }
        assertEquals(14, last.size());
        assertTrue(!last.contains(explicit.port()) && !last.contains(unused.port()));
        assertEquals(List.of(), story.out(udp(126)));
    }

    @Test
    @Conformance({"NAT-DET-003", "NAT-DET-007", "NAT-ALLOC-001"})
    void computedRangeServesFlowsEchoesAndExplicitMappingsFirst() {
        var story = new Story(config(ranges(1)));
        PortRange range = range(0);
        Set<Integer> order = new HashSet<>();
        for (int flow = 0; flow < 6; flow++) {
            order.add(story.mapped(TestPacket.udp(host(0, flow), INET_X)).port());
        }
        int echo = story.mapped(TestPacket.echo(host(0, 1), INET_X.ip(), IcmpHeader.ECHO)).port();
        int explicit = story.control.reserve(host(0, 50), Protocol.UDP, 0).orElseThrow().port();
        order.add(explicit);
        assertEquals(7, order.size());
        assertTrue(order.stream().allMatch(range::contains), order + " of " + range);
        assertTrue(range.contains(echo), echo + " of " + range);
        // A suggestion inside somebody else's range is a hint only.
        int other = range(3).first();
        Endpoint hinted = story.control.reserve(host(0, 51), Protocol.UDP, other).orElseThrow();
        assertTrue(range.contains(hinted.port()));
    }

    @Test
    @Conformance({"NAT-DET-004", "NAT-ALLOC-002"})
    void beyondItsRangeASubscriberGetsRecordedBlocks() {
        var story = new Story(config(ranges(4)));
        PortRange range = range(0);
        for (int flow = 0; flow < 8; flow++) {
            assertTrue(range.contains(story.mapped(TestPacket.udp(host(0, flow), INET_X)).port()));
        }
        assertTrue(story.node.unanswered.isEmpty(), "a record for what can be computed");

        // It waits for the record of the block.
        story.node.takeSent();
        story.node.fromInside(0, List.of(TestPacket.udp(host(0, 8), INET_X)));
        assertEquals(List.of(), story.node.takeSent());
        var leased = (ShardOutcome.BlockLeased) story.node.unanswered.getFirst().outcome();
        story.control.answerAll();
        int port = story.node.takeSent().getFirst().source().port();
        assertTrue(leased.firstPort() <= port && port < leased.firstPort() + 16);
        assertTrue(port > range(7).last(), "a block lies beyond all ranges");
    }

    @Test
    @Conformance("NAT-DET-005")
    void withoutADynamicFactorTheRangeIsAll() {
        var story = new Story(config(ranges(0)));
        for (int flow = 0; flow < 8; flow++) {
            story.mapped(TestPacket.udp(host(0, flow), INET_X));
        }
        assertRefusedForWantOfPorts(story, TestPacket.udp(host(0, 8), INET_X));
        assertTrue(story.node.unanswered.isEmpty());
        assertEquals(1, story.out(TestPacket.udp(host(1, 8), INET_X)).size());
    }

    @Test
    @Conformance({"SEED-A-056", "SEED-A-044"})
    void staticRangeIsNeverLeft() {
        var story = new Story(config(ranges(0).withIncoming(Pool.NO_PORTS)));
        PortRange range = new PortRange(6_000, 6_007);
        Set<Integer> given = new HashSet<>();
        for (int wish = 0; wish < 8; wish++) {
            int suggested = wish % 2 == 0 ? 6_100 : 6_008;
            given.add(
                    story.control
                            .reserve(host(0, wish), Protocol.TCP, suggested)
                            .orElseThrow()
                            .port());
        }
        assertEquals(8, given.size());
        assertTrue(given.stream().allMatch(range::contains), given::toString);
        assertEquals(Optional.empty(), story.control.reserve(host(0, 9), Protocol.TCP, 6_100));
        story.mapped(TestPacket.udp(host(1, 1), INET_X));
        assertEquals(
                Refusal.BLOCK_HELD,
                ((ShardOutcome.Refused) story.install(host(0, 10), Protocol.UDP, 6_008)).reason());
    }

    @Test
    @Conformance({"SEED-A-005", "NAT-DET-010"})
    void anotherNodeWithTheSameParametersGivesTheSameRange() {
        for (int host = 0; host < HOSTS; host++) {
            int one = story(1).mapped(TestPacket.udp(host(host, 1), INET_X)).port();
            int two = story(2).mapped(TestPacket.udp(host(host, 7), INET_X)).port();
            assertTrue(range(host).contains(one) && range(host).contains(two));
        }
    }

    private static Story story(int seed) {
        var story = new Story(config(ranges(0)));
        for (int flow = 0; flow < seed; flow++) {
            story.mapped(TestPacket.udp(host(4, 20 + flow), INET_X));
        }
        return story;
    }

    @Test
    @Conformance({"SEED-B-100", "NAT-PORT-004", "NAT-RND-011"})
    void parityIsThatOfTheInternalPortWhenAsked() {
        var choice = new Pool.Choice(2, 10, 500, true, false);
        var story = new Story(config(pool(new Allocation.Dynamic()).with(choice)));
        Set<Integer> ports = new TreeSet<>();
        for (int flow = 0; flow < 64; flow++) {
            int external = story.mapped(TestPacket.udp(host(0, 2 * flow), INET_X)).port();
            assertEquals(0, external & 1);
            ports.add(external);
        }
        assertEquals(64, ports.size());
        assertEquals(1, story.mapped(TestPacket.udp(host(0, 1_001), INET_X)).port() & 1);
        // NAT-RND-007: a port of the other parity is better than none.
        assertEquals(1, story.mapped(TestPacket.udp(host(0, 1_000), INET_X)).port() & 1);
    }

    @Test
    @Conformance("NAT-PORT-003")
    void lowPortsAreForLowPortsWhereThePoolHasAny() {
        var usual = new PortRange(1_024, 1_123);
        var story = new Story(config(dynamic(usual)));
        assertTrue(usual.contains(story.mapped(TestPacket.udp(host(0, 500), INET_X)).port()));

        story = new Story(config(dynamic(new PortRange(924, 1_123))));
        for (int flow = 0; flow < 100; flow++) {
            int low = story.mapped(TestPacket.udp(host(0, flow), INET_X)).port();
            int high = story.mapped(TestPacket.udp(host(2, 2_000 + flow), INET_X)).port();
            assertTrue(low < 1_024, low + " for a low port");
            assertTrue(high >= 1_024, high + " for a high one");
        }
        assertRefusedForWantOfPorts(story, TestPacket.udp(host(0, 101), INET_X));

        story = new Story(config(dynamic(new PortRange(924, 1_123))));
        for (int flow = 0; flow < 100; flow++) {
            story.mapped(TestPacket.udp(host(2, 2_000 + flow), INET_X));
        }
        assertRefusedForWantOfPorts(story, TestPacket.udp(host(2, 3_000), INET_X));
        assertTrue(story.mapped(TestPacket.udp(host(0, 1), INET_X)).port() < 1_024);
        // One low port more than there are has a high one, if one is left.
        story = new Story(config(dynamic(new PortRange(1_000, 1_123))));
        for (int flow = 0; flow < 24; flow++) {
            assertTrue(story.mapped(TestPacket.udp(host(0, flow), INET_X)).port() < 1_024);
        }
        assertTrue(story.mapped(TestPacket.udp(host(0, 24), INET_X)).port() >= 1_024);
    }

    private static Pool dynamic(PortRange ports) {
        return Pool.of(
                        List.of(Ipv4.of("198.51.100.16")),
                        ports,
                        Pool.NO_PORTS,
                        new Pool.Block(16, 8, 180_000_000_000L))
                .with(new Allocation.Dynamic());
    }

    @Test
    @Conformance("NAT-RND-010")
    void preservedPortIsKeptWhileFreeAndElseUnpredictable() {
        var choice = new Pool.Choice(2, 10, 500, false, true);
        var story = new Story(config(pool(new Allocation.Dynamic()).with(choice)));
        assertEquals(6_077, story.mapped(TestPacket.udp(host(0, 6_077), INET_X)).port());
        Set<Integer> others = new HashSet<>();
        for (int host = 1; host < HOSTS; host++) {
            int port = story.mapped(TestPacket.udp(host(host, 6_077), INET_X)).port();
            assertNotEquals(6_077, port);
            others.add(port - 6_077);
        }
        assertEquals(HOSTS - 1, others.size());
    }

    @Test
    @Conformance({"NAT-RND-009", "NAT-RND-012", "SEED-A-027"})
    void consecutiveMappingsInBlocksAndRangesAreNotConsecutivePorts() {
        for (Pool pool : List.of(pool(new Allocation.Blocks()), wideRanges())) {
            var story = new Story(config(pool));
            int[] flows =
                    IntStream.range(0, 12)
                            .map(flow -> story.mapped(TestPacket.udp(host(0, flow), INET_X)).port())
                            .toArray();
            int[] maps =
                    IntStream.range(0, 12)
                            .map(flow ->
                                    story.control
                                            .reserve(host(1, flow), Protocol.TCP, 0)
                                            .orElseThrow()
                                            .port())
                            .toArray();
            assertTrue(commonSteps(flows) < 6, () -> "flows " + Arrays.toString(flows));
            assertTrue(commonSteps(maps) < 6, () -> "maps " + Arrays.toString(maps));
        }
    }

    @Test
    @Conformance({"SEED-B-102", "SEED-A-114"})
    void portsAreChosenAtRandomAlsoBesideParityAndPreservation() {
        Pool dynamic = pool(new Allocation.Dynamic());
        var parity = new Pool.Choice(2, 10, 500, true, false);
        var preserved = new Pool.Choice(2, 10, 500, false, true);
        for (Pool pool : List.of(dynamic, dynamic.with(parity), dynamic.with(preserved))) {
            var story = new Story(config(pool));
            boolean keepsPort = pool.choice().keepsPort();
            for (int flow = 0; keepsPort && flow < 60; flow += 2) {
                int port = 6_064 + flow;
                assertEquals(port, story.mapped(TestPacket.udp(host(0, port), INET_X)).port());
            }
            // The same internal ports again; none of them is free where ports are kept.
            int[] ports =
                    IntStream.range(0, 30)
                            .map(flow -> 6_064 + 2 * flow)
                            .map(port -> story.mapped(TestPacket.udp(host(2, port), INET_X)).port())
                            .toArray();
            assertTrue(commonSteps(ports) < 9, () -> pool.choice() + Arrays.toString(ports));
        }
    }

    /** How often the commonest step between two that follow each other comes. */
    private static long commonSteps(int[] ports) {
        return IntStream.rangeClosed(-PORTS.size(), PORTS.size())
                .mapToLong(step ->
                        IntStream.range(1, ports.length)
                                .filter(i -> ports[i] - ports[i - 1] == step)
                                .count())
                .max()
                .orElseThrow();
    }

    @Test
    @Conformance({"NAT-CGN-080", "NAT-UDP-006"})
    void onlySoManyPortsRest() {
        Pool pool = ranges(0).withMaxResting(5);
        var story = new Story(config(pool));
        for (int flow = 0; flow < 8; flow++) {
            story.mapped(TestPacket.udp(host(0, flow), INET_X));
            story.pass(1);
        }
        story.pass(301);
        // Of the eight released ports three are free at once.
        assertEquals(5, story.node.reference.externals().size());
        for (int flow = 20; flow < 23; flow++) {
            assertEquals(1, story.out(TestPacket.udp(host(0, flow), INET_X)).size());
        }
        assertEquals(List.of(), story.out(TestPacket.udp(host(0, 23), INET_X)));
        story.pass(121);
        assertEquals(1, story.out(TestPacket.udp(host(0, 23), INET_X)).size());
    }

    @Test
    @Conformance({"NAT-APP-004", "SEED-B-061"})
    void softPairingUsesASecondAddressOnlyWhenItsOwnIsFull() {
        for (Allocation allocation : List.of(new Allocation.Blocks(), new Allocation.Dynamic())) {
            Story story = new Story(config(twoAddresses(allocation, true)));
            Endpoint first = story.mapped(TestPacket.udp(host(0, 0), INET_X));
            int own = 1;
            Endpoint next = story.mapped(TestPacket.udp(host(0, own), INET_X));
            while (next.ip() == first.ip()) {
                own++;
                next = story.mapped(TestPacket.udp(host(0, own), INET_X));
            }
            assertTrue(own >= 112, own + " flows until the address was full");
            assertEquals(first, story.mapped(TestPacket.udp(host(0, 0), INET_X)));
            assertEquals(next, story.mapped(TestPacket.udp(host(0, own), INET_X)));
            assertEquals(Optional.of(host(0, own)), story.delivered(TestPacket.udp(INET_X, next)));
        }
    }

    @Test
    @Conformance("SEED-B-063")
    void whatIsAskedForStaysWithThePairAlsoWhenItsTrafficWentElsewhere() {
        Story story = new Story(config(twoAddresses(new Allocation.Blocks(), true)));
        int paired = story.mapped(udpOfOne(0)).ip();
        int own = 1;
        while (story.mapped(udpOfOne(own)).ip() == paired) {
            own++;
        }
        // The incoming range of its own address is still free.
        assertTrue(story.control.reserve(host(0, own), Protocol.UDP, 6_003).isPresent());
        int address = story.pairing(host(0, own)).addressIndex();
        assertEquals(
                List.of(new ReferencePorts.External(Protocol.UDP, address, 6_003)),
                story.node.reference.explicitExternals());
    }

    @Test
    @Conformance({"SEED-B-060", "NAT-APP-004"})
    void hardPairingRefusesWhenItsAddressIsFull() {
        Story story = new Story(config(twoAddresses(new Allocation.Dynamic(), false)));
        Endpoint first = story.mapped(udpOfOne(0));
        for (int flow = 1; flow < 128; flow++) {
            assertEquals(first.ip(), story.mapped(udpOfOne(flow)).ip());
        }
        assertRefusedForWantOfPorts(story, udpOfOne(128));
        assertEquals(first, story.mapped(udpOfOne(0)));
    }

    /** Dropped; the host and the operator are told why. */
    private static void assertRefusedForWantOfPorts(Story story, TestPacket packet) {
        story.node.takeEvents();
        story.node.takeGenerated();
        assertEquals(List.of(), story.out(packet));
        byte[] answer = story.node.takeGenerated().getFirst().bytes();
        assertEquals(packet.source().ip(), TestPacket.u32(answer, 16));
        assertEquals(3, answer[20]);
        assertEquals(1, answer[21]);
        int subscriber = story.pairing(packet.source()).subscriber();
        assertTrue(
                story.node.takeEvents().stream()
                        .filter(event -> event.kind() == EventKind.PORTS_EXHAUSTED)
                        .anyMatch(event -> event.subscriber() == subscriber));
    }

    private static TestPacket udpOfOne(int flow) {
        return TestPacket.udp(host(0, flow), INET_X);
    }

    private static Pool twoAddresses(Allocation allocation, boolean isSoft) {
        List<Integer> ips = List.of(Ipv4.of("198.51.100.16"), Ipv4.of("198.51.100.19"));
        return Pool.of(ips, PORTS, INCOMING, new Pool.Block(16, 8, 180_000_000_000L))
                .with(allocation)
                .with(new Pool.Pairing(isSoft, 1));
    }

    private static TestPacket udp(int flow) {
        return TestPacket.udp(host(flow % HOSTS, flow), INET_X);
    }

    private static Endpoint host(int host, int port) {
        return new Endpoint(Ipv4.of("100.64.1.0") + host, port);
    }

    /** Eight ports for each of eight hosts, after the incoming range. */
    private static PortRange range(int host) {
        int first = INCOMING.last() + 1 + 8 * host;
        return new PortRange(first, first + 7);
    }

    private static Pool ranges(int dynamicFactor) {
        return pool(new Allocation.Deterministic(HOSTS, dynamicFactor, 8));
    }

    private static Pool wideRanges() {
        return pool(new Allocation.Deterministic(HOSTS, 0, 14));
    }

    private static Pool pool(Allocation allocation) {
        return Pool.of(
                        List.of(Ipv4.of("198.51.100.16")),
                        PORTS,
                        INCOMING,
                        new Pool.Block(16, 8, 180_000_000_000L))
                .with(allocation);
    }

    private static NatConfig config(Pool pool) {
        return new NatConfig(
                1,
                List.of(Prefix.of("100.64.1.0/29")),
                pool,
                NatConfig.Timers.defaults(),
                new NatConfig.Capacity(4_096, 4_096, 64),
                Rules.of(
                        new Rules.Quota(100, 1_000, 1_000, 1_000, 10_000),
                        PORTS,
                        new Rules.Eif(5, 1, 5, 30_000_000_000L, false)));
    }
}
