package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.portreeve.nat.model.Story.HOST;
import static org.portreeve.nat.model.Story.INET_X;
import static org.portreeve.nat.model.Story.INET_Y;
import static org.portreeve.nat.model.Story.OTHER_HOST;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.io.memory.MemoryPacket;
import org.portreeve.nat.model.TestPacket.Checksum;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.TcpHeader;
import org.portreeve.testkit.Conformance;

/** What the translator carries, what it leaves as it is, and what it does not carry. */
@ParameterizedClass(name = "shards={0}")
@ValueSource(ints = {1, 3})
class CarriageTest {
    private static final int DONT_FRAGMENT = 0x40;
    private static final int IP_BYTES = 20;

    @Parameter int shards;
    private Story story;

    @BeforeEach
    void open() {
        story = new Story(shards);
    }

    @Test
    @Conformance("NAT-CSUM-001")
    void headerChecksumFollowsTheAddressesBothWays() {
        for (int optionBytes : new int[] {0, 4, 40}) {
            for (TestPacket plain :
                    List.of(
                            TestPacket.udp(HOST, INET_X),
                            TestPacket.tcp(HOST, INET_X, TcpHeader.SYN),
                            TestPacket.echo(HOST, INET_X.ip(), IcmpHeader.ECHO))) {
                TestPacket packet = plain.shaped(13, optionBytes, Checksum.RIGHT);
                byte[] left = story.translated(packet).after().bytes();
                assertEquals(0xffff, TestPacket.sum(left, 0, IP_BYTES + optionBytes));
                Endpoint external = story.mapped(packet);
                assertEquals(Optional.of(HOST), story.delivered(answer(packet, external)));
            }
        }
    }

    private static TestPacket answer(TestPacket packet, Endpoint external) {
        TestPacket answer =
                switch (packet.protocol()) {
                    case Protocol.UDP -> TestPacket.udp(INET_X, external);
                    case Protocol.TCP -> TestPacket.tcp(INET_X, external, Story.SYN_ACK);
                    default ->
                            TestPacket.echo(
                                    new Endpoint(INET_X.ip(), external.port()),
                                    external.ip(),
                                    IcmpHeader.ECHO_REPLY);
                };
        return answer.shaped(13, packet.shape().ipOptionBytes(), Checksum.RIGHT);
    }

    @Test
    @Conformance({"NAT-IPID-001", "NAT-IPID-004"})
    void identificationAndTheWishNotToBeFragmentedAreLeftAlone() {
        Endpoint external = story.mapped(TestPacket.udp(HOST, INET_X));
        for (int flags : new int[] {DONT_FRAGMENT, 0}) {
            for (int payload : new int[] {0, 1_400, 8_000}) {
                byte[] own =
                        TestPacket.udp(HOST, INET_X).shaped(payload, 0, Checksum.RIGHT).bytes();
                byte[] theirs =
                        TestPacket.udp(INET_X, external).shaped(payload, 0, Checksum.RIGHT).bytes();
                for (int times = 0; times < 3; times++) {
                    assertSameIdentification(PacketPort.INSIDE, withFlags(own, flags));
                    assertSameIdentification(PacketPort.OUTSIDE, withFlags(theirs, flags));
                }
            }
        }
    }

    private void assertSameIdentification(int side, byte[] packet) {
        List<MemoryPacket> left = story.node.raw(0, side, packet, NatCounter.FORWARDED);
        assertEquals(1, left.size());
        byte[] bytes = left.getFirst().bytes();
        assertEquals(packet.length, bytes.length);
        assertEquals(TestPacket.u32(packet, 4), TestPacket.u32(bytes, 4));
    }

    private static byte[] withFlags(byte[] packet, int flags) {
        packet[6] = (byte) flags;
        TestPacket.u16(packet, 10, 0);
        TestPacket.u16(packet, 10, ~TestPacket.sum(packet, 0, IP_BYTES));
        return packet;
    }

    @Test
    @Conformance("SEED-A-131")
    void tcpOptionsAreLeftAlone() {
        // MSS 1460, SACK permitted, timestamps, a window scale of 7 and what nobody knows.
        byte[] options = {
            2,
            4,
            5,
            (byte) 0xb4,
            4,
            2,
            8,
            10,
            1,
            2,
            3,
            4,
            0,
            0,
            0,
            0,
            1,
            3,
            3,
            7,
            (byte) 253,
            4,
            (byte) 0xf9,
            (byte) 0x89
        };
        TestPacket syn = TestPacket.tcp(HOST, INET_X, TcpHeader.SYN);
        Endpoint external = story.mapped(syn);
        assertOptionsPass(PacketPort.INSIDE, syn, options);
        TestPacket synAck = TestPacket.tcp(INET_X, external, Story.SYN_ACK);
        assertOptionsPass(PacketPort.OUTSIDE, synAck, options);
        assertOptionsPass(PacketPort.INSIDE, TestPacket.tcp(HOST, INET_X, Story.DATA), options);
        assertOptionsPass(PacketPort.OUTSIDE, synAck, new byte[40]);
    }

    private void assertOptionsPass(int side, TestPacket segment, byte[] options) {
        byte[] bytes = segment.shaped(options.length, 0, Checksum.PARTIAL).bytes();
        int tcp = IP_BYTES;
        bytes[tcp + 12] = (byte) (((20 + options.length) / 4) << 4);
        System.arraycopy(options, 0, bytes, tcp + 20, options.length);
        int sum = TestPacket.sum(bytes, tcp, bytes.length - tcp);
        TestPacket.u16(bytes, tcp + 16, ~sum);
        List<MemoryPacket> left = story.node.raw(0, side, bytes, NatCounter.FORWARDED);
        byte[] after = left.getFirst().bytes();
        assertArrayEquals(from(bytes, tcp + 4, tcp + 16), from(after, tcp + 4, tcp + 16));
        assertArrayEquals(from(bytes, tcp + 18, bytes.length), from(after, tcp + 18, after.length));
    }

    private static byte[] from(byte[] bytes, int from, int to) {
        return Arrays.copyOfRange(bytes, from, to);
    }

    @Test
    @Conformance({"NAT-CGN-010", "NAT-DCCP-001", "SEED-A-141"})
    void noProtocolButTcpUdpAndIcmpCrosses() {
        Endpoint external = story.mapped(TestPacket.udp(HOST, INET_X));
        byte[] outbound = TestPacket.udp(HOST, INET_X).bytes();
        byte[] inbound = TestPacket.udp(INET_X, external).bytes();
        int dropped = 0;
        for (int protocol = 0; protocol < 256; protocol++) {
            if (protocol == Protocol.TCP || protocol == Protocol.UDP || protocol == Protocol.ICMP) {
                continue;
            }
            outbound[9] = (byte) protocol;
            inbound[9] = (byte) protocol;
            for (int flags : new int[] {0, DONT_FRAGMENT}) {
                assertDropped(PacketPort.INSIDE, withFlags(outbound, flags));
                assertDropped(PacketPort.OUTSIDE, withFlags(inbound, flags));
                dropped += 2;
            }
        }
        assertEquals(4, story.node.count(NatCounter.DROP_ESP));
        assertEquals(dropped - 12, story.node.count(NatCounter.DROP_PROTOCOL));
        // Teredo is UDP like any other: a relay that was never contacted gets through.
        var teredo = new Endpoint(Ipv4.of("203.0.113.77"), 3_544);
        Endpoint qualified = story.mapped(TestPacket.udp(HOST, teredo));
        assertEquals(external, qualified);
        var relay = new Endpoint(teredo.ip() + 1, 3_544);
        assertEquals(Optional.of(HOST), story.delivered(TestPacket.udp(relay, qualified)));
    }

    private static NatCounter reason(int protocol) {
        return switch (protocol) {
            case Protocol.GRE -> NatCounter.DROP_GRE;
            case Protocol.ESP -> NatCounter.DROP_ESP;
            case Protocol.SCTP -> NatCounter.DROP_SCTP;
            default -> NatCounter.DROP_PROTOCOL;
        };
    }

    private void assertDropped(int side, byte[] packet) {
        assertEquals(List.of(), story.node.raw(0, side, packet, reason(packet[9] & 0xff)));
    }

    @Test
    @Conformance({"SEED-A-061", "NAT-ALG-002"})
    void addressesInPayloadsAreNobodysBusiness() {
        String sip =
                """
                REGISTER sip:example.net SIP/2.0
                Via: SIP/2.0/UDP 100.64.1.2:40000
                Contact: <sip:a@100.64.1.2>
                """;
        for (int port : new int[] {69, 554, 5_060}) {
            assertCarried(TestPacket.udp(HOST, new Endpoint(INET_X.ip(), port)), sip);
        }
        String ftp = "PORT 100,64,1,2,156,64";
        for (int port : new int[] {21, 554, 1_720, 1_723}) {
            var server = new Endpoint(INET_X.ip(), port);
            story.mapped(TestPacket.tcp(HOST, server, TcpHeader.SYN));
            assertCarried(TestPacket.tcp(HOST, server, Story.DATA), ftp);
        }
    }

    private void assertCarried(TestPacket packet, String payload) {
        byte[] text = payload.getBytes(StandardCharsets.US_ASCII);
        story.mapped(packet);
        boolean isUdp = packet.protocol() == Protocol.UDP;
        Checksum checksum = isUdp ? Checksum.NONE : Checksum.WRONG;
        byte[] bytes = packet.shaped(text.length, 0, checksum).bytes();
        int at = bytes.length - text.length;
        System.arraycopy(text, 0, bytes, at, text.length);
        List<MemoryPacket> left = story.node.raw(0, PacketPort.INSIDE, bytes, NatCounter.FORWARDED);
        byte[] after = left.getFirst().bytes();
        assertEquals(bytes.length, after.length);
        assertEquals(payload, new String(after, at, text.length, StandardCharsets.US_ASCII));
    }

    @Test
    @Conformance({"SEED-A-063", "SEED-A-080"})
    void hostsThatAskWithOneIdentifierGetTheirOwnAnswers() {
        var other = new Endpoint(OTHER_HOST.ip(), HOST.port());
        Endpoint ofHost = story.mapped(TestPacket.echo(HOST, INET_X.ip(), IcmpHeader.ECHO));
        Endpoint ofOther = story.mapped(TestPacket.echo(other, INET_X.ip(), IcmpHeader.ECHO));
        assertNotEquals(ofHost, ofOther);
        assertEquals(Optional.of(HOST), story.delivered(reply(ofHost)));
        assertEquals(Optional.of(other), story.delivered(reply(ofOther)));
        // What a router says about a query is for who asked.
        TestPacket asked = TestPacket.echo(other, INET_X.ip(), IcmpHeader.ECHO);
        byte[] error =
                TestError.about(11, 0, asked.from(ofOther).bytes())
                        .from(Ipv4.of("192.0.2.77"))
                        .bytes();
        byte[] told =
                story.node
                        .raw(0, PacketPort.OUTSIDE, error, NatCounter.FORWARDED)
                        .getFirst()
                        .bytes();
        assertEquals(other.ip(), TestPacket.u32(told, 16));
        assertArrayEquals(asked.bytes(), Arrays.copyOfRange(told, 28, told.length));
    }

    private static TestPacket reply(Endpoint external) {
        var from = new Endpoint(INET_X.ip(), external.port());
        return TestPacket.echo(from, external.ip(), IcmpHeader.ECHO_REPLY);
    }

    @Test
    @Conformance("SEED-A-081")
    void pingOfASharedAddressFromOutsideReachesNobody() {
        Endpoint external = story.mapped(TestPacket.echo(HOST, INET_X.ip(), IcmpHeader.ECHO));
        for (Endpoint peer : List.of(INET_X, INET_Y)) {
            var from = new Endpoint(peer.ip(), external.port());
            byte[] ping = TestPacket.echo(from, external.ip(), IcmpHeader.ECHO).bytes();
            assertEquals(
                    List.of(), story.node.raw(0, PacketPort.OUTSIDE, ping, NatCounter.DROP_ICMP));
        }
    }

    @Test
    @Conformance("SEED-A-060")
    void strangersReachAPortThatWasAskedFor() {
        for (int protocol : new int[] {Protocol.UDP, Protocol.TCP}) {
            Endpoint external = story.explicit(protocol);
            for (Endpoint peer : List.of(INET_X, INET_Y)) {
                TestPacket packet =
                        protocol == Protocol.UDP
                                ? TestPacket.udp(peer, external)
                                : TestPacket.tcp(peer, external, TcpHeader.SYN);
                assertEquals(Optional.of(HOST), story.delivered(packet));
            }
        }
    }

    @Test
    @Conformance("SEED-A-116")
    void tunnelsOfTwoSubscribersToOneGatewayStayUp() {
        var ike = new Endpoint(INET_X.ip(), 500);
        var natTraversal = new Endpoint(INET_X.ip(), 4_500);
        for (Endpoint peer : List.of(ike, natTraversal)) {
            var host = new Endpoint(HOST.ip(), peer.port());
            var other = new Endpoint(OTHER_HOST.ip(), peer.port());
            Endpoint ofHost = story.mapped(TestPacket.udp(host, peer));
            Endpoint ofOther = story.mapped(TestPacket.udp(other, peer));
            assertNotEquals(ofHost, ofOther);
            for (int keepalive = 0; keepalive < 10; keepalive++) {
                story.pass(20);
                assertEquals(ofHost, story.mapped(TestPacket.udp(host, peer)));
                assertEquals(ofOther, story.mapped(TestPacket.udp(other, peer)));
            }
            assertEquals(Optional.of(host), story.delivered(TestPacket.udp(peer, ofHost)));
            assertEquals(Optional.of(other), story.delivered(TestPacket.udp(peer, ofOther)));
            assertEquals(ofHost, story.mapped(TestPacket.udp(host, INET_Y)));
            var third = new Endpoint(HOST.ip() + 40, peer.port());
            Endpoint asked = story.control.reserve(third, Protocol.UDP, 0).orElseThrow();
            assertEquals(Optional.of(third), story.delivered(TestPacket.udp(INET_Y, asked)));
        }
    }

    @Test
    @Conformance("NAT-HAIR-007")
    void hairpinnedFlowCountsForBothAndIsRecordedFirst() {
        Endpoint server = story.mapped(TestPacket.udp(OTHER_HOST, INET_X));
        long leased = story.node.count(NatCounter.BLOCKS_LEASED);
        story.node.takeSent();
        story.node.fromInside(0, List.of(TestPacket.udp(HOST, server)));
        assertEquals(List.of(), story.node.takeSent());
        story.control.answerAll();
        List<TestPacket> left = story.node.takeSent();
        assertEquals(OTHER_HOST, left.getFirst().destination());
        assertEquals(leased + 1, story.node.count(NatCounter.BLOCKS_LEASED));
        assertEquals(1, story.control.use(story.pairing(HOST)).orElseThrow().sessions());
        assertEquals(1, story.control.use(story.pairing(HOST)).orElseThrow().ports());
        assertEquals(2, story.control.use(story.pairing(OTHER_HOST)).orElseThrow().sessions());
    }
}
