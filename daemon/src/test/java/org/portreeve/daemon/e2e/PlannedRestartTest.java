package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.testkit.host.Datagram;
import org.portreeve.testkit.host.TcpConnection;
import org.portreeve.testkit.host.TcpServer;
import org.portreeve.testkit.host.UdpSocket;
import org.portreeve.testkit.lab.JavaProgram;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabProcess;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.lab.WebServerMain;

/** Stopped by SIGTERM and started again, the node lets everything go on; killed, it does not. */
@Tag("e2e")
class PlannedRestartTest {
    private static final int CHUNKS = 1_600;
    private static final int CHUNK_BYTES = 1 << 16;
    private static final Duration START = Duration.ofSeconds(10);
    private static final Duration DOWNLOAD = Duration.ofSeconds(90);

    @ParameterizedTest(name = "shards={0}")
    @ValueSource(ints = {1, 3})
    void aDownloadAnIdleSessionAndAUdpFlowSurvive(int shards) throws Exception {
        try (Scene scene = Scene.open(shards);
                TcpServer echo = scene.inet().listen(Lab.INET_OTHER, 22);
                TcpConnection idle = connected(scene, echo);
                UdpSocket sub = scene.sub().udp(Lab.SUB, 0);
                UdpSocket inet = scene.inet().udp(Lab.INET, 0)) {
            String greeting = idle.read(Scene.PATIENCE).orElseThrow();
            Datagram before = outside(sub, inet);
            LabProcess download = download(scene);
            Thread.sleep(1_500);

            assertEquals(0, scene.node().stop());
            assertTrue(download.isAlive(), download::output);
            Path snapshot = scene.lab().directory().resolve("data/sessions.snapshot");
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(snapshot)));
            scene.node().start();

            assertFalse(Files.exists(snapshot), "it would be found again after a kill");
            inet.send(Scene.text("still there?"), before.address(), before.port());
            assertEquals(Optional.of("still there?"), sub.receive(Scene.PATIENCE).map(Scene::text));
            Datagram after = outside(sub, inet);
            assertEquals(before.address(), after.address());
            assertEquals(before.port(), after.port());
            assertTrue(greeting.contains(before.address()), greeting);
            idle.write("as if nothing had happened");
            assertEquals(
                    Optional.of("as if nothing had happened"), idle.read(Duration.ofSeconds(10)));
            download.await(DOWNLOAD);
            assertTrue(download.output().contains(digest()), download::output);
        }
    }

    @Test
    void nothingIsKeptOverAKill() {
        try (Scene scene = Scene.open(1);
                TcpServer echo = scene.inet().listen(Lab.INET_OTHER, 22);
                TcpConnection idle = connected(scene, echo)) {
            assertTrue(idle.read(Scene.PATIENCE).isPresent());
            scene.node().kill();
            scene.node().start();

            idle.write("anybody there?");
            assertEquals(Optional.empty(), idle.read(Scene.PATIENCE));
            assertFalse(scene.node().process().output().contains("sessions kept"));
        }
    }

    private static TcpConnection connected(Scene scene, TcpServer server) {
        return scene.sub()
                .connect(Lab.SUB, Lab.INET_OTHER, server.port(), Scene.PATIENCE)
                .orElseThrow();
    }

    /** Where the subscriber's socket is seen. */
    private static Datagram outside(UdpSocket sub, UdpSocket inet) {
        sub.send(Scene.text("hello"), Lab.INET, inet.port());
        return inet.receive(Scene.PATIENCE).orElseThrow();
    }

    /** At a rate that a restart fits into. */
    private static LabProcess download(Scene scene) {
        scene.lab()
                .start(Namespace.INET, JavaProgram.small(WebServerMain.class, Lab.INET, "80"))
                .awaitLine("serving", START);
        String fetch =
                "curl -sS --limit-rate 12M --max-time 90 http://%s/octets/%d | sha256sum"
                        .formatted(Lab.INET, CHUNKS * CHUNK_BYTES);
        return scene.lab().start(Namespace.SUB, "sh", "-c", fetch);
    }

    private static String digest() throws NoSuchAlgorithmException {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        for (int number = 0; number < CHUNKS; number++) {
            sha256.update(WebServerMain.chunk(number));
        }
        return HexFormat.of().formatHex(sha256.digest());
    }
}
