package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.portreeve.testkit.Conformance;
import org.portreeve.testkit.host.UdpSocket;
import org.portreeve.testkit.lab.Capture;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.lab.NodeConfig;
import org.portreeve.testkit.pcp.PcpAnswer;
import org.portreeve.testkit.pcp.PcpRequests;

/** The event log of a running node: what packets cause, a quota, and a rotation. */
@Tag("e2e")
@Timeout(120)
class EventsTest {
    private static final long LOOK_NS = 20_000_000;
    private static final String SUBSCRIBER = "alice";
    private static final int NOT_AUTHORIZED = 2;
    private Scene scene;
    private Path file;

    @BeforeEach
    void open() {
        scene =
                Scene.open(lab -> {
                    file = lab.directory().resolve("events.json");
                    return config(lab);
                });
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @Test
    @Conformance("NAT-CGN-110")
    void packetsAndAQuotaAreLinesOfTheFileAndAReloadOpensItAnew() throws IOException {
        Capture refusals =
                scene.lab()
                        .capture(
                                Namespace.SUB,
                                Lab.HOST_DEVICE,
                                "icmp[icmptype] == 3 and icmp[icmpcode] == 1");
        // The first ones wait for a block, and not all of them find a place to wait.
        while (found("port-quota").isEmpty()) {
            try (UdpSocket socket = scene.sub().udp(Lab.SUB, 0)) {
                socket.send(Scene.text("hello"), Lab.INET, 9);
            }
        }
        JsonObject quota = awaited("port-quota");
        JsonObject active = awaited("block-active");
        JsonObject made = awaited("mapping-made");
        assertEquals(SUBSCRIBER, quota.getString("subscriber"));
        assertFalse(refusals.stop().isEmpty(), "the sender is told");
        assertEquals(SUBSCRIBER, active.getString("subscriber"));
        assertEquals("lab", active.getString("node"));
        assertEquals(Lab.SUB, made.getString("internal-address"));
        int port = made.getInteger("external-port");
        assertTrue(active.getInteger("first-port") <= port);
        assertTrue(port <= active.getInteger("last-port"));
        assertTrue(made.getString("time").endsWith("Z"));

        Files.move(file, file.resolveSibling("events.json.1"));
        scene.node().reload(config(scene.lab()));
        try (UdpSocket socket = scene.sub().udp(Lab.SUB_OTHER, 0)) {
            socket.send(Scene.text("hello"), Lab.INET, 9);
        }
        assertEquals(Lab.SUB_OTHER, awaited("mapping-made").getString("internal-address"));
    }

    @Test
    @Conformance("PCP-SEC-005")
    void noLogHasTheNonceOfAGrantedOrARefusedRequest() throws IOException {
        byte[] owner = HexFormat.of().parseHex("1a2b3c4d5e6f7a8b9cadbeef");
        byte[] stranger = HexFormat.of().parseHex("76543210fedcba91357bdf02");
        int port = Scene.freshPort();
        scene.granted(PcpRequests.UDP, port, owner, Scene.LONG_SECONDS);
        PcpAnswer refused = scene.map(PcpRequests.UDP, port, stranger, Scene.LONG_SECONDS);
        assertEquals(NOT_AUTHORIZED, refused.result());
        scene.granted(PcpRequests.UDP, port, owner, 0);
        awaited("mapping-ended");

        String logs = Files.readString(file) + scene.node().process().output();
        assertTrue(logs.contains("\"internal-port\":" + port), logs);
        String plain = logs.toLowerCase(Locale.ROOT).replaceAll("[ :-]", "");
        for (byte[] nonce : List.of(owner, stranger)) {
            String octets = HexFormat.of().formatHex(nonce);
            assertFalse(plain.contains(octets.substring(0, 16)), logs);
            assertFalse(plain.contains(octets.substring(16)), logs);
            assertFalse(logs.contains(Base64.getEncoder().encodeToString(nonce)), logs);
        }
    }

    private NodeConfig config(Lab lab) {
        return NodeConfig.of(lab, 2)
                .with(
                        """
                        profiles: {default: {quota: {ports: 40}}}
                        subscribers: [{id: alice, prefixes: [%s/32]}, {id: bob, prefixes: [%s/32]}]
                        events:
                          file: %s
                          kinds: [block-leased, block-active, mapping-made, mapping-ended, port-quota]
                        """
                                .formatted(Lab.SUB, Lab.SUB_OTHER, file));
    }

    /** The first event of a kind, which comes within the time of the test. */
    private JsonObject awaited(String kind) throws IOException {
        Optional<JsonObject> event = found(kind);
        while (event.isEmpty()) {
            assertFalse(Thread.currentThread().isInterrupted(), "no " + kind + " came");
            LockSupport.parkNanos(LOOK_NS);
            event = found(kind);
        }
        return event.get();
    }

    private Optional<JsonObject> found(String kind) throws IOException {
        List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
        return lines.stream()
                // The last line may not be whole yet.
                .filter(line -> line.endsWith("}"))
                .filter(line -> line.contains("\"event\":\"" + kind + "\""))
                .findFirst()
                .map(JsonObject::new);
    }
}
