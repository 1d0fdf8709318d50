package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
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
    private static final Endpoint HOST = new Endpoint(Ipv4.of("100.64.1.2"), 40_000);
    private static final Endpoint OTHER_HOST = new Endpoint(Ipv4.of("100.64.1.9"), 50_000);
    private static final Endpoint INET_X = new Endpoint(Ipv4.of("203.0.113.7"), 443);
    private static final Endpoint INET_Y = new Endpoint(Ipv4.of("203.0.113.99"), 5_000);
    private static final long SECOND_NS = 1_000_000_000L;
    private static final int DATA = TcpHeader.ACK | TcpHeader.PSH;
    private static final int FIN = TcpHeader.FIN | TcpHeader.ACK;
    private static final int SYN_ACK = TcpHeader.SYN | TcpHeader.ACK;

    private SimulatedNode node;
    private RandomSteps control;

    private void start(int shards) {
        var random = new SplittableRandom(shards);
        node = new SimulatedNode(TranslatorModelTest.roomy(shards), random);
        control = new RandomSteps(node, random);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"NAT-EIM-001", "NAT-EIM-002", "NAT-EIM-003", "NAT-APP-001"})
    void oneInternalTupleHasOneExternalTupleTowardsEveryPeer(int shards) {
        start(shards);
        Endpoint udp = mapped(TestPacket.udp(HOST, INET_X));
        Endpoint tcp = mapped(TestPacket.tcp(HOST, INET_X, TcpHeader.SYN));
        Endpoint echo = mapped(TestPacket.echo(HOST, INET_X.ip(), IcmpHeader.ECHO));

        assertEquals(udp, mapped(TestPacket.udp(HOST, INET_Y)));
        assertEquals(tcp, mapped(TestPacket.tcp(HOST, INET_Y, TcpHeader.SYN)));
        assertEquals(echo, mapped(TestPacket.echo(HOST, INET_Y.ip(), IcmpHeader.ECHO)));
        assertEquals(udp.ip(), tcp.ip());
        assertEquals(udp.ip(), echo.ip());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"NAT-FLT-001", "NAT-CGN-070", "SEED-B-080"})
    void unknownPeerReachesMappedPortOfTheSameProtocolOnly(int shards) {
        start(shards);
        Endpoint udp = mapped(TestPacket.udp(HOST, INET_X));
        assertEquals(Optional.of(HOST), delivered(TestPacket.udp(INET_Y, udp)));
        assertEquals(Optional.empty(), delivered(TestPacket.tcp(INET_Y, udp, TcpHeader.SYN)));

        Endpoint tcp = mapped(TestPacket.tcp(OTHER_HOST, INET_X, TcpHeader.SYN));
        assertEquals(
                Optional.of(OTHER_HOST), delivered(TestPacket.tcp(INET_Y, tcp, TcpHeader.SYN)));
        assertEquals(Optional.empty(), delivered(TestPacket.udp(INET_Y, tcp)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-UDP-001")
    void udpMappingEndsThreeHundredSecondsAfterTheLastOutboundPacket(int shards) {
        start(shards);
        Endpoint external = mapped(TestPacket.udp(HOST, INET_X));
        pass(200);
        assertEquals(external, mapped(TestPacket.udp(HOST, INET_X)));
        pass(299);
        assertEquals(Optional.of(HOST), delivered(TestPacket.udp(INET_X, external)));
        pass(2);
        assertEquals(Optional.empty(), delivered(TestPacket.udp(INET_X, external)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void hostThatComesBackWhileItsPortRestsGetsItAgain(int shards) {
        start(shards);
        Endpoint external = mapped(TestPacket.udp(HOST, INET_X));
        pass(301 + 118);

        assertEquals(external, mapped(TestPacket.udp(HOST, INET_X)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"NAT-ICMP-001", "NAT-ICMP-002"})
    void echoReplyComesBackForSixtySeconds(int shards) {
        start(shards);
        Endpoint external = mapped(TestPacket.echo(HOST, INET_X.ip(), IcmpHeader.ECHO));
        var from = new Endpoint(INET_X.ip(), external.port());
        TestPacket reply = TestPacket.echo(from, external.ip(), IcmpHeader.ECHO_REPLY);
        pass(59);
        assertEquals(Optional.of(HOST), delivered(reply));
        pass(2);
        assertEquals(Optional.empty(), delivered(reply));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("SEED-B-005")
    void segmentThatIsNoSynMakesNoState(int shards) {
        start(shards);
        mapped(TestPacket.udp(HOST, INET_X));
        for (int flags : new int[] {TcpHeader.ACK, FIN, TcpHeader.RST, SYN_ACK}) {
            assertEquals(List.of(), out(TestPacket.tcp(HOST, INET_X, flags)));
        }
        assertEquals(false, node.reference.hasMapping(HOST.tuple(Protocol.TCP)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"SEED-B-004", "SEED-B-040", "SEED-B-041", "NAT-TCP-008"})
    void resetIsPassedOnAndTheSessionKeptForFourMinutes(int shards) {
        start(shards);
        Endpoint external = established();
        assertEquals(Optional.of(HOST), delivered(TestPacket.tcp(INET_X, external, TcpHeader.RST)));
        pass(200);
        assertEquals(Optional.of(HOST), delivered(TestPacket.tcp(INET_X, external, DATA)));
        pass(7_000);
        assertEquals(1, out(TestPacket.tcp(HOST, INET_X, TcpHeader.RST)).size());
        pass(239);
        assertEquals(1, node.reference.externals().size());
        assertEquals(true, node.reference.isActive(HOST.tuple(Protocol.TCP)));
        pass(2);
        assertEquals(Optional.empty(), delivered(TestPacket.tcp(INET_X, external, DATA)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("SEED-B-043")
    void resetOutsideOfTheWindowChangesNoTimer(int shards) {
        start(shards);
        Endpoint external = established();
        TestPacket forged = TestPacket.tcp(INET_X, external, TcpHeader.RST);
        delivered(forged.numbered(0x4000_0000, 1, 0));
        pass(7_000);

        assertEquals(Optional.of(HOST), delivered(TestPacket.tcp(INET_X, external, DATA)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"SEED-B-003", "NAT-TCP-006"})
    void oneFinKeepsTheEstablishedTimeAndTwoTheClosingTime(int shards) {
        start(shards);
        Endpoint external = established();
        assertEquals(1, out(TestPacket.tcp(HOST, INET_X, FIN)).size());
        pass(7_400);
        assertEquals(Optional.of(HOST), delivered(TestPacket.tcp(INET_X, external, DATA)));
        assertEquals(Optional.of(HOST), delivered(TestPacket.tcp(INET_X, external, FIN)));
        pass(239);
        assertEquals(Optional.of(HOST), delivered(TestPacket.tcp(INET_X, external, TcpHeader.ACK)));
        pass(2);
        assertEquals(Optional.empty(), delivered(TestPacket.tcp(INET_X, external, TcpHeader.ACK)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void closedConnectionIsHeldAgainstAnotherSyn(int shards) {
        start(shards);
        Endpoint external = established();
        assertEquals(1, out(TestPacket.tcp(HOST, INET_X, FIN)).size());
        assertEquals(Optional.of(HOST), delivered(TestPacket.tcp(INET_X, external, FIN)));
        pass(200);
        assertEquals(List.of(), out(TestPacket.tcp(HOST, INET_X, TcpHeader.SYN)));
        pass(41);
        assertEquals(external, mapped(TestPacket.tcp(HOST, INET_X, TcpHeader.SYN)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("SEED-B-007")
    void halfOpenSessionLastsFourMinutes(int shards) {
        start(shards);
        Endpoint external = mapped(TestPacket.tcp(HOST, INET_X, TcpHeader.SYN));
        pass(239);
        assertEquals(true, node.reference.isActive(HOST.tuple(Protocol.TCP)));
        pass(2);
        assertEquals(Optional.empty(), delivered(TestPacket.tcp(INET_X, external, SYN_ACK)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"NAT-HAIR-002", "NAT-HAIR-004"})
    void hairpinnedPacketCarriesTheExternalTupleOfItsSender(int shards) {
        start(shards);
        Endpoint external = mapped(TestPacket.udp(HOST, INET_X));
        Endpoint otherExternal = mapped(TestPacket.udp(OTHER_HOST, INET_X));
        List<TestPacket> hairpinned = out(TestPacket.udp(OTHER_HOST, external));
        assertEquals(List.of(TestPacket.udp(otherExternal, HOST)), hairpinned);

        assertEquals(List.of(TestPacket.udp(external, HOST)), out(TestPacket.udp(HOST, external)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"NAT-UDP-005", "NAT-CSUM-002"})
    void missingChecksumStaysMissingAndWrongOneWrong(int shards) {
        start(shards);
        TestPacket without = TestPacket.udp(HOST, INET_X).shaped(9, 0, Checksum.NONE);
        TestPacket wrong = TestPacket.udp(HOST, INET_X).shaped(9, 0, Checksum.WRONG);
        Endpoint external = mapped(without);

        assertEquals(List.of(without.from(external)), out(without));
        assertEquals(List.of(wrong.from(external)), out(wrong));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("SEED-B-074")
    void mappingTakesOnlySoManyInboundSessionsAndOnePort(int shards) {
        start(shards);
        Endpoint external = mapped(TestPacket.udp(HOST, INET_X));
        for (int peer = 0; peer < 5; peer++) {
            var from = new Endpoint(INET_Y.ip(), 6_000 + peer);
            assertEquals(Optional.of(HOST), delivered(TestPacket.udp(from, external)));
        }
        assertEquals(Optional.empty(), delivered(TestPacket.udp(INET_Y, external)));
        assertEquals(1, node.reference.externals().size());
        pass(31);
        assertEquals(Optional.of(HOST), delivered(TestPacket.udp(INET_Y, external)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-CGN-160")
    void sourceThatIsNoSubscriberDoesNotLeave(int shards) {
        start(shards);
        var spoofed = new Endpoint(Ipv4.of("192.0.2.1"), 1_234);

        assertEquals(List.of(), out(TestPacket.udp(spoofed, INET_X)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("PCP-MIX-010")
    void ownSessionKeepsAnEndedExplicitMappingOpenToNewPeers(int shards) {
        start(shards);
        Endpoint external = explicit(Protocol.UDP);
        assertEquals(external, mapped(TestPacket.udp(HOST, INET_X)));
        control.endExplicit();
        pass(299);
        assertEquals(Optional.of(HOST), delivered(TestPacket.udp(INET_Y, external)));
        pass(2);
        assertEquals(Optional.empty(), delivered(TestPacket.udp(INET_Y, external)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"PCP-MIX-010", "PCP-LIFE-005"})
    void sessionFromOutsideGoesOnAloneAfterTheExplicitMappingEnded(int shards) {
        start(shards);
        Endpoint external = explicit(Protocol.TCP);
        assertEquals(Optional.of(HOST), delivered(TestPacket.tcp(INET_X, external, TcpHeader.SYN)));
        assertEquals(1, out(TestPacket.tcp(HOST, INET_X, SYN_ACK)).size());
        control.endExplicit();

        assertEquals(Optional.empty(), delivered(TestPacket.tcp(INET_Y, external, TcpHeader.SYN)));
        pass(7_000);
        assertEquals(Optional.of(HOST), delivered(TestPacket.tcp(INET_X, external, DATA)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("PCP-MIX-010")
    void unusedExplicitMappingEndsAtOnceAndItsPortRests(int shards) {
        start(shards);
        Endpoint external = explicit(Protocol.UDP);
        control.endExplicit();
        assertEquals(Optional.empty(), delivered(TestPacket.udp(INET_X, external)));
        pass(299);
        var other = new Endpoint(HOST.ip(), HOST.port() + 1);
        assertNotEquals(
                Optional.of(external), control.reserve(other, Protocol.UDP, external.port()));
        pass(2);
        assertEquals(
                List.of(),
                node.reference.externals().stream()
                        .filter(port -> port.port() == external.port())
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"NAT-TCP-017", "SEED-B-044", "PCP-LIFE-006", "PCP-MIX-003"})
    void endOfItsSessionsDoesNotEndAnExplicitMapping(int shards) {
        start(shards);
        Endpoint external = explicit(Protocol.TCP);
        assertEquals(external, established());
        assertEquals(1, out(TestPacket.tcp(HOST, INET_X, FIN)).size());
        assertEquals(Optional.of(HOST), delivered(TestPacket.tcp(INET_X, external, FIN)));
        delivered(TestPacket.tcp(INET_Y, external, TcpHeader.SYN));
        assertEquals(1, out(TestPacket.tcp(HOST, INET_Y, SYN_ACK)).size());
        delivered(TestPacket.tcp(INET_Y, external, TcpHeader.RST));
        pass(20_000);

        assertEquals(Optional.of(HOST), delivered(TestPacket.tcp(INET_Y, external, TcpHeader.SYN)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("SEED-B-087")
    void resetThatAnswersAnUnwantedSynKeepsNothing(int shards) {
        start(shards);
        Endpoint external = mapped(TestPacket.tcp(HOST, INET_X, TcpHeader.SYN));
        pass(225);
        delivered(TestPacket.tcp(INET_Y, external, TcpHeader.SYN));
        assertEquals(1, out(TestPacket.tcp(HOST, INET_Y, TcpHeader.RST)).size());
        pass(16);

        assertEquals(Optional.empty(), delivered(TestPacket.tcp(INET_Y, external, TcpHeader.SYN)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-UDP-005")
    void checksumThatComesOutAsZeroIsSentAsAllOnes(int shards) {
        start(shards);
        Endpoint external = mapped(TestPacket.udp(HOST, INET_X));
        Endpoint remote =
                IntStream.range(0, 65_536)
                        .mapToObj(port -> new Endpoint(INET_X.ip(), port))
                        .filter(peer -> checksum(TestPacket.udp(external, peer)) == 0xffff)
                        .findFirst()
                        .orElseThrow();

        assertEquals(List.of(TestPacket.udp(external, remote)), out(TestPacket.udp(HOST, remote)));
    }

    private static int checksum(TestPacket udp) {
        return ByteBuffer.wrap(udp.bytes()).getShort(20 + UdpHeader.CHECKSUM) & 0xffff;
    }

    // ------------------------------------------------------------------ the manner of telling

    /** What a packet from inside becomes, port control having answered what it was asked. */
    private List<TestPacket> out(TestPacket packet) {
        node.takeSent();
        node.fromInside(0, List.of(packet));
        control.answerAll();
        return node.takeSent();
    }

    /** The external tuple that a packet from inside leaves with. */
    private Endpoint mapped(TestPacket packet) {
        List<TestPacket> left = out(packet);
        assertEquals(1, left.size(), "left");
        return left.getFirst().source();
    }

    /** Who receives a packet from outside. */
    private Optional<Endpoint> delivered(TestPacket packet) {
        node.takeSent();
        node.fromOutside(0, packet);
        return node.takeSent().stream().map(TestPacket::destination).findFirst();
    }

    private Endpoint established() {
        Endpoint external = mapped(TestPacket.tcp(HOST, INET_X, TcpHeader.SYN));
        assertEquals(Optional.of(HOST), delivered(TestPacket.tcp(INET_X, external, SYN_ACK)));
        assertEquals(external, mapped(TestPacket.tcp(HOST, INET_X, DATA)));
        return external;
    }

    private Endpoint explicit(int protocol) {
        return control.reserve(HOST, protocol, 5_260).orElseThrow();
    }

    private void pass(long seconds) {
        node.advanceTo(node.nowNs() + seconds * SECOND_NS);
    }
}
