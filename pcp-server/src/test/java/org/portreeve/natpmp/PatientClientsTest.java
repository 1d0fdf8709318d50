package org.portreeve.natpmp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.natpmp.RawNatPmp.TCP;
import static org.portreeve.natpmp.RawNatPmp.UDP;
import static org.portreeve.natpmp.RawNatPmp.address;
import static org.portreeve.natpmp.RawNatPmp.epoch;
import static org.portreeve.natpmp.RawNatPmp.externalPort;
import static org.portreeve.natpmp.RawNatPmp.lifetime;
import static org.portreeve.natpmp.RawNatPmp.map;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.portreeve.control.ControlCounter;
import org.portreeve.pcp.PcpNode;
import org.portreeve.pcp.RawClient;
import org.portreeve.testkit.Conformance;

/** What clients find that do for hours what RFC 6886 §3 tells them, on a clock that is moved. */
@Timeout(60)
class PatientClientsTest {
    private static final String CLIENT = "127.1.0.1";
    private static final int PORT = 5000;
    private static final int HOUR_SECONDS = 3600;
    private static final int CROWD = 1_000;

    /** Clients that ask at once, fewer than the socket of the node has room for. */
    private static final int GROUP = 50;

    /** RFC 6886 §3.6: whether an epoch says that the gateway lost its mappings. */
    private static boolean isLoss(long before, long after, double elapsedSeconds) {
        return after < before + elapsedSeconds * 7 / 8 - 2;
    }

    @Test
    @Conformance("NPM-091")
    void aDayOfEpochsLooksLikeNoLossWhateverTheWallClockDoes() throws Exception {
        var random = new SplittableRandom(91);
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            long epoch = epoch(client.ask(address()));
            long askedNs = System.nanoTime();
            for (int seconds = 0; seconds < 24 * HOUR_SECONDS; ) {
                int step = random.nextInt(1, 2 * HOUR_SECONDS);
                node.stepWallSeconds(random.nextInt(-HOUR_SECONDS, HOUR_SECONDS));
                node.skipSeconds(step);
                long now = epoch(client.ask(address()));
                double elapsed = step + (System.nanoTime() - askedNs) / 1e9;

                assertTrue(!isLoss(epoch, now, elapsed), epoch + " to " + now + " in " + elapsed);
                epoch = now;
                askedNs = System.nanoTime();
                seconds += step;
            }
        }
    }

    @Test
    @Conformance("NPM-091")
    void aRestartLooksLikeALossWhenOneWasAndElseDoesNot() throws Exception {
        // The node that was asked last had been up for 4990 s, ten seconds ago.
        try (var keeping = EpochTest.restarted(EpochTest.kept(PcpNode.EXTERNAL));
                var client = keeping.client(CLIENT)) {
            assertTrue(!isLoss(4990, epoch(EpochTest.onceReady(client)), 10));
        }
        try (var losing = EpochTest.restarted(EpochTest.kept("203.0.113.77"));
                var client = losing.client(CLIENT)) {
            assertTrue(isLoss(4990, epoch(EpochTest.onceReady(client)), 10));
        }
    }

    @Test
    @Conformance("NPM-090")
    void repetitionsOfOneRequestMakeOneMapping() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            for (int times = 0; times < 9; times++) {
                client.send(map(TCP, PORT, 0, 7200));
            }
            byte[] first = client.receive();
            for (int times = 1; times < 9; times++) {
                assertArrayEquals(mapping(first), mapping(client.receive()));
            }
            // One that was late on its way.
            assertArrayEquals(mapping(first), mapping(client.ask(map(TCP, PORT, 0, 7200))));
            // A subscriber may have eight: seven more fit, so all of them were one.
            for (int port = PORT + 1; port <= PORT + 7; port++) {
                assertEquals(0, RawNatPmp.result(client.ask(map(TCP, port, 0, 7200))));
            }
            assertEquals(4, RawNatPmp.result(client.ask(map(TCP, PORT + 8, 0, 7200))));
        }
    }

    /** An answer without its epoch. */
    private static byte[] mapping(byte[] answer) {
        byte[] copy = answer.clone();
        Arrays.fill(copy, RawNatPmp.EPOCH, RawNatPmp.EPOCH + 4, (byte) 0);
        return copy;
    }

    @Test
    @Conformance("NPM-092")
    void whatIsRenewedAtHalfItsLifeNeverEnds() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        int[] ports = new int[CROWD];
        try (var node = PcpNode.on("127.0.0.1")) {
            for (int i = 0; i < CROWD; i++) {
                clients.add(node.client("127.1.%d.%d".formatted(1 + i / 250, 1 + i % 250)));
            }
            for (int halfLife = 0; halfLife <= 8; halfLife++) {
                for (int first = 0; first < CROWD; first += GROUP) {
                    renew(clients, ports, first, halfLife == 0);
                }
                node.skipSeconds(HOUR_SECONDS);
            }
            assertEquals(0, node.count(ControlCounter.LEASES_EXPIRED));
            assertEquals(CROWD, IntStream.of(ports).distinct().count());
        } finally {
            clients.forEach(RawClient::close);
        }
    }

    /** Each of a group asks for its mapping, and from the second time on must have its port. */
    private static void renew(List<RawClient> clients, int[] ports, int first, boolean isNew)
            throws Exception {
        for (int i = first; i < first + GROUP; i++) {
            clients.get(i).send(map(UDP, PORT, ports[i], 7200));
        }
        for (int i = first; i < first + GROUP; i++) {
            byte[] answer = clients.get(i).receive();
            assertEquals(7200, lifetime(answer));
            assertTrue(isNew || ports[i] == externalPort(answer));
            ports[i] = externalPort(answer);
        }
    }
}
