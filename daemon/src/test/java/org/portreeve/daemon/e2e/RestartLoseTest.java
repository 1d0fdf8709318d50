package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.portreeve.testkit.Conformance;
import org.portreeve.testkit.host.Datagram;
import org.portreeve.testkit.host.UdpSocket;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.NodeConfig;
import org.portreeve.testkit.pcp.PcpAnswer;
import org.portreeve.testkit.pcp.PcpRequests;

/** A node whose journal is gone when it starts again: restart-lose. */
@Tag("e2e")
@Timeout(120)
class RestartLoseTest {
    /** One address, so that all ports are of the same one. */
    private static final String EXTERNAL = "198.51.100.1";

    /** An epoch that starts again from 0 must be told from one that goes on. */
    private static final long UP_MILLIS = 6_000;

    @Test
    @Conformance({"PCP-MIX-009", "PCP-ANN-008", "NAT-CGN-081"})
    void formerPortsAreTheirOwnersAloneAndTheirClientsAreTold() throws Exception {
        try (Scene scene = open();
                UdpSocket owner = scene.sub().udp(Lab.SUB, 0)) {
            byte[] nonce = Scene.freshNonce();
            PcpAnswer before = granted(owner, nonce);

            Thread.sleep(UP_MILLIS);
            scene.node().kill();
            lose(scene, "journal");
            scene.node().start();

            Datagram told = owner.receive(Scene.PATIENCE).orElseThrow();
            PcpAnswer others = suggesting(scene, before.externalPort());
            PcpAnswer again =
                    scene.granted(PcpRequests.UDP, owner.port(), nonce, Scene.LONG_SECONDS);

            assertEquals(Lab.CGN_INSIDE, told.address());
            assertEquals(PcpRequests.SERVER_PORT, told.port());
            assertFreshAnnouncement(told.bytes());
            assertEquals(before.externalAddress(), others.externalAddress());
            assertNotEquals(before.externalPort(), others.externalPort());
            assertEquals(before.externalAddress(), again.externalAddress());
            assertEquals(before.externalPort(), again.externalPort());
            assertSays(scene, "The journal was lost: 1 ports rest, for 120 s");
        }
    }

    private static void assertFreshAnnouncement(byte[] octets) {
        assertEquals(24, octets.length);
        assertArrayEquals(new byte[] {2, (byte) 0x80, 0, 0, 0, 0, 0, 0}, Arrays.copyOf(octets, 8));
        int epoch = ByteBuffer.wrap(octets).getInt(8);
        assertTrue(epoch >= 0 && epoch < UP_MILLIS / 1_000, () -> "epoch " + epoch);
    }

    @Test
    @Conformance("PCP-MIX-009")
    void withoutLastTuplesFormerPortsAreGivenAwayAtOnceAndThatIsSaid() throws Exception {
        try (Scene scene = open();
                UdpSocket owner = scene.sub().udp(Lab.SUB, 0)) {
            PcpAnswer before = granted(owner, Scene.freshNonce());

            scene.node().kill();
            lose(scene, "journal");
            lose(scene, "last-tuples");
            scene.node().start();

            PcpAnswer others = suggesting(scene, before.externalPort());

            assertEquals(before.externalAddress(), others.externalAddress());
            assertEquals(before.externalPort(), others.externalPort());
            assertSays(scene, "\"event\":\"last-tuples-lost\"");
        }
    }

    private static Scene open() {
        return Scene.open(lab -> NodeConfig.of(lab, 1).withPool(EXTERNAL));
    }

    private static PcpAnswer granted(UdpSocket owner, byte[] nonce) {
        byte[] map =
                PcpRequests.map(Lab.SUB, nonce, PcpRequests.UDP, owner.port(), Scene.LONG_SECONDS);
        PcpAnswer answer = Scene.ask(owner, map);
        assertTrue(answer.succeeded(), answer::toString);
        return answer;
    }

    /** What another subscriber gets who suggests this external port. */
    private static PcpAnswer suggesting(Scene scene, int externalPort) {
        try (UdpSocket client = scene.sub().udp(Lab.SUB_OTHER, 0)) {
            byte[] map =
                    PcpRequests.map(
                            Lab.SUB_OTHER,
                            Scene.freshNonce(),
                            PcpRequests.UDP,
                            Scene.freshPort(),
                            externalPort,
                            Scene.LONG_SECONDS);
            PcpAnswer answer = Scene.ask(client, map);
            assertTrue(answer.succeeded(), answer::toString);
            return answer;
        }
    }

    /** As an operator does it whose journal is damaged. */
    private static void lose(Scene scene, String directory) throws IOException {
        Path data = scene.lab().directory().resolve("data");
        Files.move(data.resolve(directory), data.resolve(directory + ".away"));
    }

    private static void assertSays(Scene scene, String words) {
        var process = scene.node().process();
        assertTrue(
                process.awaitLine(0, line -> line.contains(words), Scene.PATIENCE).isPresent(),
                process::output);
    }
}
