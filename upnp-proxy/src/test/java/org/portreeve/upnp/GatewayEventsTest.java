package org.portreeve.upnp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.upnp.GatewayRig.EXTERNAL;
import static org.portreeve.upnp.GatewayRig.GATEWAY;
import static org.portreeve.upnp.GatewayRig.HOME_1;
import static org.portreeve.upnp.GatewayRig.HOME_2;
import static org.portreeve.upnp.GatewayRig.HOST_A;
import static org.portreeve.upnp.GatewayRig.HOST_B;
import static org.portreeve.upnp.GatewayRig.entry;
import static org.portreeve.upnp.GatewayRig.mapping;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;
import org.portreeve.testkit.Conformance;
import org.portreeve.upnp.device.PresentAs;

/** Subscriptions and what is sent for them. */
class GatewayEventsTest {
    @TempDir private Path directory;
    private GatewayRig rig;
    private ServerSocket callback;

    @BeforeEach
    void start() throws Exception {
        rig = new GatewayRig(directory, PresentAs.AUTO);
        callback = new ServerSocket(0, 10, InetAddress.getByName(HOST_A));
        callback.setSoTimeout(10_000);
    }

    @AfterEach
    void stop() throws Exception {
        callback.close();
        rig.stop();
    }

    @Test
    @Conformance({"IGD-GENA-001", "IGD-GENA-002", "IGD-VAR-014"})
    void subscriberIsToldHowItIsAndOfEachChange() throws Exception {
        var granted = subscribe(2, "NT: upnp:event\r\nTIMEOUT: Second-10\r\nCALLBACK: " + url());
        assertEquals(200, granted.status());
        assertEquals("Second-1800", granted.header("TIMEOUT"));
        assertTrue(granted.header("SID").startsWith("uuid:"), granted::head);

        String first = takeEvent();
        assertEquals("0", header(first, "SEQ"));
        assertEquals(granted.header("SID"), header(first, "SID"));
        assertEquals("upnp:propchange", header(first, "NTS"));
        assertEquals(
                List.of(
                        "ConnectionStatus",
                        "ExternalIPAddress",
                        "PortMappingNumberOfEntries",
                        "PossibleConnectionTypes",
                        "SystemUpdateID"),
                names(first));
        assertEquals(EXTERNAL, value(first, "ExternalIPAddress"));
        assertEquals("0", value(first, "PortMappingNumberOfEntries"));

        assertEquals(
                200, rig.call(HOST_A, 2, "AddPortMapping", mapping(HOST_A, 5000, 5000)).status());
        String second = takeEvent();
        assertEquals("1", header(second, "SEQ"));
        assertEquals("1", value(second, "PortMappingNumberOfEntries"));
        long update = Long.parseLong(value(second, "SystemUpdateID"));

        // Staff may end it as well.
        assertTrue(
                rig.node()
                        .desk()
                        .drop(InternalTuple.of(Protocol.TCP, Ipv4.of(HOST_A), 5000))
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS));
        String third = takeEvent();
        assertEquals("2", header(third, "SEQ"));
        assertEquals("0", value(third, "PortMappingNumberOfEntries"));
        assertEquals(update + 1, Long.parseLong(value(third, "SystemUpdateID")));
        assertEquals(714, rig.call(HOST_A, 2, "GetSpecificPortMappingEntry", entry(5000)).fault());
    }

    @Test
    @Conformance("IGD-GENA-001")
    void subscriptionIsRenewedAndEndedByItsOwner() throws Exception {
        String sid = subscribe(1, "NT: upnp:event\r\nCALLBACK: " + url()).header("SID");
        takeEvent();
        assertEquals(412, request("SUBSCRIBE", HOST_B, 1, "SID: " + sid).status());
        assertEquals(412, request("UNSUBSCRIBE", HOST_B, 1, "SID: " + sid).status());
        assertEquals(sid, subscribe(1, "SID: " + sid).header("SID"));
        assertEquals(400, subscribe(1, "SID: " + sid + "\r\nNT: upnp:event").status());
        assertEquals(200, request("UNSUBSCRIBE", HOST_A, 1, "SID: " + sid).status());
        assertEquals(412, subscribe(1, "SID: " + sid).status());
        assertEquals(412, subscribe(1, "NT: upnp:event").status());
        assertEquals(412, subscribe(1, "NT: other\r\nCALLBACK: " + url()).status());

        assertEquals(
                200, rig.call(HOST_A, 1, "AddPortMapping", mapping(HOST_A, 5000, 5000)).status());
        callback.setSoTimeout(500);
        try (Socket late = callback.accept()) {
            throw new AssertionError("an event to " + late);
        } catch (SocketTimeoutException e) {
            // As it should be.
        }
    }

    @Test
    @Conformance("IGD-GENA-004")
    void subscriptionsOfASubscriberAreBoundedAndExpire() throws Exception {
        for (int i = 0; i < 16; i++) {
            assertEquals(200, subscribeNowhere(i % 2 == 0 ? HOME_1 : HOME_2));
        }
        assertEquals(503, subscribeNowhere(HOME_1));
        assertEquals(503, subscribeNowhere(HOME_2));
        assertEquals(200, subscribeNowhere(HOST_B));
        rig.skipSeconds(1801);
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (subscribeNowhere(HOME_2) != 200) {
            assertTrue(System.nanoTime() - deadlineNs < 0, "nothing expired");
            Thread.sleep(50);
        }
    }

    private int subscribeNowhere(String from) throws IOException {
        String headers = "NT: upnp:event\r\nCALLBACK: <http://" + from + ":1/>";
        return request("SUBSCRIBE", from, 2, headers).status();
    }

    private String url() {
        return "<http://" + HOST_A + ":" + callback.getLocalPort() + "/events>";
    }

    private GatewayRig.Answer subscribe(int version, String headers) throws IOException {
        return request("SUBSCRIBE", HOST_A, version, headers);
    }

    private GatewayRig.Answer request(String method, String from, int version, String headers)
            throws IOException {
        String path = rig.url(version, "WANIPConnection", "eventSubURL");
        return rig.http(
                from,
                method
                        + " "
                        + path
                        + " HTTP/1.1\r\nHost: "
                        + GATEWAY
                        + "\r\nConnection: close\r\n"
                        + headers
                        + "\r\n\r\n");
    }

    /** The next message, answered with 200. */
    private String takeEvent() throws IOException {
        try (Socket socket = callback.accept()) {
            socket.setSoTimeout(10_000);
            var text = new StringBuilder();
            var part = new byte[4096];
            while (!text.toString().contains("</e:propertyset>")) {
                int length = socket.getInputStream().read(part);
                assertTrue(length > 0, text::toString);
                text.append(new String(part, 0, length, StandardCharsets.UTF_8));
            }
            GatewayRig.send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            assertTrue(text.toString().startsWith("NOTIFY /events HTTP/1.1\r\n"), text::toString);
            return text.toString();
        }
    }

    private static String header(String message, String name) {
        return Pattern.compile("(?im)^" + name + ": *(.*?)\r?$")
                .matcher(message)
                .results()
                .map(found -> found.group(1))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is missing in " + message));
    }

    private static List<String> names(String message) {
        return Pattern.compile("<e:property><([A-Za-z]*)>")
                .matcher(message)
                .results()
                .map(found -> found.group(1))
                .sorted()
                .toList();
    }

    private static String value(String message, String name) {
        int begin = message.indexOf("<" + name + ">") + name.length() + 2;
        return message.substring(begin, message.indexOf('<', begin));
    }
}
