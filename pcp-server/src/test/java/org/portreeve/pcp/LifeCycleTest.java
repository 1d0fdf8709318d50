package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.pcp.RawRequest.EPOCH;
import static org.portreeve.pcp.RawRequest.EXTERNAL_PORT;
import static org.portreeve.pcp.RawRequest.LIFETIME;
import static org.portreeve.pcp.RawRequest.UDP;
import static org.portreeve.pcp.RawRequest.announce;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.nonce;
import static org.portreeve.pcp.RawRequest.u16;
import static org.portreeve.pcp.RawRequest.u32;

import io.vertx.core.Future;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.Nonce;
import org.portreeve.control.RecoveredState;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.pcp.socket.ListenException;
import org.portreeve.testkit.Conformance;

/** How a server starts, stops and breaks. */
@Timeout(60)
class LifeCycleTest {
    private static final String CLIENT = "127.5.0.1";
    private static final int PORT = 7000;

    @Test
    @Conformance({"PCP-RC-008", "PCP-EPO-005"})
    void whileLeasesAreRestoredOnlyAnnounceIsServed() throws Exception {
        try (var node = idleNode(withLease())) {
            PcpNode.await(node.deploy());
            try (var client = node.client(CLIENT)) {
                byte[] announced = client.ask(0, announce(CLIENT));
                byte[] refused = client.ask(7, map(CLIENT, 1, UDP, PORT, 600));
                assertEquals(30, u32(refused, LIFETIME));

                node.startTranslator();
                await(() -> node.restoredCount() == 1);

                byte[] renewed = client.ask(0, map(CLIENT, 1, UDP, PORT, 600));
                assertEquals(4711, u16(renewed, EXTERNAL_PORT));
                for (byte[] answer : List.of(announced, refused, renewed)) {
                    assertTrue(Math.abs(u32(answer, EPOCH) - 5000) <= 30);
                }
            }
        }
    }

    @Test
    @Conformance("PCP-NET-007")
    void aStopAnswersWhatIsOwed() throws Exception {
        try (var node = idleNode(RecoveredState.empty())) {
            PcpNode.await(node.deploy());
            try (var client = node.client(CLIENT)) {
                client.send(map(CLIENT, 1, UDP, PORT, 600));
                await(() -> node.counters.value(PcpCounter.RECEIVED) == 1);

                Future<Void> stopped = node.stop();
                node.startTranslator();

                assertEquals(600, u32(client.receive(), LIFETIME));
                PcpNode.await(stopped);
            }
        }
    }

    @Test
    void aStopDoesNotWaitForEver() throws Exception {
        try (var node = idleNode(RecoveredState.empty())) {
            PcpNode.await(node.deploy());
            try (var client = node.client(CLIENT)) {
                client.send(map(CLIENT, 1, UDP, PORT, 600));
                await(() -> node.counters.value(PcpCounter.RECEIVED) == 1);

                Future<Void> stopped = node.stop();
                assertFalse(stopped.isComplete());
                node.skipSeconds(3);

                PcpNode.await(stopped);
            }
        }
    }

    @Test
    void aStoppedServerGivesItsPortBack() throws Exception {
        try (var node = PcpNode.on("127.0.0.1")) {
            InetSocketAddress address = node.address();
            PcpNode.await(node.stop());

            new DatagramSocket(address).close();
        }
    }

    @Test
    void aStartThatFailsLeavesNoSocketOpen() throws Exception {
        try (var first = PcpNode.on("127.0.0.3")) {
            int port = first.address().getPort();
            var listen = PcpNode.listen(port, "127.0.0.2", "127.0.0.3");
            try (var second =
                    new PcpNode(
                            PcpNode.config(), PcpServer.TOTAL, listen, RecoveredState.empty())) {
                Throwable failure =
                        assertThrows(
                                CompletionException.class, () -> PcpNode.await(second.deploy()));

                assertTrue(failure.getCause() instanceof ListenException);
                var free = PcpNode.listen(port, "127.0.0.2");
                PcpNode.started(PcpNode.config(), PcpServer.TOTAL, free).close();
            }
        }
    }

    @Test
    void aDefectIsReportedOnceAndNothingIsServedAfterIt() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            client.ask(0, announce(CLIENT));
            node.breakClock();
            await(() -> node.failureCount.get() > 0);

            for (int i = 0; i < 10; i++) {
                client.send(announce(CLIENT));
            }
            PcpNode.await(node.stop());

            assertEquals(1, node.failureCount.get());
            assertEquals(1, node.counters.value(PcpCounter.ANSWERED_SUCCESS));
            assertEquals("broken by the test", node.takeFailure().orElseThrow().getMessage());
        }
    }

    private static PcpNode idleNode(RecoveredState found) {
        return new PcpNode(
                PcpNode.config(), PcpServer.TOTAL, PcpNode.listen(0, "127.0.0.1"), found);
    }

    /** What a journal says of a node that was up for 5000 s and had one lease. */
    private static RecoveredState withLease() {
        long nowMillis = System.currentTimeMillis();
        var lease =
                new JournalRecord.LeaseGranted(
                        InternalTuple.of(UDP, Ipv4.of(CLIENT), PORT),
                        CLIENT,
                        Ipv4.of(PcpNode.EXTERNAL),
                        4711,
                        Nonce.of(nonce(1)),
                        LeaseOrigin.PCP,
                        Ipv4.of(CLIENT),
                        40_000,
                        nowMillis + 500_000,
                        "");
        return new RecoveredState(
                List.of(lease),
                List.of(),
                List.of(new JournalRecord.Paired(CLIENT, Ipv4.of(PcpNode.EXTERNAL))),
                List.of(),
                OptionalLong.of(nowMillis - 5_000_000),
                nowMillis - 1000);
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(1_000_000);
        }
    }
}
