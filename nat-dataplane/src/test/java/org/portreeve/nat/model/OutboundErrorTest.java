package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.portreeve.nat.model.Story.HOST;
import static org.portreeve.nat.model.Story.INET_X;
import static org.portreeve.nat.model.Story.INET_Y;
import static org.portreeve.nat.model.Story.OTHER_HOST;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.ErrorRules;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.io.memory.MemoryPacket;
import org.portreeve.nat.model.Story.Translated;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.TcpHeader;
import org.portreeve.testkit.Conformance;

/** ICMP errors from inside, to the Internet and to other subscribers, compared by octets. */
@ParameterizedClass(name = "shards={0}")
@ValueSource(ints = {1, 3})
class OutboundErrorTest {
    private static final int ROUTER = Ipv4.of("192.0.2.1");

    @Parameter int shards;
    private Story story;

    @BeforeEach
    void open() {
        story =
                new Story(
                        Story.withErrors(
                                shards,
                                new ErrorRules(
                                        true,
                                        true,
                                        true,
                                        100,
                                        10,
                                        List.of(Prefix.of("192.0.2.0/29")))));
    }

    /** A packet from X that reaches the host: as it was sent, and as the host got it. */
    private Translated received(int protocol) {
        return switch (protocol) {
            case Protocol.ICMP -> {
                TestPacket echo = TestPacket.echo(HOST, INET_X.ip(), IcmpHeader.ECHO);
                Endpoint external = story.mapped(echo);
                var from = new Endpoint(INET_X.ip(), external.port());
                yield received(TestPacket.echo(from, external.ip(), IcmpHeader.ECHO_REPLY));
            }
            case Protocol.TCP -> {
                Endpoint external = story.mapped(TestPacket.tcp(HOST, INET_X, TcpHeader.SYN));
                yield received(TestPacket.tcp(INET_X, external, Story.SYN_ACK));
            }
            default -> received(TestPacket.udp(INET_X, story.mapped(TestPacket.udp(HOST, INET_X))));
        };
    }

    private Translated received(TestPacket packet) {
        story.node.takeSent();
        story.node.fromOutside(0, packet);
        return new Translated(packet, story.node.takeSent().getFirst());
    }

    private static TestError about(Translated received) {
        return TestError.about(3, 3, received.after().bytes()).from(HOST.ip());
    }

    private MemoryPacket forwarded(TestError error) {
        List<MemoryPacket> left =
                story.node.raw(shards - 1, PacketPort.INSIDE, error.bytes(), NatCounter.FORWARDED);
        assertEquals(1, left.size(), "left");
        return left.getFirst();
    }

    private void assertDropped(TestError error, NatCounter reason) {
        for (int shard = 0; shard < shards; shard++) {
            assertEquals(
                    List.of(), story.node.raw(shard, PacketPort.INSIDE, error.bytes(), reason));
        }
    }

    @Test
    @Conformance({"NAT-ICMP-010", "NAT-ICMP-016", "NAT-CSUM-003"})
    void senderOutsideReceivesWhatTheHostSaysAboutItsPacketWithTheExternalTuple() {
        for (int protocol : new int[] {Protocol.UDP, Protocol.TCP, Protocol.ICMP}) {
            Translated received = received(protocol);
            int external = received.before().destination().ip();
            for (int type : new int[] {3, 11, 12}) {
                TestError error =
                        TestError.about(type, 1, received.after().bytes()).from(HOST.ip());
                MemoryPacket left = forwarded(error);

                assertEquals(PacketPort.OUTSIDE, left.side());
                assertArrayEquals(
                        error.from(external).quoting(received.before().bytes()).bytes(),
                        left.bytes());
            }
        }
    }

    @Test
    @Conformance("NAT-ICMP-010")
    void routerInsideSpeaksFromTheExternalAddressOfTheFlow() {
        Translated received = received(Protocol.UDP);
        TestError error = TestError.about(11, 0, received.after().bytes()).from(ROUTER);
        int external = received.before().destination().ip();

        assertArrayEquals(
                error.from(external).quoting(received.before().bytes()).bytes(),
                forwarded(error).bytes());
    }

    @Test
    void routerInsideGetsNoMapping() {
        var router = new Endpoint(ROUTER, 5_000);
        byte[] packet = TestPacket.udp(router, INET_X).bytes();
        assertEquals(
                List.of(), story.node.raw(0, PacketPort.INSIDE, packet, NatCounter.DROP_SPOOFED));
    }

    @Test
    void otherHostOfTheSubscriberMaySpeakAndAnotherSubscriberMayNot() {
        Translated received = received(Protocol.UDP);
        var sibling = new Endpoint(HOST.ip() + 1, 9_000);
        story.mapped(TestPacket.udp(sibling, INET_X));
        story.mapped(TestPacket.udp(OTHER_HOST, INET_X));

        assertEquals(PacketPort.OUTSIDE, forwarded(about(received).from(sibling.ip())).side());
        assertDropped(about(received).from(OTHER_HOST.ip()), NatCounter.DROP_SPOOFED);
        assertDropped(about(received).from(Ipv4.of("192.0.2.8")), NatCounter.DROP_SPOOFED);
    }

    @Test
    void errorAboutNoSessionOrToSomebodyElseIsTheEnd() {
        Translated received = received(Protocol.UDP);
        TestPacket other = TestPacket.udp(INET_Y, HOST);
        assertDropped(
                TestError.about(3, 3, other.bytes()).from(HOST.ip()),
                NatCounter.DROP_ICMP_NO_SESSION);
        assertDropped(about(received).to(INET_Y.ip()), NatCounter.DROP_ICMP_NO_SESSION);
        assertDropped(about(received).to(OTHER_HOST.ip()), NatCounter.DROP_TO_INSIDE);
        assertDropped(about(received).to(Ipv4.of("224.0.0.1")), NatCounter.DROP_MARTIAN);
        assertDropped(about(received).timeToLive(1), NatCounter.DROP_TTL);
    }

    @Test
    @Conformance({"NAT-ICMP-011", "NAT-UDP-004"})
    void errorOfTheHostDoesNotKeepItsMapping() {
        Translated received = received(Protocol.UDP);
        story.pass(299);
        assertEquals(PacketPort.OUTSIDE, forwarded(about(received)).side());
        story.pass(2);
        assertEquals(Optional.empty(), story.delivered(received.before()));
    }

    @Test
    @Conformance({"NAT-HAIR-001", "NAT-HAIR-002", "NAT-HAIR-005", "SEED-B-105"})
    void errorAboutAHairpinnedPacketReachesItsSenderWithWhatThatSent() {
        for (TestPacket opening :
                List.of(
                        TestPacket.udp(OTHER_HOST, INET_X),
                        TestPacket.tcp(OTHER_HOST, INET_X, TcpHeader.SYN))) {
            Endpoint server = story.mapped(opening);
            for (Endpoint client : hostsOfEveryShard()) {
                TestPacket packet =
                        opening.protocol() == Protocol.UDP
                                ? TestPacket.udp(client, server)
                                : TestPacket.tcp(client, server, TcpHeader.SYN);
                assertHairpinned(packet, opening);
            }
        }
    }

    private void assertHairpinned(TestPacket packet, TestPacket opening) {
        Endpoint external = story.mapped(opening.from(packet.source()));
        TestPacket arrived = story.translated(packet).after();
        assertEquals(external, arrived.source());
        assertEquals(OTHER_HOST, arrived.destination());

        TestError error = TestError.about(3, 3, arrived.bytes()).from(OTHER_HOST.ip());
        MemoryPacket left = forwarded(error);
        assertEquals(PacketPort.INSIDE, left.side());
        TestError expected =
                error.from(packet.destination().ip())
                        .to(packet.source().ip())
                        .quoting(packet.bytes());
        assertArrayEquals(expected.bytes(), left.bytes());
    }

    /** A host, other than those of the stories, paired with an address of each shard. */
    private Collection<Endpoint> hostsOfEveryShard() {
        Map<Integer, Endpoint> hosts = new TreeMap<>();
        for (int i = 0; hosts.size() < shards && i < 24; i += 2) {
            var host = new Endpoint(Ipv4.of("100.64.2.0") + i, 30_000);
            story.mapped(TestPacket.udp(host, INET_Y));
            hosts.put(story.node.config.shardOf(story.pairing(host).addressIndex()), host);
        }
        assertEquals(shards, hosts.size(), "shards of the hosts");
        return hosts.values();
    }

    @Test
    @Conformance("SEED-A-084")
    void tooBigOfASubscriberIsBoundedInSizeAndRate() {
        Translated received = received(Protocol.UDP);
        TestError tooBig = TestError.about(3, 4, received.after().bytes()).from(HOST.ip());
        for (int mtu : new int[] {0, 68, 575}) {
            assertDropped(tooBig.rest(mtu), NatCounter.DROP_ICMP_TOO_BIG);
        }
        for (int i = 0; i < 10; i++) {
            assertArrayEquals(
                    tooBig.from(received.before().destination().ip())
                            .quoting(received.before().bytes())
                            .rest(576 + i)
                            .bytes(),
                    forwarded(tooBig.rest(576 + i)).bytes());
        }
        assertDropped(tooBig.rest(1_400), NatCounter.DROP_ICMP_TOO_BIG);
        story.pass(1);
        assertEquals(PacketPort.OUTSIDE, forwarded(tooBig.rest(1_400)).side());
    }

    @Test
    void hairpinnedFlowCountsForBoth() {
        Endpoint server = story.mapped(TestPacket.udp(OTHER_HOST, INET_X));
        story.mapped(TestPacket.udp(HOST, INET_X));
        story.translated(TestPacket.udp(HOST, server));

        assertEquals(2, story.control.use(story.pairing(HOST)).orElseThrow().sessions());
        assertEquals(2, story.control.use(story.pairing(OTHER_HOST)).orElseThrow().sessions());
    }
}
