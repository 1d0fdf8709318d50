package org.portreeve.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlSocketTest {
    @TempDir static Path directory;
    private static AdminRig rig;

    @BeforeAll
    static void start() throws Exception {
        rig = new AdminRig(directory);
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    @Test
    void fileIsForItsOwnerAloneAndNothingElseIsLeft() throws Exception {
        Path path = place("own");

        ControlSocket socket = listen(path);

        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
        try (var files = Files.list(path.getParent())) {
            assertEquals(1, files.count());
        }
        AdminRig.await(socket.close());
        assertFalse(Files.exists(path));
    }

    @Test
    void apiIsServedWithoutLogin() throws Exception {
        Path path = place("api");
        ControlSocket socket = listen(path);

        String status = ask(path, "GET /api/v1/status HTTP/1.1");
        String who = ask(path, "GET /api/v1/session HTTP/1.1");
        String page = ask(path, "GET /login HTTP/1.1");

        assertEquals("cgn-1", body(status).getString("node"));
        assertEquals("local", body(who).getString("name"));
        assertEquals("admin", body(who).getString("role"));
        assertTrue(page.startsWith("HTTP/1.1 404 "), page);
        AdminRig.await(socket.close());
    }

    @Test
    void whatAKilledNodeLeftIsReplaced() throws Exception {
        Path path = place("stale");
        try (var left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            left.bind(UnixDomainSocketAddress.of(path));
        }
        assertTrue(Files.exists(path));
        Files.createDirectory(path.resolveSibling(".ctl"));

        ControlSocket socket = listen(path);

        assertTrue(ask(path, "GET /api/v1/status HTTP/1.1").startsWith("HTTP/1.1 200 "));
        AdminRig.await(socket.close());
    }

    @Test
    void socketOfARunningNodeIsLeftAlone() throws Exception {
        Path path = place("running");
        ControlSocket socket = listen(path);

        String fault = assertThrows(AssertionError.class, () -> listen(path)).getMessage();

        assertTrue(fault.contains("Another node serves the control socket " + path), fault);
        assertTrue(ask(path, "GET /api/v1/status HTTP/1.1").startsWith("HTTP/1.1 200 "));
        AdminRig.await(socket.close());
    }

    @Test
    void tooLongAPathIsRefusedWithItsLength() throws Exception {
        Path deep = Files.createDirectories(directory.resolve("d".repeat(100)));
        Path path = deep.resolve("control.sock");

        String fault = assertThrows(AssertionError.class, () -> listen(path)).getMessage();

        assertTrue(fault.contains("octets, 107 are allowed"), fault);
    }

    private static Path place(String name) throws Exception {
        return Files.createDirectory(directory.resolve(name)).resolve("control.sock");
    }

    private static ControlSocket listen(Path path) {
        return AdminRig.await(ControlSocket.listen(rig.node().vertx(), path, rig.office()));
    }

    private static String ask(Path path, String line) throws Exception {
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            String request = line + "\r\nHost: any\r\nConnection: close\r\n\r\n";
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer answer = ByteBuffer.allocate(64 * 1024);
            while (channel.read(answer) >= 0) {
                // Until the server closes.
            }
            return new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
        }
    }

    private static JsonObject body(String answer) {
        return new JsonObject(answer.substring(answer.indexOf("\r\n\r\n") + 4));
    }
}
