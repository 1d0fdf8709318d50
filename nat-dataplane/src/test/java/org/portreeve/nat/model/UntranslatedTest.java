package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.portreeve.nat.model.Story.HOST;
import static org.portreeve.nat.model.Story.INET_X;
import static org.portreeve.nat.model.Story.INET_Y;
import static org.portreeve.nat.model.Story.OTHER_HOST;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.ErrorRules;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.io.memory.MemoryPacket;
import org.portreeve.nat.model.TestPacket.Checksum;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.rules.PassThrough;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.TcpHeader;
import org.portreeve.testkit.Conformance;

/** Destinations that subscribers reach without translation (RFC 6888 REQ-6). */
@ParameterizedClass(name = "shards={0}")
@ValueSource(ints = {1, 3})
class UntranslatedTest {
    /** Listed with all its ports. */
    private static final Endpoint SERVER = new Endpoint(Ipv4.of("203.0.113.33"), 443);

    /** Listed for DNS alone. */
    private static final Endpoint RESOLVER = new Endpoint(Ipv4.of("203.0.113.53"), 53);

    private static final int ROUTER = Ipv4.of("192.0.2.77");
    private static final int ROUTER_INSIDE = Ipv4.of("192.0.2.1");

    @Parameter int shards;
    private Story story;

    @BeforeEach
    void open() {
        NatConfig roomy = TranslatorModelTest.roomy(shards);
        var errors = new ErrorRules(true, true, true, 100, 10, List.of(Prefix.of("192.0.2.0/29")));
        story =
                new Story(
                        new NatConfig(
                                roomy.shardCount(),
                                roomy.inside(),
                                roomy.pool(),
                                roomy.timers(),
                                roomy.capacity(),
                                roomy.rules(),
                                errors,
                                Stream.of("203.0.113.32/28", "203.0.113.53 udp 53")
                                        .map(text -> PassThrough.parse(text).orElseThrow())
                                        .toList()));
    }

    private static List<TestPacket> listed() {
        return List.of(
                TestPacket.udp(HOST, SERVER),
                TestPacket.tcp(HOST, SERVER, TcpHeader.SYN),
                TestPacket.tcp(HOST, SERVER, Story.DATA),
                TestPacket.echo(HOST, SERVER.ip(), IcmpHeader.ECHO),
                TestPacket.udp(HOST, RESOLVER).shaped(9, 4, Checksum.WRONG),
                TestPacket.udp(OTHER_HOST, RESOLVER).shaped(9, 0, Checksum.NONE));
    }

    @Test
    @Conformance("NAT-CGN-060")
    void listedServerSeesTheInternalAddressAndNoMappingIsMade() {
        for (TestPacket packet : listed()) {
            assertPasses(PacketPort.INSIDE, packet.bytes());
            assertPasses(PacketPort.OUTSIDE, answer(packet).bytes());
        }
        assertEquals(List.of(), story.node.reference.externals());
        assertEquals(0, story.node.count(NatCounter.SESSIONS_OPENED));
        assertEquals(0, story.node.count(NatCounter.PARKED));
    }

    @Test
    @Conformance("PCP-ANY-003")
    void whatIsForAPcpServerOfTheNetworkDoesNotLeaveIt() {
        var anycast = new Endpoint(Ipv4.of("192.0.0.9"), 5_351);
        for (TestPacket packet :
                List.of(
                        TestPacket.udp(HOST, anycast),
                        TestPacket.tcp(HOST, anycast, TcpHeader.SYN),
                        TestPacket.echo(HOST, anycast.ip(), IcmpHeader.ECHO))) {
            assertDropped(PacketPort.INSIDE, packet.bytes(), NatCounter.DROP_MARTIAN);
        }
        assertEquals(0, story.node.count(NatCounter.SESSIONS_OPENED));
        // The addresses beside it are ordinary ones.
        story.mapped(TestPacket.udp(HOST, new Endpoint(Ipv4.of("192.0.0.10"), 3_478)));
    }

    @Test
    @Conformance({"NAT-CGN-060", "SEED-A-118"})
    void whatIsNotListedIsTranslated() {
        var webOfResolver = new Endpoint(RESOLVER.ip(), 443);
        int pool = story.node.config.pool().addresses().getFirst();
        for (TestPacket packet :
                List.of(
                        TestPacket.udp(HOST, webOfResolver),
                        TestPacket.tcp(HOST, RESOLVER, TcpHeader.SYN),
                        TestPacket.echo(HOST, RESOLVER.ip(), IcmpHeader.ECHO),
                        TestPacket.udp(HOST, INET_X))) {
            Endpoint external = story.mapped(packet);
            assertEquals(true, story.node.config.pool().addresses().contains(external.ip()));
            byte[] direct = answer(packet).bytes();
            assertDropped(PacketPort.OUTSIDE, direct, NatCounter.DROP_NOT_OURS);
        }
        var nobody = new Endpoint(Ipv4.of("192.0.2.200"), 5_000);
        assertDropped(
                PacketPort.INSIDE, TestPacket.udp(nobody, SERVER).bytes(), NatCounter.DROP_SPOOFED);
        assertDropped(
                PacketPort.OUTSIDE,
                TestPacket.udp(SERVER, nobody).bytes(),
                NatCounter.DROP_NOT_OURS);
        var external = new Endpoint(pool, 5_260);
        assertDropped(
                PacketPort.OUTSIDE,
                TestPacket.udp(SERVER, external).bytes(),
                NatCounter.DROP_NO_MAPPING);
    }

    @Test
    @Conformance("NAT-CGN-060")
    void errorsAboutSuchPacketsPassAsTheyAreAndOthersDoNot() {
        for (TestPacket packet : listed()) {
            assertPasses(PacketPort.OUTSIDE, about(packet).from(ROUTER).bytes());
            byte[] elsewhere = about(packet).from(ROUTER).to(HOST.ip() + 1).bytes();
            assertDropped(PacketPort.OUTSIDE, elsewhere, NatCounter.DROP_NOT_OURS);

            TestError own = about(answer(packet));
            assertPasses(PacketPort.INSIDE, own.from(packet.source().ip()).bytes());
            assertPasses(PacketPort.INSIDE, own.from(ROUTER_INSIDE).bytes());
            story.mapped(TestPacket.udp(new Endpoint(OTHER_HOST.ip() + 5, 1), INET_X));
            byte[] forged = own.from(OTHER_HOST.ip() + 5).bytes();
            assertDropped(PacketPort.INSIDE, forged, NatCounter.DROP_SPOOFED);
        }
        TestPacket other = TestPacket.udp(HOST, INET_Y);
        assertDropped(
                PacketPort.OUTSIDE, about(other).from(ROUTER).bytes(), NatCounter.DROP_NOT_OURS);
        assertDropped(
                PacketPort.OUTSIDE,
                about(other).from(SERVER.ip()).bytes(),
                NatCounter.DROP_NOT_OURS);
    }

    @Test
    @Conformance("SEED-A-118")
    void queriesOfOthersDoNotGetIn() {
        for (int type : new int[] {IcmpHeader.ECHO, IcmpHeader.ECHO_REPLY}) {
            for (int source : new int[] {ROUTER, INET_X.ip(), RESOLVER.ip()}) {
                byte[] query = TestPacket.echo(new Endpoint(source, 9), HOST.ip(), type).bytes();
                assertDropped(PacketPort.OUTSIDE, query, NatCounter.DROP_NOT_OURS);
            }
        }
    }

    @Test
    @Conformance("SEED-A-082")
    void hostOfTheOperatorPingsASubscriberByItsInternalAddress() {
        for (int number = 0; number < 4; number++) {
            var asks = new Endpoint(SERVER.ip(), number);
            assertPasses(
                    PacketPort.OUTSIDE, TestPacket.echo(asks, HOST.ip(), IcmpHeader.ECHO).bytes());
            var answers = new Endpoint(HOST.ip(), number);
            assertPasses(
                    PacketPort.INSIDE,
                    TestPacket.echo(answers, SERVER.ip(), IcmpHeader.ECHO_REPLY).bytes());
        }
        assertEquals(List.of(), story.node.reference.externals());
        assertEquals(0, story.node.count(NatCounter.SESSIONS_OPENED));
    }

    @Test
    void errorsOfTheNodeItselfComeFromTheAddressThatTheyAreAbout() {
        for (TestPacket packet : listed()) {
            TestError error = about(answer(packet));
            byte[] expected = error.from(packet.source().ip()).bytes();
            for (int shard = 0; shard < shards; shard++) {
                byte[] own = error.from(ErrorRules.NODE_IP).bytes();
                List<MemoryPacket> left =
                        story.node.raw(shard, PacketPort.INSIDE, own, NatCounter.FORWARDED);
                assertEquals(PacketPort.OUTSIDE, left.getFirst().side());
                assertArrayEquals(expected, left.getFirst().bytes());
            }
        }
    }

    private static TestError about(TestPacket packet) {
        return TestError.about(3, 4, packet.bytes()).rest(1_400);
    }

    private static TestPacket answer(TestPacket packet) {
        if (packet.protocol() == Protocol.ICMP) {
            var from = new Endpoint(packet.destination().ip(), packet.source().port());
            return TestPacket.echo(from, packet.source().ip(), IcmpHeader.ECHO_REPLY);
        }
        return new TestPacket(
                packet.protocol(),
                /* source= */ packet.destination(),
                /* destination= */ packet.source(),
                packet.type(),
                packet.numbers(),
                packet.shape());
    }

    private void assertPasses(int side, byte[] bytes) {
        for (int shard = 0; shard < shards; shard++) {
            List<MemoryPacket> left = story.node.raw(shard, side, bytes, NatCounter.FORWARDED);
            assertEquals(1, left.size());
            boolean isOutbound = side == PacketPort.INSIDE;
            assertEquals(
                    isOutbound ? PacketPort.OUTSIDE : PacketPort.INSIDE, left.getFirst().side());
            assertArrayEquals(bytes, left.getFirst().bytes());
        }
    }

    private void assertDropped(int side, byte[] bytes, NatCounter reason) {
        assertEquals(List.of(), story.node.raw(0, side, bytes, reason));
    }
}
