package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.testkit.Conformance;
import org.portreeve.testkit.host.Datagram;
import org.portreeve.testkit.host.TcpServer;
import org.portreeve.testkit.host.UdpSocket;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.NodeConfig;
import org.portreeve.testkit.pcp.PcpAnswer;
import org.portreeve.testkit.pcp.PcpRequests;

/** Every outside host is a new one, since what an earlier peer may still do is another rule. */
@Tag("e2e")
@ParameterizedClass(name = "shards={0}")
@ValueSource(ints = {1, 3})
class LifetimeTest {
    private static final int NOT_AUTHORIZED = 2;
    private static final int SHORT_SECONDS = 4;
    private static final int UDP_IDLE_SECONDS = 300;

    private static Scene scene;

    @Parameter int shards;

    @BeforeParameterizedClassInvocation
    static void open(int shards) {
        scene = Scene.open(lab -> NodeConfig.of(lab, shards).withMinimumLifetime(SHORT_SECONDS));
    }

    @AfterParameterizedClassInvocation
    static void close() {
        scene.close();
    }

    @Test
    @Conformance("PCP-LIFE-003")
    void aMappingWorksUntilItsEndAndNotAfter() throws InterruptedException {
        byte[] nonce = Scene.freshNonce();
        try (UdpSocket socket = scene.sub().udp(Lab.SUB, 0)) {
            PcpAnswer mapping = scene.granted(PcpRequests.UDP, socket.port(), nonce, SHORT_SECONDS);
            assertEquals(SHORT_SECONDS, mapping.lifetimeSeconds());

            waitFor(Duration.ofSeconds(SHORT_SECONDS - 2));
            Optional<Datagram> before = scene.deliver(Scene.freshPeer(), mapping, socket);
            waitFor(Duration.ofSeconds(4));
            Optional<Datagram> after = scene.deliver(Scene.freshPeer(), mapping, socket);

            assertTrue(before.isPresent(), "dead before its end");
            assertEquals(Optional.empty(), after);
        }
    }

    @Test
    @Conformance("PCP-LIFE-003")
    void aTcpMappingRefusesConnectionsAfterItsEnd() throws InterruptedException {
        byte[] nonce = Scene.freshNonce();
        try (TcpServer server = scene.sub().listen(Lab.SUB, Scene.freshPort())) {
            PcpAnswer mapping = scene.granted(PcpRequests.TCP, server.port(), nonce, SHORT_SECONDS);
            boolean before = connects(mapping);
            waitFor(Duration.ofSeconds(SHORT_SECONDS + 2));

            assertTrue(before, "dead before its end");
            assertFalse(connects(mapping), "alive after its end");
        }
    }

    @Test
    @Conformance("PCP-MAP-025")
    void aRenewalKeepsTheTupleAndMovesTheEnd() throws InterruptedException {
        byte[] nonce = Scene.freshNonce();
        try (UdpSocket socket = scene.sub().udp(Lab.SUB, 0)) {
            PcpAnswer mapping = scene.granted(PcpRequests.UDP, socket.port(), nonce, SHORT_SECONDS);
            PcpAnswer renewed =
                    scene.granted(PcpRequests.UDP, socket.port(), nonce, Scene.LONG_SECONDS);
            waitFor(Duration.ofSeconds(SHORT_SECONDS + 2));

            assertEquals(mapping.externalPort(), renewed.externalPort());
            assertEquals(mapping.externalAddress(), renewed.externalAddress());
            assertEquals(Scene.LONG_SECONDS, renewed.lifetimeSeconds());
            assertTrue(scene.deliver(Scene.freshPeer(), renewed, socket).isPresent());
        }
    }

    @Test
    @Conformance("PCP-DEL-001")
    void anIdleMappingIsClosedByItsDeletion() {
        byte[] nonce = Scene.freshNonce();
        try (UdpSocket socket = scene.sub().udp(Lab.SUB, 0)) {
            PcpAnswer mapping =
                    scene.granted(PcpRequests.UDP, socket.port(), nonce, Scene.LONG_SECONDS);

            PcpAnswer deleted = scene.granted(PcpRequests.UDP, socket.port(), nonce, 0);

            assertEquals(0, deleted.lifetimeSeconds());
            assertEquals(0, deleted.externalPort());
            assertEquals("0.0.0.0", deleted.externalAddress());
            assertEquals(Optional.empty(), scene.deliver(Scene.freshPeer(), mapping, socket));
        }
    }

    @Test
    void aUsedMappingAnswersTheRemainingIdleTimeAndStillWorks() throws InterruptedException {
        byte[] nonce = Scene.freshNonce();
        try (UdpSocket socket = scene.sub().udp(Lab.SUB, 0);
                UdpSocket peer = scene.inet().udp(Lab.INET, 0)) {
            PcpAnswer mapping =
                    scene.granted(PcpRequests.UDP, socket.port(), nonce, Scene.LONG_SECONDS);
            socket.send(Scene.text("in use"), Lab.INET, peer.port());
            assertTrue(peer.receive(Scene.PATIENCE).isPresent());
            waitFor(Duration.ofSeconds(2));

            PcpAnswer deleted = scene.granted(PcpRequests.UDP, socket.port(), nonce, 0);

            long remaining = deleted.lifetimeSeconds();
            assertTrue(
                    remaining <= UDP_IDLE_SECONDS - 1 && remaining >= UDP_IDLE_SECONDS - 20,
                    () -> "remaining " + remaining);
            assertTrue(scene.deliver(Scene.freshPeer(), mapping, socket).isPresent());
        }
    }

    @Test
    @Conformance({"PCP-MAP-020", "PCP-DEL-007"})
    void anotherNonceNeitherRenewsNorDeletes() {
        byte[] nonce = Scene.freshNonce();
        try (UdpSocket socket = scene.sub().udp(Lab.SUB, 0)) {
            int port = socket.port();
            PcpAnswer mapping = scene.granted(PcpRequests.UDP, port, nonce, Scene.LONG_SECONDS);

            PcpAnswer renewal =
                    scene.map(PcpRequests.UDP, port, Scene.freshNonce(), Scene.LONG_SECONDS * 2);
            PcpAnswer deletion = scene.map(PcpRequests.UDP, port, Scene.freshNonce(), 0);

            for (PcpAnswer refused : new PcpAnswer[] {renewal, deletion}) {
                assertEquals(NOT_AUTHORIZED, refused.result());
                assertTrue(
                        refused.lifetimeSeconds() <= Scene.LONG_SECONDS
                                && refused.lifetimeSeconds() > Scene.LONG_SECONDS - 60,
                        refused::toString);
            }
            assertTrue(scene.deliver(Scene.freshPeer(), mapping, socket).isPresent());
        }
    }

    private static boolean connects(PcpAnswer mapping) {
        return scene.inet()
                .connect(
                        Scene.freshPeer(),
                        mapping.externalAddress(),
                        mapping.externalPort(),
                        Scene.SILENCE)
                .isPresent();
    }

    /** Real time has to pass here: the node runs on its own clock. */
    private static void waitFor(Duration duration) throws InterruptedException {
        Thread.sleep(duration);
    }
}
