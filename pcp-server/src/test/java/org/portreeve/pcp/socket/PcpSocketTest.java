package org.portreeve.pcp.socket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.portreeve.control.counter.Counters;
import org.portreeve.nat.Ipv4;
import org.portreeve.pcp.PcpCounter;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.testkit.Conformance;

/** Real sockets on loopback addresses; the server behind them says back what it hears. */
class PcpSocketTest {
    private static final PcpAddress LOOPBACK = PcpAddress.ofIpv4(Ipv4.of("127.0.0.1"));
    private static final InetAddress IPV6_LOOPBACK = InetAddress.ofLiteral("::1");
    private static final int ANY_PORT = 0;
    private static final int TIMEOUT_MILLIS = 10_000;

    private final Vertx vertx = PcpTransport.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final Counters<PcpCounter> counters = new Counters<>(PcpCounter.class);

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    @Test
    void answersLeaveFromTheAddressThatWasAsked() throws Exception {
        PcpSocket first = open("127.0.0.2", ANY_PORT);
        int port = first.localAddress().port();
        open("127.0.0.3", port);

        try (DatagramSocket client = client()) {
            for (String server : new String[] {"127.0.0.3", "127.0.0.2"}) {
                send(client, server, port, new byte[] {1, 2, 3});
                DatagramPacket answer = receive(client);

                assertEquals(
                        new InetSocketAddress(InetAddress.ofLiteral(server), port),
                        answer.getSocketAddress());
                assertEquals(3, answer.getLength());
            }
        }
    }

    @Test
    void anOversizedDatagramArrivesCutOffAboveTheLongestMessage() throws Exception {
        PcpSocket socket = open("127.0.0.1", ANY_PORT);
        try (DatagramSocket client = client()) {
            for (int length : new int[] {1, 1100, 1101, 1104, 1199, 1200, 1201, 9000}) {
                send(client, "127.0.0.1", socket.localAddress().port(), new byte[length]);

                int limit = BatchingTransport.DATAGRAM_LENGTH_LIMIT;
                assertEquals(Math.min(length, limit), receive(client).getLength());
            }
        }
    }

    @Test
    @Conformance("PCP-NET-001")
    void ipv6IsListenedOnAndAnsweredFromTheAddressAsked() throws Exception {
        assumeTrue(NetworkInterface.getByInetAddress(IPV6_LOOPBACK) != null, "no IPv6 here");
        PcpSocket socket = open("::1", ANY_PORT);
        var server = new InetSocketAddress(IPV6_LOOPBACK, socket.localAddress().port());
        try (var client = new DatagramSocket(new InetSocketAddress(IPV6_LOOPBACK, 0))) {
            client.setSoTimeout(TIMEOUT_MILLIS);
            client.send(new DatagramPacket(new byte[7], 7, server));
            DatagramPacket answer = receive(client);

            assertEquals(server, answer.getSocketAddress());
            assertEquals(7, answer.getLength());
        }
    }

    @Test
    void datagramsOfABatchAreToldApart() throws Exception {
        PcpSocket socket = open("127.0.0.1", ANY_PORT);
        try (DatagramSocket client = client()) {
            for (int i = 1; i <= 100; i++) {
                byte[] datagram = new byte[i];
                datagram[i - 1] = (byte) i;
                send(client, "127.0.0.1", socket.localAddress().port(), datagram);
            }
            for (int i = 1; i <= 100; i++) {
                byte[] expected = new byte[i];
                expected[i - 1] = (byte) i;
                assertArrayEquals(expected, octets(receive(client)));
            }
        }
    }

    @Test
    void anAddressOfNoDeviceIsRefusedWithASentence() {
        ListenException refusal =
                assertThrows(ListenException.class, () -> open("203.0.113.77", ANY_PORT));

        assertEquals(
                "203.0.113.77 cannot be listened on: no device has this address",
                refusal.getMessage());
    }

    @Test
    void aPortThatIsTakenIsRefusedWithASentence() throws Exception {
        PcpSocket socket = open("127.0.0.1", ANY_PORT);

        int port = socket.localAddress().port();
        var failure = assertThrows(ExecutionException.class, () -> open("127.0.0.1", port));

        assertTrue(failure.getCause() instanceof ListenException);
        assertTrue(failure.getCause().getMessage().startsWith("127.0.0.1 cannot be listened on: "));
    }

    @Test
    void aVertxWithAnotherTransportIsNotTrusted() throws Exception {
        Vertx plain = Vertx.vertx();
        try {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> PcpSocket.open(plain, LOOPBACK, "", ANY_PORT, counters, (_, _) -> {}));
        } finally {
            await(plain.close());
        }
    }

    private PcpSocket open(String address, int port) throws Exception {
        var listen = PcpAddress.of(InetAddress.ofLiteral(address));
        List<String> devices = InsideDevice.of(listen, List.of());
        Promise<PcpSocket> opened = Promise.promise();
        Context context = vertx.getOrCreateContext();
        context.runOnContext(_ ->
                PcpSocket.open(
                                vertx,
                                listen,
                                devices.getFirst(),
                                port,
                                counters,
                                (datagram, client) -> client.reply().send(datagram))
                        .onComplete(opened));
        return await(opened.future());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage()
                .toCompletableFuture()
                .get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static DatagramSocket client() throws Exception {
        DatagramSocket client =
                new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
        client.setSoTimeout(TIMEOUT_MILLIS);
        return client;
    }

    private static void send(DatagramSocket client, String server, int port, byte[] octets)
            throws Exception {
        client.send(
                new DatagramPacket(
                        octets,
                        octets.length,
                        new InetSocketAddress(InetAddress.ofLiteral(server), port)));
    }

    private static DatagramPacket receive(DatagramSocket client) throws Exception {
        DatagramPacket answer = new DatagramPacket(new byte[10_000], 10_000);
        client.receive(answer);
        return answer;
    }

    private static byte[] octets(DatagramPacket packet) {
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }
}
