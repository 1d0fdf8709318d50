package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.testkit.Conformance;
import org.portreeve.testkit.host.Datagram;
import org.portreeve.testkit.host.TcpConnection;
import org.portreeve.testkit.host.TcpServer;
import org.portreeve.testkit.host.UdpSocket;
import org.portreeve.testkit.lab.CommandResult;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.pcp.PcpAnswer;
import org.portreeve.testkit.pcp.PcpRequests;

@Tag("e2e")
@ParameterizedClass(name = "shards={0}")
@ValueSource(ints = {1, 3})
class InboundTest {
    /** PCP-MIX-007 asks for a thousand out of a thousand. */
    private static final int FIRST_PACKETS = 1_000;

    /** Not 28, by which it says that nobody answered at all. */
    private static final int CURL_COULD_NOT_CONNECT = 7;

    private static Scene scene;

    @Parameter int shards;

    @BeforeParameterizedClassInvocation
    static void open(int shards) {
        scene = Scene.open(shards);
    }

    @AfterParameterizedClassInvocation
    static void close() {
        scene.close();
    }

    @Test
    @Conformance("NAT-TCP-003")
    void aConnectionToAPortOfNobodyIsRefusedAfterSixSeconds() {
        CommandResult attempt =
                scene.lab()
                        .run(
                                Namespace.INET,
                                "curl",
                                "-sS",
                                "--connect-timeout",
                                "20",
                                "-w",
                                "tried for %{time_total} s",
                                "http://198.51.100.5:4444/");

        assertEquals(CURL_COULD_NOT_CONNECT, attempt.exit(), attempt::output);
        Matcher seconds = Pattern.compile("tried for ([0-9.]+) s").matcher(attempt.output());
        assertTrue(seconds.find(), attempt::output);
        double taken = Double.parseDouble(seconds.group(1));
        assertTrue(taken >= 6 && taken < 9, attempt::output);
    }

    @Test
    @Conformance("PCP-MAP-005")
    void aHostNeverContactedConnectsByTcpAndSpeaks() {
        int port = Scene.freshPort();
        String visitor = Scene.freshPeer();
        try (TcpServer server = scene.sub().listen(Lab.SUB, port)) {
            PcpAnswer mapping = mapped(PcpRequests.TCP, server.port());

            Optional<TcpConnection> connection = connect(visitor, mapping);

            assertTrue(connection.isPresent(), "no connection to " + mapping);
            try (TcpConnection tcp = connection.get()) {
                assertEquals(visitor + ":" + tcp.port() + "\n", readFrom(tcp));
                tcp.write("hello\n");
                assertEquals("hello\n", readFrom(tcp));
            }
        }
    }

    @Test
    @Conformance({"PCP-MAP-005", "PCP-MAP-039", "NAT-CGN-090"})
    void aHostNeverContactedReachesTheSubscriberByUdpAndIsAnsweredFromTheMappedTuple() {
        try (UdpSocket server = scene.sub().udp(Lab.SUB, 0);
                UdpSocket visitor = scene.inet().udp(Scene.freshPeer(), 0)) {
            PcpAnswer mapping = mapped(PcpRequests.UDP, server.port());

            visitor.send(Scene.text("knock"), mapping.externalAddress(), mapping.externalPort());
            Datagram arrived = server.receive(Scene.PATIENCE).orElseThrow();
            server.send(Scene.text("come in"), arrived.address(), arrived.port());
            Datagram answer = visitor.receive(Scene.PATIENCE).orElseThrow();

            assertEquals("knock", Scene.text(arrived));
            assertEquals(visitor.port(), arrived.port());
            assertEquals("come in", Scene.text(answer));
            assertEquals(mapping.externalAddress(), answer.address());
            assertEquals(mapping.externalPort(), answer.port());
        }
    }

    @Test
    @Conformance("PCP-MAP-035")
    void aTcpMappingLetsNoUdpIn() {
        int port = Scene.freshPort();
        try (UdpSocket socket = scene.sub().udp(Lab.SUB, port)) {
            PcpAnswer mapping = mapped(PcpRequests.TCP, port);

            assertEquals(Optional.empty(), scene.deliver(Scene.freshPeer(), mapping, socket));
        }
    }

    @Test
    @Conformance({"PCP-MAP-041", "NAT-HAIR-001", "NAT-HAIR-002"})
    void anotherSubscriberReachesTheMappingThroughItsExternalTuple() {
        try (UdpSocket server = scene.sub().udp(Lab.SUB, 0);
                UdpSocket neighbour = scene.sub().udp(Lab.SUB_OTHER, 0)) {
            PcpAnswer mapping = mapped(PcpRequests.UDP, server.port());

            neighbour.send(
                    Scene.text("next door"), mapping.externalAddress(), mapping.externalPort());
            Datagram arrived = server.receive(Scene.PATIENCE).orElseThrow();

            assertEquals("next door", Scene.text(arrived));
            assertTrue(arrived.address().startsWith("198.51.100."), arrived::address);
        }
    }

    @Test
    @Conformance({"PCP-MIX-007", "NAT-API-002"})
    void thePacketRightAfterTheAnswerArrivesEachTime() {
        try (UdpSocket visitor = scene.inet().udp(Scene.freshPeer(), 0)) {
            for (int i = 0; i < FIRST_PACKETS; i++) {
                String address = "100.72.%d.%d".formatted(i / 250, 1 + i % 250);
                assertFirstPacketArrives(visitor, address, "packet " + i);
            }
        }
    }

    private static void assertFirstPacketArrives(UdpSocket visitor, String address, String token) {
        try (UdpSocket socket = scene.sub().udp(address, 0)) {
            byte[] request =
                    PcpRequests.map(
                            address,
                            Scene.freshNonce(),
                            PcpRequests.UDP,
                            socket.port(),
                            Scene.LONG_SECONDS);

            PcpAnswer answer = Scene.ask(socket, request);
            visitor.send(Scene.text(token), answer.externalAddress(), answer.externalPort());

            assertEquals(PcpAnswer.SUCCESS, answer.result(), answer::toString);
            Datagram arrived = socket.receive(Scene.PATIENCE).orElseThrow();
            assertEquals(token, Scene.text(arrived));
        }
    }

    private static PcpAnswer mapped(int protocol, int port) {
        return scene.granted(protocol, port, Scene.freshNonce(), Scene.LONG_SECONDS);
    }

    private static Optional<TcpConnection> connect(String visitor, PcpAnswer mapping) {
        return scene.inet()
                .connect(
                        visitor, mapping.externalAddress(), mapping.externalPort(), Scene.PATIENCE);
    }

    private static String readFrom(TcpConnection connection) {
        return connection.read(Scene.PATIENCE).orElseThrow();
    }
}
