package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.portreeve.nat.model.Story.DATA;
import static org.portreeve.nat.model.Story.HOST;
import static org.portreeve.nat.model.Story.INET_X;
import static org.portreeve.nat.model.Story.INET_Y;
import static org.portreeve.nat.model.Story.OTHER_HOST;
import static org.portreeve.nat.model.Story.SYN_ACK;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.model.TestPacket.Checksum;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.TcpHeader;
import org.portreeve.nat.wire.UdpHeader;
import org.portreeve.testkit.Conformance;

/** Conformance rows of the translator, each as a short story at the packet interface. */
class TranslatorRulesTest {
    private static final int FIN = TcpHeader.FIN | TcpHeader.ACK;

    private Story story;

    private void start(int shards) {
        story = new Story(shards);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"NAT-EIM-001", "NAT-EIM-002", "NAT-EIM-003", "NAT-APP-001"})
    void oneInternalTupleHasOneExternalTupleTowardsEveryPeer(int shards) {
        start(shards);
        Endpoint udp = story.mapped(TestPacket.udp(HOST, INET_X));
        Endpoint tcp = story.mapped(TestPacket.tcp(HOST, INET_X, TcpHeader.SYN));
        Endpoint echo = story.mapped(TestPacket.echo(HOST, INET_X.ip(), IcmpHeader.ECHO));

        assertEquals(udp, story.mapped(TestPacket.udp(HOST, INET_Y)));
        assertEquals(tcp, story.mapped(TestPacket.tcp(HOST, INET_Y, TcpHeader.SYN)));
        assertEquals(echo, story.mapped(TestPacket.echo(HOST, INET_Y.ip(), IcmpHeader.ECHO)));
        assertEquals(udp.ip(), tcp.ip());
        assertEquals(udp.ip(), echo.ip());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"NAT-FLT-001", "NAT-CGN-070", "SEED-B-080"})
    void unknownPeerReachesMappedPortOfTheSameProtocolOnly(int shards) {
        start(shards);
        Endpoint udp = story.mapped(TestPacket.udp(HOST, INET_X));
        assertEquals(Optional.of(HOST), story.delivered(TestPacket.udp(INET_Y, udp)));
        assertEquals(Optional.empty(), story.delivered(TestPacket.tcp(INET_Y, udp, TcpHeader.SYN)));

        Endpoint tcp = story.mapped(TestPacket.tcp(OTHER_HOST, INET_X, TcpHeader.SYN));
        assertEquals(
                Optional.of(OTHER_HOST),
                story.delivered(TestPacket.tcp(INET_Y, tcp, TcpHeader.SYN)));
        assertEquals(Optional.empty(), story.delivered(TestPacket.udp(INET_Y, tcp)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-UDP-001")
    void udpMappingEndsThreeHundredSecondsAfterTheLastOutboundPacket(int shards) {
        start(shards);
        Endpoint external = story.mapped(TestPacket.udp(HOST, INET_X));
        story.pass(200);
        assertEquals(external, story.mapped(TestPacket.udp(HOST, INET_X)));
        story.pass(299);
        assertEquals(Optional.of(HOST), story.delivered(TestPacket.udp(INET_X, external)));
        story.pass(2);
        assertEquals(Optional.empty(), story.delivered(TestPacket.udp(INET_X, external)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void hostThatComesBackWhileItsPortRestsGetsItAgain(int shards) {
        start(shards);
        Endpoint external = story.mapped(TestPacket.udp(HOST, INET_X));
        story.pass(301 + 118);

        assertEquals(external, story.mapped(TestPacket.udp(HOST, INET_X)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"NAT-ICMP-001", "NAT-ICMP-002"})
    void echoReplyComesBackForSixtySeconds(int shards) {
        start(shards);
        Endpoint external = story.mapped(TestPacket.echo(HOST, INET_X.ip(), IcmpHeader.ECHO));
        var from = new Endpoint(INET_X.ip(), external.port());
        TestPacket reply = TestPacket.echo(from, external.ip(), IcmpHeader.ECHO_REPLY);
        story.pass(59);
        assertEquals(Optional.of(HOST), story.delivered(reply));
        story.pass(2);
        assertEquals(Optional.empty(), story.delivered(reply));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("SEED-B-005")
    void segmentThatIsNoSynMakesNoState(int shards) {
        start(shards);
        story.mapped(TestPacket.udp(HOST, INET_X));
        for (int flags : new int[] {TcpHeader.ACK, FIN, TcpHeader.RST, SYN_ACK}) {
            assertEquals(List.of(), story.out(TestPacket.tcp(HOST, INET_X, flags)));
        }
        assertEquals(false, story.node.reference.hasMapping(HOST.tuple(Protocol.TCP)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"SEED-B-004", "SEED-B-040", "SEED-B-041", "NAT-TCP-008"})
    void resetIsPassedOnAndTheSessionKeptForFourMinutes(int shards) {
        start(shards);
        Endpoint external = story.established();
        assertEquals(
                Optional.of(HOST),
                story.delivered(TestPacket.tcp(INET_X, external, TcpHeader.RST)));
        story.pass(200);
        assertEquals(Optional.of(HOST), story.delivered(TestPacket.tcp(INET_X, external, DATA)));
        story.pass(7_000);
        assertEquals(1, story.out(TestPacket.tcp(HOST, INET_X, TcpHeader.RST)).size());
        story.pass(239);
        assertEquals(1, story.node.reference.externals().size());
        assertEquals(true, story.node.reference.isActive(HOST.tuple(Protocol.TCP)));
        story.pass(2);
        assertEquals(Optional.empty(), story.delivered(TestPacket.tcp(INET_X, external, DATA)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("SEED-B-043")
    void resetOutsideOfTheWindowChangesNoTimer(int shards) {
        start(shards);
        Endpoint external = story.established();
        TestPacket forged = TestPacket.tcp(INET_X, external, TcpHeader.RST);
        story.delivered(forged.numbered(0x4000_0000, 1, 0));
        story.pass(7_000);

        assertEquals(Optional.of(HOST), story.delivered(TestPacket.tcp(INET_X, external, DATA)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"SEED-B-003", "NAT-TCP-006"})
    void oneFinKeepsTheEstablishedTimeAndTwoTheClosingTime(int shards) {
        start(shards);
        Endpoint external = story.established();
        assertEquals(1, story.out(TestPacket.tcp(HOST, INET_X, FIN)).size());
        story.pass(7_400);
        assertEquals(Optional.of(HOST), story.delivered(TestPacket.tcp(INET_X, external, DATA)));
        assertEquals(Optional.of(HOST), story.delivered(TestPacket.tcp(INET_X, external, FIN)));
        story.pass(239);
        assertEquals(
                Optional.of(HOST),
                story.delivered(TestPacket.tcp(INET_X, external, TcpHeader.ACK)));
        story.pass(2);
        assertEquals(
                Optional.empty(), story.delivered(TestPacket.tcp(INET_X, external, TcpHeader.ACK)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void closedConnectionIsHeldAgainstAnotherSyn(int shards) {
        start(shards);
        Endpoint external = story.established();
        assertEquals(1, story.out(TestPacket.tcp(HOST, INET_X, FIN)).size());
        assertEquals(Optional.of(HOST), story.delivered(TestPacket.tcp(INET_X, external, FIN)));
        story.pass(200);
        assertEquals(List.of(), story.out(TestPacket.tcp(HOST, INET_X, TcpHeader.SYN)));
        story.pass(41);
        assertEquals(external, story.mapped(TestPacket.tcp(HOST, INET_X, TcpHeader.SYN)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("SEED-B-007")
    void halfOpenSessionLastsFourMinutes(int shards) {
        start(shards);
        Endpoint external = story.mapped(TestPacket.tcp(HOST, INET_X, TcpHeader.SYN));
        story.pass(239);
        assertEquals(true, story.node.reference.isActive(HOST.tuple(Protocol.TCP)));
        story.pass(2);
        assertEquals(Optional.empty(), story.delivered(TestPacket.tcp(INET_X, external, SYN_ACK)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"NAT-HAIR-002", "NAT-HAIR-004"})
    void hairpinnedPacketCarriesTheExternalTupleOfItsSender(int shards) {
        start(shards);
        Endpoint external = story.mapped(TestPacket.udp(HOST, INET_X));
        Endpoint otherExternal = story.mapped(TestPacket.udp(OTHER_HOST, INET_X));
        List<TestPacket> hairpinned = story.out(TestPacket.udp(OTHER_HOST, external));
        assertEquals(List.of(TestPacket.udp(otherExternal, HOST)), hairpinned);

        assertEquals(
                List.of(TestPacket.udp(external, HOST)), story.out(TestPacket.udp(HOST, external)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"NAT-UDP-005", "NAT-CSUM-002"})
    void missingChecksumStaysMissingAndWrongOneWrong(int shards) {
        start(shards);
        TestPacket without = TestPacket.udp(HOST, INET_X).shaped(9, 0, Checksum.NONE);
        TestPacket wrong = TestPacket.udp(HOST, INET_X).shaped(9, 0, Checksum.WRONG);
        Endpoint external = story.mapped(without);

        assertEquals(List.of(without.from(external)), story.out(without));
        assertEquals(List.of(wrong.from(external)), story.out(wrong));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("SEED-B-074")
    void mappingTakesOnlySoManyInboundSessionsAndOnePort(int shards) {
        start(shards);
        Endpoint external = story.mapped(TestPacket.udp(HOST, INET_X));
        for (int peer = 0; peer < 5; peer++) {
            var from = new Endpoint(INET_Y.ip(), 6_000 + peer);
            assertEquals(Optional.of(HOST), story.delivered(TestPacket.udp(from, external)));
        }
        assertEquals(Optional.empty(), story.delivered(TestPacket.udp(INET_Y, external)));
        assertEquals(1, story.node.reference.externals().size());
        story.pass(31);
        assertEquals(Optional.of(HOST), story.delivered(TestPacket.udp(INET_Y, external)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-CGN-160")
    void sourceThatIsNoSubscriberDoesNotLeave(int shards) {
        start(shards);
        var spoofed = new Endpoint(Ipv4.of("192.0.2.1"), 1_234);

        assertEquals(List.of(), story.out(TestPacket.udp(spoofed, INET_X)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("PCP-MIX-010")
    void ownSessionKeepsAnEndedExplicitMappingOpenToNewPeers(int shards) {
        start(shards);
        Endpoint external = story.explicit(Protocol.UDP);
        assertEquals(external, story.mapped(TestPacket.udp(HOST, INET_X)));
        story.control.endExplicit();
        story.pass(299);
        assertEquals(Optional.of(HOST), story.delivered(TestPacket.udp(INET_Y, external)));
        story.pass(2);
        assertEquals(Optional.empty(), story.delivered(TestPacket.udp(INET_Y, external)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"PCP-MIX-010", "PCP-LIFE-005"})
    void sessionFromOutsideGoesOnAloneAfterTheExplicitMappingEnded(int shards) {
        start(shards);
        Endpoint external = story.explicit(Protocol.TCP);
        assertEquals(
                Optional.of(HOST),
                story.delivered(TestPacket.tcp(INET_X, external, TcpHeader.SYN)));
        assertEquals(1, story.out(TestPacket.tcp(HOST, INET_X, SYN_ACK)).size());
        story.control.endExplicit();

        assertEquals(
                Optional.empty(), story.delivered(TestPacket.tcp(INET_Y, external, TcpHeader.SYN)));
        story.pass(7_000);
        assertEquals(Optional.of(HOST), story.delivered(TestPacket.tcp(INET_X, external, DATA)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("PCP-MIX-010")
    void unusedExplicitMappingEndsAtOnceAndItsPortRests(int shards) {
        start(shards);
        Endpoint external = story.explicit(Protocol.UDP);
        story.control.endExplicit();
        assertEquals(Optional.empty(), story.delivered(TestPacket.udp(INET_X, external)));
        story.pass(299);
        var other = new Endpoint(HOST.ip(), HOST.port() + 1);
        assertNotEquals(
                Optional.of(external), story.control.reserve(other, Protocol.UDP, external.port()));
        story.pass(2);
        assertEquals(
                List.of(),
                story.node.reference.externals().stream()
                        .filter(port -> port.port() == external.port())
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"NAT-TCP-017", "SEED-B-044", "PCP-LIFE-006", "PCP-MIX-003"})
    void endOfItsSessionsDoesNotEndAnExplicitMapping(int shards) {
        start(shards);
        Endpoint external = story.explicit(Protocol.TCP);
        assertEquals(external, story.established());
        assertEquals(1, story.out(TestPacket.tcp(HOST, INET_X, FIN)).size());
        assertEquals(Optional.of(HOST), story.delivered(TestPacket.tcp(INET_X, external, FIN)));
        story.delivered(TestPacket.tcp(INET_Y, external, TcpHeader.SYN));
        assertEquals(1, story.out(TestPacket.tcp(HOST, INET_Y, SYN_ACK)).size());
        story.delivered(TestPacket.tcp(INET_Y, external, TcpHeader.RST));
        story.pass(20_000);

        assertEquals(
                Optional.of(HOST),
                story.delivered(TestPacket.tcp(INET_Y, external, TcpHeader.SYN)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("SEED-B-087")
    void resetThatAnswersAnUnwantedSynKeepsNothing(int shards) {
        start(shards);
        Endpoint external = story.mapped(TestPacket.tcp(HOST, INET_X, TcpHeader.SYN));
        story.pass(225);
        story.delivered(TestPacket.tcp(INET_Y, external, TcpHeader.SYN));
        assertEquals(1, story.out(TestPacket.tcp(HOST, INET_Y, TcpHeader.RST)).size());
        story.pass(16);

        assertEquals(
                Optional.empty(), story.delivered(TestPacket.tcp(INET_Y, external, TcpHeader.SYN)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-UDP-005")
    void checksumThatComesOutAsZeroIsSentAsAllOnes(int shards) {
        start(shards);
        Endpoint external = story.mapped(TestPacket.udp(HOST, INET_X));
        Endpoint remote =
                IntStream.range(0, 65_536)
                        .mapToObj(port -> new Endpoint(INET_X.ip(), port))
                        .filter(peer -> checksum(TestPacket.udp(external, peer)) == 0xffff)
                        .findFirst()
                        .orElseThrow();

        assertEquals(
                List.of(TestPacket.udp(external, remote)), story.out(TestPacket.udp(HOST, remote)));
    }

    private static int checksum(TestPacket udp) {
        return ByteBuffer.wrap(udp.bytes()).getShort(20 + UdpHeader.CHECKSUM) & 0xffff;
    }
}
