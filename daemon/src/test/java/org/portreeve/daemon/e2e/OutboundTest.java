package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.testkit.Conformance;
import org.portreeve.testkit.host.Datagram;
import org.portreeve.testkit.host.UdpSocket;
import org.portreeve.testkit.lab.CommandResult;
import org.portreeve.testkit.lab.JavaProgram;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabProcess;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.lab.WebServerMain;

@Tag("e2e")
@ParameterizedClass(name = "shards={0}")
@ValueSource(ints = {1, 3})
class OutboundTest {
    private static final Duration START = Duration.ofSeconds(10);

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
    void curlFetchesFromTheInternetWithAPoolAddress() {
        LabProcess server =
                scene.lab()
                        .start(
                                Namespace.INET,
                                JavaProgram.small(WebServerMain.class, Lab.INET, "80"));
        server.awaitLine("serving", START);

        CommandResult fetched =
                scene.lab()
                        .run(
                                Namespace.SUB,
                                "curl",
                                "-sS",
                                "--max-time",
                                "10",
                                "http://" + Lab.INET + "/");
        server.kill();

        assertTrue(fetched.succeeded(), fetched::output);
        assertTrue(fetched.output().contains("you came from 198.51.100."), fetched::output);
    }

    @Test
    void pingIsAnswered() {
        CommandResult ping =
                scene.lab().run(Namespace.SUB, "ping", "-c", "3", "-i", "1", "-W", "5", Lab.INET);

        assertTrue(ping.output().contains(" 3 received"), ping::output);
    }

    @Test
    void iperfRunsBothWays() {
        LabProcess server = scene.lab().start(Namespace.INET, "iperf3", "-s", "--forceflush");
        server.awaitLine("Server listening", START);

        CommandResult up = scene.lab().run(Namespace.SUB, "iperf3", "-c", Lab.INET, "-t", "2");
        CommandResult down =
                scene.lab().run(Namespace.SUB, "iperf3", "-c", Lab.INET, "-t", "2", "-R");
        server.kill();

        assertTrue(up.succeeded(), up::output);
        assertTrue(down.succeeded(), down::output);
    }

    @Test
    @Conformance("NAT-EIM-001")
    void oneInternalEndpointHasOneExternalEndpointThatAnybodyReaches() {
        try (UdpSocket sub = scene.sub().udp(Lab.SUB, 0);
                UdpSocket first = scene.inet().udp(Lab.INET, 0);
                UdpSocket second = scene.inet().udp(Lab.INET_OTHER, 0);
                UdpSocket stranger = scene.inet().udp(Scene.freshPeer(), 0)) {
            sub.send(Scene.text("one"), Lab.INET, first.port());
            Datagram atFirst = first.receive(Scene.PATIENCE).orElseThrow();
            sub.send(Scene.text("two"), Lab.INET_OTHER, second.port());
            Datagram atSecond = second.receive(Scene.PATIENCE).orElseThrow();

            assertTrue(atFirst.address().startsWith("198.51.100."), atFirst::address);
            assertEquals(atFirst.address(), atSecond.address());
            assertEquals(atFirst.port(), atSecond.port());

            stranger.send(Scene.text("hello"), atFirst.address(), atFirst.port());
            assertEquals("hello", Scene.text(sub.receive(Scene.PATIENCE).orElseThrow()));
        }
    }
}
