package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.portreeve.nat.model.Story.DATA;
import static org.portreeve.nat.model.Story.HOST;
import static org.portreeve.nat.model.Story.INET_X;
import static org.portreeve.nat.model.Story.INET_Y;
import static org.portreeve.nat.model.Story.SYN_ACK;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.wire.TcpHeader;
import org.portreeve.testkit.Conformance;

/** What TCP connections of every kind find in the middle (RFC 5382). */
@ParameterizedClass(name = "shards={0}")
@ValueSource(ints = {1, 3})
class TcpBehaviourTest {
    private static final int ACK = TcpHeader.ACK;
    private static final int FIN = TcpHeader.FIN | TcpHeader.ACK;
    private static final long SECOND_NS = 1_000_000_000L;

    @Parameter int shards;
    private Story story;
    private Endpoint external;

    @BeforeEach
    void open() {
        story = new Story(shards);
    }

    @Test
    @Conformance({"NAT-TCP-001", "NAT-TCP-015"})
    void everySegmentOfAConnectionOfTheHostPassesWithItsNumbers() {
        external = story.mapped(TestPacket.tcp(HOST, INET_X, TcpHeader.SYN));
        inbound(SYN_ACK, 0xdead_beef, 2, 0xffff);
        outbound(ACK, 2, 0xdead_bef0, 0xffff);
        outbound(DATA | TcpHeader.URG, 2, 0xdead_bef0, 0xffff);
        // The window closes, a probe asks, it opens again.
        inbound(ACK, 0xdead_bef0, 15, 0);
        outbound(DATA, 15, 0xdead_bef0, 0xffff);
        inbound(ACK, 0xdead_bef0, 15, 0x8000);
        // A keepalive is one octet behind.
        story.pass(7_200);
        outbound(ACK, 14, 0xdead_bef0, 0xffff);
        inbound(ACK, 0xdead_bef0, 15, 0x8000);
        // The host ends its half, the other goes on for long.
        outbound(FIN, 15, 0xdead_bef0, 0xffff);
        for (int times = 0; times < 3; times++) {
            story.pass(2_000);
            inbound(DATA, 0xdead_bef0 + 13 * times, 16, 0x8000);
            outbound(ACK, 16, 0xdead_befd + 13 * times, 0xffff);
        }
        inbound(FIN, 0xdead_bf17, 16, 0x8000);
        outbound(ACK, 16, 0xdead_bf18, 0xffff);
    }

    @Test
    @Conformance("NAT-TCP-001")
    void connectionThatAnOutsideHostOpensPassesWholly() {
        external = story.explicit(Protocol.TCP);
        inbound(TcpHeader.SYN, 7, 0, 0xffff);
        outbound(SYN_ACK, 70, 8, 0xffff);
        inbound(ACK, 8, 71, 0xffff);
        inbound(DATA, 8, 71, 0xffff);
        outbound(DATA, 71, 21, 0xffff);
        // Both end at once, and acknowledge that.
        outbound(FIN, 84, 21, 0xffff);
        inbound(FIN, 21, 84, 0xffff);
        outbound(ACK, 85, 22, 0xffff);
        inbound(ACK, 22, 85, 0xffff);
    }

    @Test
    @Conformance("NAT-TCP-002")
    void synsThatCrossOpenOneConnection() {
        external = story.mapped(TestPacket.tcp(HOST, INET_X, TcpHeader.SYN));
        inbound(TcpHeader.SYN, 70, 0, 0xffff);
        outbound(SYN_ACK, 1, 71, 0xffff);
        inbound(SYN_ACK, 70, 2, 0xffff);
        outbound(DATA, 2, 71, 0xffff);
        story.pass(7_400);
        inbound(DATA, 71, 15, 0xffff);
        assertEquals(1, story.node.reference.sessionsOf(story.pairing(HOST).subscriber()));
    }

    @Test
    @Conformance({"NAT-TCP-005", "NAT-API-005", "SEED-A-146"})
    void establishedConnectionLivesTwoHoursAndFourMinutesIdleAndNoTickLess() {
        external = story.established();
        story.node.advanceTo(story.node.nowNs() + 7_440 * SECOND_NS - 1);
        inbound(DATA, 1, 1, 0xffff);
        story.node.advanceTo(story.node.nowNs() + SECOND_NS);
        TestPacket late = TestPacket.tcp(INET_X, external, DATA);
        assertEquals(Optional.empty(), story.delivered(late));
    }

    @Test
    @Conformance({"NAT-API-005", "SEED-A-146"})
    void udpMappingLivesThreeHundredSecondsIdleAndNoTickLess() {
        external = story.mapped(TestPacket.udp(HOST, INET_X));
        TestPacket answer = TestPacket.udp(INET_X, external);
        story.node.advanceTo(story.node.nowNs() + 300 * SECOND_NS - 1);
        assertEquals(Optional.of(HOST), story.delivered(answer));
        story.node.advanceTo(story.node.nowNs() + SECOND_NS);
        assertEquals(Optional.empty(), story.delivered(answer));
    }

    @Test
    @Conformance("NAT-TCP-013")
    void connectionsThroughAnExplicitMappingHaveTheirOwnTimes() {
        external = story.explicit(Protocol.TCP);
        inbound(TcpHeader.SYN, 7, 0, 0xffff);
        outbound(SYN_ACK, 70, 8, 0xffff);
        inbound(ACK, 8, 71, 0xffff);
        assertEquals(
                Optional.of(HOST),
                story.delivered(TestPacket.tcp(INET_Y, external, TcpHeader.SYN)));
        assertEquals(2, sessions());
        story.pass(240);
        assertEquals(1, sessions());
        story.pass(7_160);
        inbound(DATA, 8, 71, 0xffff);
        story.pass(41);
        assertEquals(0, sessions());
        assertEquals(true, story.node.reference.isExplicit(HOST.tuple(Protocol.TCP)));
    }

    @Test
    @Conformance("SEED-B-006")
    void openingAndClosingHaveTimesOfTheirOwn() {
        NatConfig.Timers usual = TranslatorModelTest.roomy(shards).timers();
        var timers =
                new NatConfig.Timers(
                        usual.udpIdleNs(),
                        usual.icmpIdleNs(),
                        usual.tcpEstablishedIdleNs(),
                        30 * SECOND_NS,
                        300 * SECOND_NS,
                        usual.holdDownNs());
        story = new Story(TranslatorModelTest.roomy(shards, timers));
        story.mapped(TestPacket.tcp(HOST, INET_Y, TcpHeader.SYN));
        story.pass(29);
        assertEquals(1, sessions());
        story.pass(2);
        assertEquals(0, sessions());

        external = story.established();
        outbound(FIN, 1, 1, 0xffff);
        story.pass(350);
        assertEquals(1, sessions());
        inbound(FIN, 1, 2, 0xffff);
        story.pass(299);
        assertEquals(1, sessions());
        story.pass(2);
        assertEquals(0, sessions());
    }

    @Test
    @Conformance("SEED-B-021")
    void closedConnectionKeepsItsTupleByDefault() {
        external = story.established();
        outbound(FIN, 1, 1, 0xffff);
        inbound(FIN, 1, 2, 0xffff);
        story.pass(239);
        // Not even a SYN with a higher number and all of RFC 6191's blessings.
        TestPacket again = TestPacket.tcp(HOST, INET_X, TcpHeader.SYN);
        assertEquals(List.of(), story.out(again.numbered(0x1000_0000, 0, 0xffff)));
        TestPacket theirs = TestPacket.tcp(INET_X, external, TcpHeader.SYN);
        assertEquals(Optional.empty(), story.delivered(theirs.numbered(0x1000_0000, 0, 9)));
        story.pass(2);
        assertEquals(external, story.mapped(again));
    }

    @Test
    @Conformance("NAT-API-003")
    void endOfAMappingStopsNewPeersAtOnceAndACutTheSessionsToo() {
        external = story.explicit(Protocol.TCP);
        inbound(TcpHeader.SYN, 7, 0, 0xffff);
        outbound(SYN_ACK, 70, 8, 0xffff);
        story.control.endExplicit();
        TestPacket stranger = TestPacket.tcp(INET_Y, external, TcpHeader.SYN);
        assertEquals(Optional.empty(), story.delivered(stranger));
        inbound(DATA, 8, 71, 0xffff);
        outbound(DATA, 71, 21, 0xffff);

        open();
        external = story.explicit(Protocol.TCP);
        inbound(TcpHeader.SYN, 7, 0, 0xffff);
        outbound(SYN_ACK, 70, 8, 0xffff);
        story.control.cut(HOST.tuple(Protocol.TCP));
        TestPacket known = TestPacket.tcp(INET_X, external, DATA);
        assertEquals(Optional.empty(), story.delivered(known));
        assertEquals(0, sessions());
    }

    private int sessions() {
        return (int) story.node.reference.sessionsOf(story.pairing(HOST).subscriber());
    }

    private void outbound(int flags, int sequence, int acknowledgment, int window) {
        TestPacket segment =
                TestPacket.tcp(HOST, INET_X, flags).numbered(sequence, acknowledgment, window);
        assertEquals(List.of(segment.from(external)), story.out(segment));
    }

    private void inbound(int flags, int sequence, int acknowledgment, int window) {
        TestPacket segment =
                TestPacket.tcp(INET_X, external, flags).numbered(sequence, acknowledgment, window);
        story.node.takeSent();
        story.node.fromOutside(0, segment);
        assertEquals(List.of(segment.to(HOST)), story.node.takeSent());
    }
}
