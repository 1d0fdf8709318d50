package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.portreeve.nat.model.Story.DATA;
import static org.portreeve.nat.model.Story.HOST;
import static org.portreeve.nat.model.Story.INET_X;
import static org.portreeve.nat.model.Story.OTHER_HOST;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.io.memory.MemoryPacket;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.wire.TcpHeader;
import org.portreeve.testkit.Conformance;

/** Packet-too-big messages about segments of a tracked connection, and about others. */
@ParameterizedClass(name = "shards={0}")
@ValueSource(ints = {1, 3})
class TooBigTest {
    private static final int ROUTER = Ipv4.of("192.0.2.77");
    private static final int MTU = 1_400;

    /** What each side has acknowledged and the window it opened with that. */
    private static final int HOST_TOOK = -500;

    private static final int HOST_WINDOW = 2_000;
    private static final int PEER_TOOK = 70_000;
    private static final int PEER_WINDOW = 5_000;

    @Parameter int shards;
    private Story story;
    private Endpoint external;

    @BeforeEach
    void open() {
        story = new Story(shards);
        external = story.mapped(TestPacket.tcp(HOST, INET_X, TcpHeader.SYN));
        TestPacket accepted = TestPacket.tcp(INET_X, external, Story.SYN_ACK);
        assertEquals(
                Optional.of(HOST),
                story.delivered(accepted.numbered(HOST_TOOK - 1, PEER_TOOK, PEER_WINDOW)));
        TestPacket own = TestPacket.tcp(HOST, INET_X, DATA);
        assertEquals(external, story.mapped(own.numbered(PEER_TOOK, HOST_TOOK, HOST_WINDOW)));
        TestPacket theirs = TestPacket.tcp(INET_X, external, DATA);
        assertEquals(
                Optional.of(HOST),
                story.delivered(theirs.numbered(HOST_TOOK, PEER_TOOK, PEER_WINDOW)));
    }

    @Test
    @Conformance({"SEED-A-085", "SEED-A-083", "NAT-ICMP-026"})
    void hostIsToldOfASegmentInTheWindowOnly() {
        for (int sequence : new int[] {PEER_TOOK, PEER_TOOK + 1, PEER_TOOK + PEER_WINDOW}) {
            TestPacket before = TestPacket.tcp(HOST, INET_X, DATA).numbered(sequence, 1, 9);
            List<MemoryPacket> left =
                    inbound(about(before.from(external), 4), NatCounter.FORWARDED);
            TestError expected = about(before, 4).to(HOST.ip());
            assertArrayEquals(expected.bytes(), left.getFirst().bytes());
        }
        for (int sequence : new int[] {PEER_TOOK - 1, PEER_TOOK + PEER_WINDOW + 1, 0}) {
            TestPacket sent = TestPacket.tcp(external, INET_X, DATA).numbered(sequence, 1, 9);
            assertEquals(List.of(), inbound(about(sent, 4), NatCounter.DROP_ICMP_SEQUENCE));
            assertEquals(1, inbound(about(sent, 1), NatCounter.FORWARDED).size());
        }
    }

    @Test
    @Conformance({"SEED-A-085", "SEED-A-083", "NAT-ICMP-026"})
    void peerIsToldOfASegmentInTheWindowOnly() {
        for (int sequence : new int[] {HOST_TOOK, HOST_TOOK + 1, HOST_TOOK + HOST_WINDOW}) {
            TestPacket before = TestPacket.tcp(INET_X, external, DATA).numbered(sequence, 1, 9);
            TestError error = about(before.to(HOST), 4).from(HOST.ip());
            List<MemoryPacket> left = outbound(error, NatCounter.FORWARDED);
            TestError expected = about(before, 4).from(external.ip());
            assertArrayEquals(expected.bytes(), left.getFirst().bytes());
        }
        for (int sequence : new int[] {HOST_TOOK - 1, HOST_TOOK + HOST_WINDOW + 1, 1 << 30}) {
            TestPacket got = TestPacket.tcp(INET_X, HOST, DATA).numbered(sequence, 1, 9);
            TestError error = about(got, 4).from(HOST.ip());
            assertEquals(List.of(), outbound(error, NatCounter.DROP_ICMP_SEQUENCE));
        }
    }

    @Test
    @Conformance("SEED-A-085")
    void acknowledgementOfWhatCannotHaveBeenSentVouchesForNoError() {
        TestPacket theirs = TestPacket.tcp(INET_X, external, DATA);
        for (int number : new int[] {PEER_TOOK - 1, PEER_TOOK + 0x1_0000, 1 << 30, 1 << 31}) {
            TestPacket forged = theirs.numbered(HOST_TOOK, number, PEER_WINDOW);
            assertEquals(Optional.of(HOST), story.delivered(forged));
            TestPacket sent = TestPacket.tcp(external, INET_X, DATA);
            TestError about = about(sent.numbered(number, 1, 9), 4);
            assertEquals(List.of(), inbound(about, NatCounter.DROP_ICMP_SEQUENCE));
            TestError genuine = about(sent.numbered(PEER_TOOK + PEER_WINDOW, 1, 9), 4);
            assertEquals(1, inbound(genuine, NatCounter.FORWARDED).size());
        }
    }

    @Test
    @Conformance("SEED-A-085")
    void connectionIsFollowedThroughAClosedWindow() {
        int took = PEER_TOOK;
        for (int step = 0; step < 1_000; step++) {
            took += step % 2 == 0 ? 1 : 0xffff;
            TestPacket theirs = TestPacket.tcp(INET_X, external, DATA);
            byte[] bytes = theirs.numbered(HOST_TOOK, took, step % 2 == 0 ? 0 : 9).bytes();
            story.node.raw(0, PacketPort.OUTSIDE, bytes, NatCounter.FORWARDED);
        }
        TestPacket sent = TestPacket.tcp(external, INET_X, DATA);
        assertEquals(1, inbound(about(sent.numbered(took, 1, 9), 4), NatCounter.FORWARDED).size());
        TestError behind = about(sent.numbered(took - 1, 1, 9), 4);
        assertEquals(List.of(), inbound(behind, NatCounter.DROP_ICMP_SEQUENCE));
    }

    @Test
    @Conformance("SEED-A-085")
    void subscriberSpeaksForNoFlowOfAnother() {
        story.mapped(TestPacket.udp(OTHER_HOST, INET_X));
        TestPacket got = TestPacket.tcp(INET_X, HOST, DATA).numbered(HOST_TOOK, 1, 9);
        TestError forged = about(got, 4).from(OTHER_HOST.ip());
        assertEquals(List.of(), outbound(forged, NatCounter.DROP_SPOOFED));
    }

    @Test
    @Conformance("NAT-TCP-014")
    void noErrorEndsAConnection() {
        TestPacket sent = TestPacket.tcp(external, INET_X, DATA).numbered(PEER_TOOK, 1, 9);
        for (int code = 0; code <= 15; code++) {
            assertEquals(1, inbound(about(sent, code), NatCounter.FORWARDED).size());
        }
        for (int type : new int[] {11, 12}) {
            TestError error = TestError.about(type, 0, sent.bytes()).from(ROUTER);
            assertEquals(1, inbound(error, NatCounter.FORWARDED).size());
        }
        story.pass(7_400);
        TestPacket answer = TestPacket.tcp(INET_X, external, DATA);
        assertEquals(Optional.of(HOST), story.delivered(answer));
        assertEquals(external, story.mapped(TestPacket.tcp(HOST, INET_X, DATA)));
    }

    private static TestError about(TestPacket packet, int code) {
        return TestError.about(3, code, packet.bytes()).from(ROUTER).rest(MTU);
    }

    private List<MemoryPacket> inbound(TestError error, NatCounter fate) {
        return story.node.raw(0, PacketPort.OUTSIDE, error.bytes(), fate);
    }

    private List<MemoryPacket> outbound(TestError error, NatCounter fate) {
        return story.node.raw(0, PacketPort.INSIDE, error.bytes(), fate);
    }
}
