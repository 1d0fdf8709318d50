package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.portreeve.testkit.Conformance;
import org.portreeve.testkit.host.Datagram;
import org.portreeve.testkit.host.UdpSocket;
import org.portreeve.testkit.lab.CommandResult;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.lab.NodeConfig;

/** One server outside knows the subscribers by their own addresses, and nobody else does. */
@Tag("e2e")
class PassThroughTest {
    private static final String LISTED = "203.0.113.2";
    private static final String OTHER = "203.0.113.3";
    private static final int LISTED_PORT = 7_777;

    private static Scene scene;

    @BeforeAll
    static void open() {
        scene =
                Scene.open(lab ->
                        NodeConfig.of(lab, 2)
                                .with(
                                        "translator.pass-through: [%s udp %d, %s tcp]\n"
                                                .formatted(LISTED, LISTED_PORT, LISTED)));
        String route = "ip route add " + Lab.SUBSCRIBER_PREFIX + " via " + Lab.CGN_OUTSIDE;
        scene.lab().run(Namespace.INET, route.split(" ", -1)).orThrow();
    }

    @AfterAll
    static void close() {
        scene.close();
    }

    @Test
    @Conformance({"NAT-CGN-060", "SEED-A-118"})
    void listedServerSeesTheInternalAddressAndAnswersItAndAnotherDoesNot() {
        long mappings = scene.metric("nat_mappings_made");
        try (UdpSocket host = scene.sub().udp(Lab.SUB, 0);
                UdpSocket listed = scene.inet().udp(LISTED, LISTED_PORT);
                UdpSocket unlisted = scene.inet().udp(LISTED, LISTED_PORT + 1);
                UdpSocket other = scene.inet().udp(OTHER, LISTED_PORT)) {
            host.send(Scene.text("question"), LISTED, LISTED_PORT);
            Datagram seen = listed.receive(Scene.PATIENCE).orElseThrow();
            assertEquals(Lab.SUB, seen.address());
            assertEquals(host.port(), seen.port());
            listed.send(Scene.text("answer"), Lab.SUB, host.port());
            assertEquals("answer", Scene.text(host.receive(Scene.PATIENCE).orElseThrow()));
            assertEquals(mappings, scene.metric("nat_mappings_made"));

            for (UdpSocket socket : new UdpSocket[] {unlisted, other}) {
                socket.send(Scene.text("direct"), Lab.SUB, host.port());
                assertEquals(Optional.empty(), host.receive(Scene.SILENCE));
            }
            host.send(Scene.text("question"), LISTED, LISTED_PORT + 1);
            assertNotEquals(Lab.SUB, unlisted.receive(Scene.PATIENCE).orElseThrow().address());
            host.send(Scene.text("question"), OTHER, LISTED_PORT);
            assertNotEquals(Lab.SUB, other.receive(Scene.PATIENCE).orElseThrow().address());
        }
    }

    @Test
    @Conformance("NAT-CGN-060")
    void transferToAListedServerFindsANarrowLink() {
        scene.lab()
                .run(Namespace.CGN, "ip", "link", "set", Lab.OUTSIDE_DEVICE, "mtu", "1400")
                .orThrow();
        var server = scene.lab().start(Namespace.INET, "iperf3", "-s", "-1", "--forceflush");
        server.awaitLine("Server listening", Scene.PATIENCE);
        CommandResult transfer = scene.lab().run(Namespace.SUB, "iperf3", "-c", LISTED, "-n", "3M");
        server.kill();
        assertTrue(transfer.succeeded(), transfer::output);
        assertTrue(server.output().contains("from " + Lab.SUB), server::output);
    }
}
