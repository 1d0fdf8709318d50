package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.portreeve.testkit.Conformance;
import org.portreeve.testkit.host.Datagram;
import org.portreeve.testkit.host.TcpConnection;
import org.portreeve.testkit.host.TcpServer;
import org.portreeve.testkit.host.UdpSocket;
import org.portreeve.testkit.lab.CommandResult;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabProcess;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.lab.Node;
import org.portreeve.testkit.pcp.PcpAnswer;
import org.portreeve.testkit.pcp.PcpRequests;

/** PEER with the packets of real hosts, over a kill and a planned restart, and by the command. */
@Tag("e2e")
class PeerTest {
    private static final Duration START = Duration.ofSeconds(20);

    @Test
    @Conformance("PCP-PEER-007")
    void thePromisedPortIsUsedAlsoAfterAKill() {
        try (Scene scene = Scene.open(1);
                UdpSocket sub = scene.sub().udp(Lab.SUB, 0);
                UdpSocket inet = scene.inet().udp(Lab.INET, 0)) {
            PcpAnswer answer = peer(scene, PcpRequests.UDP, sub.port(), Lab.INET, inet.port());

            assertSeenAs(answer, sub, inet);
            scene.node().kill();
            scene.node().start();

            assertSeenAs(answer, sub, inet);
            inet.send(Scene.text("back"), answer.externalAddress(), answer.externalPort());
            assertEquals("back", Scene.text(sub.receive(Scene.PATIENCE).orElseThrow()));
        }
    }

    private static PcpAnswer peer(
            Scene scene, int protocol, int internalPort, String remote, int remotePort) {
        try (UdpSocket client = scene.sub().udp(Lab.SUB, 0)) {
            byte[] request =
                    PcpRequests.peer(
                            Lab.SUB,
                            Scene.freshNonce(),
                            protocol,
                            internalPort,
                            remote,
                            remotePort,
                            Scene.LONG_SECONDS);
            PcpAnswer answer = Scene.ask(client, request);
            assertEquals(PcpAnswer.SUCCESS, answer.result(), answer::toString);
            assertTrue(answer.lifetimeSeconds() >= Scene.LONG_SECONDS, answer::toString);
            return answer;
        }
    }

    private static void assertSeenAs(PcpAnswer answer, UdpSocket sub, UdpSocket inet) {
        sub.send(Scene.text("out"), Lab.INET, inet.port());
        Datagram seen = inet.receive(Scene.PATIENCE).orElseThrow();
        assertEquals(answer.externalAddress(), seen.address());
        assertEquals(answer.externalPort(), seen.port());
    }

    @Test
    void aConnectionThatAPeerKeepsSurvivesAKillAndAPlannedRestart() {
        try (Scene scene = Scene.open(1);
                TcpServer echo = scene.inet().listen(Lab.INET, 22);
                TcpConnection connection =
                        scene.sub()
                                .connect(Lab.SUB, Lab.INET, echo.port(), Scene.PATIENCE)
                                .orElseThrow()) {
            String greeting = connection.read(Scene.PATIENCE).orElseThrow();
            PcpAnswer answer =
                    peer(scene, PcpRequests.TCP, connection.port(), Lab.INET, echo.port());
            String tuple = answer.externalAddress() + ":" + answer.externalPort();
            assertTrue(greeting.contains(tuple), () -> greeting + ", not " + tuple);

            scene.node().kill();
            scene.node().start();
            connection.write("after a kill");
            assertEquals("after a kill", connection.read(Scene.PATIENCE).orElseThrow());

            assertEquals(0, scene.node().stop());
            scene.node().start();
            connection.write("after a restart");
            assertEquals("after a restart", connection.read(Scene.PATIENCE).orElseThrow());
        }
    }

    @Test
    void theCommandTellsWhatTheHostIsSeenAsAndKeepsIt() {
        try (Scene scene = Scene.open(1);
                UdpSocket sub = scene.sub().udp(Lab.SUB, 0);
                UdpSocket inet = scene.inet().udp(Lab.INET, 0)) {
            String[] words = {
                "peer",
                "--udp",
                Integer.toString(sub.port()),
                Lab.INET + ":" + inet.port(),
                "--server",
                Lab.CGN_INSIDE,
                "--nonce",
                "0123456789abcdef01234567",
                "--json"
            };
            CommandResult result = scene.lab().run(Namespace.SUB, Node.command(words));

            assertEquals(0, result.exit(), result::output);
            JsonObject told = new JsonObject(result.output().strip());
            sub.send(Scene.text("out"), Lab.INET, inet.port());
            Datagram seen = inet.receive(Scene.PATIENCE).orElseThrow();
            assertEquals(told.getInteger("externalPort"), seen.port());
            LabProcess kept =
                    scene.lab()
                            .start(
                                    Namespace.SUB,
                                    Node.command(
                                            "map",
                                            "--udp",
                                            "5000",
                                            "--keep",
                                            "--lifetime",
                                            "8",
                                            "--server",
                                            Lab.CGN_INSIDE,
                                            "--nonce",
                                            "0123456789abcdef01234567"));
            assertTrue(
                    kept.awaitLine(0, line -> line.contains("is reachable at"), START).isPresent(),
                    kept::output);
            kept.kill();
        }
    }
}
