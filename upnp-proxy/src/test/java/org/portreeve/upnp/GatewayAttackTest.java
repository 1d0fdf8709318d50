package org.portreeve.upnp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.upnp.GatewayRig.GATEWAY;
import static org.portreeve.upnp.GatewayRig.HOST_A;
import static org.portreeve.upnp.GatewayRig.HOST_B;
import static org.portreeve.upnp.GatewayRig.mapping;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.control.counter.Counters;
import org.portreeve.testkit.Conformance;
import org.portreeve.upnp.counter.UpnpCounter;
import org.portreeve.upnp.device.PresentAs;

/** What hostile hosts try, and that others are served meanwhile. */
class GatewayAttackTest {
    private static final String TYPE = "urn:schemas-upnp-org:service:WANIPConnection:2";
    private static final String ACTION = TYPE + "#AddPortMapping";

    @TempDir private static Path directory;
    private static GatewayRig rig;

    @BeforeAll
    static void start() throws Exception {
        rig = new GatewayRig(directory.resolve("node"), PresentAs.AUTO);
    }

    @AfterAll
    static void stop() throws Exception {
        rig.stop();
    }

    @Test
    @Conformance("IGD-HTTP-005")
    void entityThatNamesAFileIsNotRead() throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), "hunter2");
        var answer = post(withDoctype("<!ENTITY x SYSTEM \"" + secret.toUri() + "\">"));
        assertEquals(400, answer.status());
        assertFalse(answer.body().contains("hunter2"), answer::body);
        assertServed();
    }

    @Test
    @Conformance("IGD-HTTP-005")
    void entityThatNamesAUrlIsNotFetched() throws Exception {
        try (var trap = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            trap.setSoTimeout(500);
            String url = "http://127.0.0.1:" + trap.getLocalPort() + "/x";
            assertEquals(400, post(withDoctype("<!ENTITY x SYSTEM \"" + url + "\">")).status());
            String external = "<!DOCTYPE d SYSTEM \"" + url + "\">" + body("x");
            assertEquals(400, post(external).status());
            assertNobodyCame(trap);
        }
    }

    @Test
    @Conformance("IGD-HTTP-005")
    void entitiesAreNotMultiplied() throws Exception {
        var bomb = new StringBuilder("<!ENTITY a0 \"laugh\">");
        for (int i = 1; i < 30; i++) {
            String before = "&a" + (i - 1) + ";";
            bomb.append("<!ENTITY a")
                    .append(i)
                    .append(" \"")
                    .append(before.repeat(10))
                    .append("\">");
        }
        bomb.append("<!ENTITY x \"&a29;\">");
        long refused = rig.count(UpnpCounter.XML_REFUSED);
        assertEquals(400, post(withDoctype(bomb.toString())).status());
        assertEquals(refused + 1, rig.count(UpnpCounter.XML_REFUSED));
        assertServed();
    }

    @Test
    @Conformance("IGD-HTTP-005")
    void nestingIsBounded() throws Exception {
        String deep = "<a>".repeat(5000) + "</a>".repeat(5000);
        assertEquals(400, post(body(deep)).status());
        assertEquals(400, post("<s:Envelope").status());
        assertEquals(400, post("").status());
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void spoiledBodiesAreAnsweredAndNothingBreaks(long seed) throws Exception {
        var random = new Random(seed);
        byte[] good = body("x").getBytes(StandardCharsets.ISO_8859_1);
        for (int round = 0; round < 30; round++) {
            byte[] spoiled = good.clone();
            for (int i = 0; i < 1 + round / 3; i++) {
                spoiled[random.nextInt(spoiled.length)] = (byte) (' ' + random.nextInt(95));
            }
            int status = post(new String(spoiled, StandardCharsets.ISO_8859_1)).status();
            assertTrue(status == 200 || status == 400 || status == 500, () -> "" + status);
        }
        assertServed();
    }

    @Test
    @Conformance("IGD-HTTP-004")
    void largeBodiesAndHeadersAreCutOff() throws Exception {
        String path = rig.url(2, "WANIPConnection", "controlURL");
        String begin =
                "POST "
                        + path
                        + " HTTP/1.1\r\nHost: "
                        + GATEWAY
                        + "\r\nSOAPAction: \""
                        + ACTION
                        + "\"";
        assertCutOff(413, begin + "\r\nContent-Length: 65537\r\n\r\n" + "x".repeat(65_537));
        assertCutOff(
                413,
                begin
                        + "\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + ("4000\r\n" + "x".repeat(0x4000) + "\r\n").repeat(5));
        assertCutOff(431, begin + "\r\nX-Long: " + "x".repeat(9 * 1024) + "\r\n\r\n");
        assertServed();
    }

    @Test
    @Tag("long")
    @Conformance("IGD-HTTP-004")
    void slowSenderIsCutOffWhileOthersAreServed() throws Exception {
        long tooSlow = rig.count(UpnpCounter.HTTP_TOO_SLOW);
        long begunNs = System.nanoTime();
        try (Socket slow = rig.connect(HOST_B)) {
            GatewayRig.send(slow, "GET / HTTP/1.1\r\nX: ");
            slow.setSoTimeout(1000);
            boolean isOpen = true;
            while (isOpen) {
                isOpen = staysOpen(slow);
                assertTrue(System.nanoTime() - begunNs < 14_000_000_000L, "still open");
            }
        }
        assertEquals(tooSlow + 1, rig.count(UpnpCounter.HTTP_TOO_SLOW));
        assertServed();
    }

    @Test
    void connectionsOfOneHostAreBounded() throws Exception {
        var open = new ArrayList<Socket>();
        try {
            for (int i = 0; i < 40; i++) {
                open.add(rig.connect(HOST_B));
            }
            assertServed();
            long deadlineNs = System.nanoTime() + 5_000_000_000L;
            while (rig.count(UpnpCounter.HTTP_REFUSED_CONNECTIONS) < 8) {
                assertTrue(System.nanoTime() - deadlineNs < 0, "nothing was refused");
                Thread.sleep(20);
            }
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    @Test
    @Conformance("IGD-HTTP-003")
    void nameThatAWebPageResolvedToUsIsRefused() throws Exception {
        String path = rig.descriptionPath(2);
        String host = "evil.example:" + rig.httpPort();
        var answer =
                rig.http(
                        HOST_A,
                        "GET "
                                + path
                                + " HTTP/1.1\r\nHost: "
                                + host
                                + "\r\nConnection: close\r\n\r\n");
        assertEquals(403, answer.status());
    }

    @Test
    void strangersAreRefused() throws Exception {
        // 127.128.0.0/9 is no subscriber's.
        assertEquals(503, rig.get("127.200.0.1", rig.descriptionPath(2)).status());
        var added =
                rig.call("127.200.0.1", 2, "AddPortMapping", mapping("127.200.0.1", 5000, 5000));
        assertEquals(503, added.status());
    }

    @Test
    @Conformance("IGD-SSDP-011")
    void floodOfSearchesIsAnsweredBoundedly() throws Exception {
        int answers = 0;
        try (var socket = new DatagramSocket(0, InetAddress.getByName("127.0.0.20"))) {
            byte[] search = GatewayRig.searchText("ssdp:all").getBytes(StandardCharsets.UTF_8);
            var packet =
                    new DatagramPacket(
                            search,
                            search.length,
                            InetAddress.getLoopbackAddress(),
                            rig.ssdpPort());
            for (int i = 0; i < 1000; i++) {
                socket.send(packet);
                if (i % 50 == 0) {
                    Thread.sleep(5);
                }
            }
            socket.setSoTimeout(500);
            var answer = new DatagramPacket(new byte[2048], 2048);
            while (true) {
                socket.receive(answer);
                answers++;
            }
        } catch (SocketTimeoutException e) {
            int received = answers;
            // 40 searches at once and 4 a second, 9 answers each.
            assertTrue(received > 0 && received <= 50 * 9, () -> received + " answers");
        }
        assertTrue(rig.count(UpnpCounter.SSDP_DROPPED_SOURCE_RATE) > 500);
        assertEquals(1, rig.search(HOST_A, "upnp:rootdevice", 1).size());
    }

    @Test
    @Conformance("IGD-GENA-003")
    void eventsAreNotSentToWhoDidNotAsk() throws Exception {
        String path = rig.url(2, "WANIPConnection", "eventSubURL");
        long foreign = rig.count(UpnpCounter.EVENT_FOREIGN_CALLBACK);
        try (var victim = new ServerSocket(0, 1, InetAddress.getByName(HOST_B))) {
            victim.setSoTimeout(500);
            String url = "<http://" + HOST_B + ":" + victim.getLocalPort() + "/x>";
            assertEquals(412, subscribe(path, url));
            assertEquals(412, subscribe(path, "<http://" + HOST_A + ":1/>" + url));
            assertEquals(412, subscribe(path, "<http://localhost:" + victim.getLocalPort() + "/>"));
            assertNobodyCame(victim);
        }
        assertEquals(foreign + 3, rig.count(UpnpCounter.EVENT_FOREIGN_CALLBACK));
    }

    @Test
    void secondGatewayAtTheSamePortDoesNotStartAndSaysWhy() throws Exception {
        var config =
                new UpnpConfig(
                        List.of("lo"), PresentAs.AUTO, "other", rig.httpPort(), rig.ssdpPort());
        var failure = startFailure(config);
        assertTrue(
                failure.getMessage()
                        .startsWith("UPnP cannot listen at TCP 127.0.0.1:" + rig.httpPort()),
                failure::getMessage);
        var unknown = new UpnpConfig(List.of("nodev0"), PresentAs.AUTO, "other", 0, rig.ssdpPort());
        assertTrue(
                startFailure(unknown)
                        .getMessage()
                        .startsWith("upnp.interfaces: nodev0 does not exist"));
        assertServed();
    }

    @Test
    void gatewayThatIsStoppedWhileItStartsIsStoppedWhenItHas() throws Exception {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        int ssdpPort;
        try (var free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            ssdpPort = free.getLocalPort();
        }
        var config = new UpnpConfig(List.of("lo"), PresentAs.AUTO, "other", port, ssdpPort);

        var starting = rig.start(config);
        assertFalse(starting.isComplete());
        GatewayRig.await(UpnpServer.stop(starting));

        // Its ports are free again.
        var next = rig.start(config);
        GatewayRig.await(next);
        GatewayRig.await(UpnpServer.stop(next));
        var unknown = new UpnpConfig(List.of("nodev0"), PresentAs.AUTO, "other", 0, ssdpPort);
        GatewayRig.await(UpnpServer.stop(rig.start(unknown)));
    }

    @Test
    void gatewayThatDoesNotStartLeavesTheTimersOfOthersAlone() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            var fired = new CompletableFuture<Void>();
            assertEquals(0, vertx.setTimer(1000, _ -> fired.complete(null)));
            var config =
                    new UpnpConfig(List.of("nodev0"), PresentAs.AUTO, "other", 0, rig.ssdpPort());
            var chance =
                    new TimeAndChance(
                            System::nanoTime,
                            System::currentTimeMillis,
                            new Random(1),
                            UUID::randomUUID);
            var failed =
                    UpnpServer.start(
                            vertx,
                            config,
                            rig.node().desk(),
                            new Counters<>(UpnpCounter.class),
                            chance);
            assertThrows(ExecutionException.class, () -> GatewayRig.await(failed));
            fired.get(10, TimeUnit.SECONDS);
        } finally {
            GatewayRig.await(vertx.close());
        }
    }

    private static Throwable startFailure(UpnpConfig config) throws Exception {
        try {
            GatewayRig.await(rig.start(config));
            throw new AssertionError("it started");
        } catch (ExecutionException e) {
            assertTrue(e.getCause() instanceof UpnpStartException, () -> "" + e.getCause());
            return e.getCause();
        }
    }

    private static int subscribe(String path, String callback) throws IOException {
        return rig.http(
                        HOST_A,
                        "SUBSCRIBE "
                                + path
                                + " HTTP/1.1\r\nHost: "
                                + GATEWAY
                                + "\r\nConnection: close\r\nNT: upnp:event\r\nCALLBACK: "
                                + callback
                                + "\r\n\r\n")
                .status();
    }

    private static boolean staysOpen(Socket socket) throws IOException {
        try {
            GatewayRig.send(socket, "x");
            return socket.getInputStream().read() >= 0;
        } catch (SocketTimeoutException e) {
            return true;
        } catch (SocketException e) {
            return false;
        }
    }

    /** The status, or a connection that is closed before it can be read. */
    private static void assertCutOff(int status, String octets) throws IOException {
        try {
            int answered = rig.http(HOST_B, octets).status();
            assertTrue(answered == status || answered == 0, () -> "" + answered);
        } catch (SocketException e) {
            assertTrue(e.getMessage().matches("Connection reset|Broken pipe.*"), e::getMessage);
        }
    }

    private static void assertNobodyCame(ServerSocket trap) throws IOException {
        try (Socket caught = trap.accept()) {
            throw new AssertionError("fetched by " + caught.getRemoteSocketAddress());
        } catch (SocketTimeoutException e) {
            // As it should be.
        }
    }

    private static void assertServed() throws IOException {
        assertEquals(200, rig.call(HOST_A, 2, "GetStatusInfo", Map.of()).status());
    }

    private static GatewayRig.Answer post(String body) throws IOException {
        return rig.postBody(HOST_A, rig.url(2, "WANIPConnection", "controlURL"), ACTION, body);
    }

    private static String withDoctype(String declarations) {
        return "<!DOCTYPE d [" + declarations + "]>" + body("&x;");
    }

    private static String body(String description) {
        String whole =
                GatewayRig.envelope(
                        TYPE,
                        "AddPortMapping",
                        GatewayRig.with(
                                mapping(HOST_A, 5000, 5000),
                                "NewPortMappingDescription",
                                description));
        return whole.substring(whole.indexOf("?>") + 2);
    }
}
