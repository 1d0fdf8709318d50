package org.portreeve.upnp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.upnp.GatewayRig.GATEWAY;
import static org.portreeve.upnp.GatewayRig.HOST_A;
import static org.portreeve.upnp.GatewayRig.HOST_B;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.MapCommand;
import org.portreeve.control.MapOutcome;
import org.portreeve.control.Nonce;
import org.portreeve.control.view.MappingQuery;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;
import org.portreeve.upnp.counter.UpnpCounter;
import org.portreeve.upnp.device.PresentAs;

/** What hosts meet when port control has all the questions of hosts that it takes. */
class GatewayBusyTest {
    /** More than port control looks through in one turn. */
    private static final int LEASES = 1100;

    private static final int QUESTIONS = 16;

    @TempDir private static Path directory;
    private static GatewayRig rig;

    @BeforeAll
    static void start() throws Exception {
        rig = new GatewayRig(directory, PresentAs.AUTO, LEASES);
        for (int first = 0; first < LEASES; first += 50) {
            var outcomes = new ArrayList<CompletableFuture<MapOutcome>>();
            for (int i = first; i < first + 50; i++) {
                outcomes.add(rig.node().desk().map(lease(2000 + i)).toCompletableFuture());
            }
            for (CompletableFuture<MapOutcome> outcome : outcomes) {
                MapOutcome made = outcome.get(10, TimeUnit.SECONDS);
                assertTrue(made instanceof MapOutcome.Granted, made::toString);
            }
        }
    }

    @AfterAll
    static void stop() throws Exception {
        rig.stop();
    }

    @Test
    void actionIsAnsweredWithAFaultAndServedLater() throws Exception {
        assertEquals(713, generic().fault());
        long busy = rig.count(UpnpCounter.ACTIONS_BUSY);
        rig.beforeEachQuestion(GatewayBusyTest::askMuch);

        var refused = generic();
        assertEquals(501, refused.fault(), refused::body);
        assertEquals(500, refused.status());

        rig.beforeEachQuestion(() -> {});
        assertEquals(busy + 1, rig.count(UpnpCounter.ACTIONS_BUSY));
        assertEquals(0, rig.count(UpnpCounter.HTTP_FAILED));
        assertEquals(713, awaitServed());
    }

    /** The fault of an action when the questions that were in the way have been answered. */
    private static int awaitServed() throws Exception {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        int fault = generic().fault();
        while (fault == 501 && System.nanoTime() - deadlineNs < 0) {
            Thread.sleep(20);
            fault = generic().fault();
        }
        return fault;
    }

    @Test
    void eventIsSentWhenThereIsRoomAgain() throws Exception {
        String path = rig.url(2, "WANIPConnection", "eventSubURL");
        try (var callback = new ServerSocket(0, 10, InetAddress.getByName(HOST_B))) {
            callback.setSoTimeout(10_000);
            rig.beforeEachQuestion(GatewayBusyTest::askMuch);
            assertEquals(200, subscribe(path, callback.getLocalPort()));
            long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (rig.count(UpnpCounter.EVENTS_PUT_OFF) == 0) {
                assertTrue(System.nanoTime() - deadlineNs < 0, "no event was put off");
                Thread.sleep(20);
            }
            rig.beforeEachQuestion(() -> {});

            try (Socket event = callback.accept()) {
                var part = new byte[512];
                assertTrue(event.getInputStream().read(part) > 0);
                GatewayRig.send(event, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            }
            assertEquals(0, rig.count(UpnpCounter.EVENTS_LOST));
        } finally {
            rig.beforeEachQuestion(() -> {});
        }
    }

    /** Takes the places of hosts until the next turn of port control; on its loop. */
    private static void askMuch() {
        for (int i = 0; i < QUESTIONS; i++) {
            rig.node()
                    .control()
                    .mappingsForHost(MappingQuery.all(1), rig.nowNs(), rig.wallMillis(), _ -> {});
        }
    }

    private static int subscribe(String path, int port) throws IOException {
        return rig.http(
                        HOST_B,
                        "SUBSCRIBE "
                                + path
                                + " HTTP/1.1\r\nHost: "
                                + GATEWAY
                                + "\r\nConnection: close\r\nNT: upnp:event\r\nCALLBACK: <http://"
                                + HOST_B
                                + ":"
                                + port
                                + "/>\r\n\r\n")
                .status();
    }

    private static GatewayRig.Answer generic() throws IOException {
        return rig.call(
                HOST_B, 2, "GetGenericPortMappingEntry", Map.of("NewPortMappingIndex", "0"));
    }

    private static MapCommand lease(int port) {
        return new MapCommand(
                InternalTuple.of(Protocol.TCP, Ipv4.of(HOST_A), port),
                new Nonce(1, 2),
                LeaseOrigin.PCP,
                0,
                port,
                true,
                3600,
                Ipv4.of(HOST_A),
                5350,
                "");
    }
}
