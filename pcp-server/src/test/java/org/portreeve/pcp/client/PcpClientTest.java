package org.portreeve.pcp.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.portreeve.control.Nonce;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpOption;
import org.portreeve.pcp.wire.PcpResponse.AnnounceResponse;
import org.portreeve.pcp.wire.PcpResponse.ErrorResponse;
import org.portreeve.pcp.wire.PcpResponse.MapResponse;
import org.portreeve.pcp.wire.ResultCode;
import org.portreeve.testkit.Conformance;

/** The client against UDP sockets on loopback that speak in octets. */
class PcpClientTest {
    private static final int MAP_BYTES = 60;
    private static final Duration SOON = Duration.ofMillis(300);
    private static final Duration PATIENT = Duration.ofSeconds(20);
    private static final MappingWish WISH =
            MappingWish.of(new Nonce(0x0102_0304_0506_0708L, 0x090a_0b0c), 6, 8_080, 3_600);

    @Test
    void mapSendsItsOwnAddressAndReportsWhatWasAssigned() throws IOException {
        try (var server = new LoopbackServer(request -> List.of(granted(request, 20_080, 7)));
                var client = client(server)) {
            var mapped = (MapResponse) answered(client.map(WISH, PATIENT));

            assertEquals(20_080, mapped.assignedExternalPort());
            assertEquals("198.51.100.9", mapped.assignedExternalAddress().toString());
            assertEquals(3_600, mapped.lifetimeSeconds());
            byte[] request = server.received().getFirst();
            assertArrayEquals(
                    InetAddress.getLoopbackAddress().getAddress(),
                    Arrays.copyOfRange(request, 20, 24));
        }
    }

    @Test
    void clientSendsFromTheAddressItIsGiven() throws IOException {
        InetAddress local = InetAddress.ofLiteral("127.0.0.42");
        try (var server = new LoopbackServer(request -> List.of(granted(request, 1, 7)));
                var client =
                        PcpClient.openFrom(
                                local,
                                server.address(),
                                System::nanoTime,
                                new SplittableRandom(1))) {
            client.map(WISH, PATIENT);

            assertEquals(PcpAddress.of(local), client.clientAddress());
            byte[] request = server.received().getFirst();
            assertArrayEquals(local.getAddress(), Arrays.copyOfRange(request, 20, 24));
        }
    }

    @Test
    void unmapAsksForLifetimeZeroWithoutSuggestionAndWithTheSameNonce() throws IOException {
        try (var server = new LoopbackServer(request -> List.of(granted(request, 0, 7)));
                var client = client(server)) {
            MappingWish wish = WISH.suggesting(8_080).with(new PcpOption.PreferFailure());

            answered(client.unmap(wish, PATIENT));

            byte[] request = server.received().getFirst();
            assertEquals(60, request.length);
            assertArrayEquals(new byte[4], Arrays.copyOfRange(request, 4, 8));
            assertArrayEquals(WISH.nonce().octets(), Arrays.copyOfRange(request, 24, 36));
            assertArrayEquals(new byte[2], Arrays.copyOfRange(request, 42, 44));
        }
    }

    @Test
    @Conformance("PCP-CLI-001")
    void lostRequestIsSentAgainAfterThreeSecondsWithTheSameOctets() throws IOException {
        var count = new AtomicInteger();
        try (var server =
                        new LoopbackServer(request ->
                                count.getAndIncrement() == 0
                                        ? List.of()
                                        : List.of(granted(request, 1, 7)));
                var client = client(server)) {
            long startNs = System.nanoTime();
            answered(client.map(WISH, PATIENT));
            long elapsedMillis = (System.nanoTime() - startNs) / 1_000_000;

            assertEquals(2, server.received().size());
            assertArrayEquals(server.received().getFirst(), server.received().getLast());
            assertEquals(true, elapsedMillis >= 2_690, () -> elapsedMillis + " ms");
        }
    }

    @Test
    @Conformance("PCP-CLI-005")
    void foreignDatagramsDoNotEndTheWait() throws IOException {
        try (var server =
                        new LoopbackServer(request ->
                                List.of(
                                        new byte[3],
                                        request,
                                        announcement(9),
                                        granted(request, 8_081, 7),
                                        granted(request, 8_080, 7)));
                var client = client(server)) {
            MappingWish wish = WISH.suggesting(8_080).with(new PcpOption.PreferFailure());

            var mapped = (MapResponse) answered(client.map(wish, PATIENT));

            assertEquals(8_080, mapped.assignedExternalPort());
        }
    }

    @Test
    void refusalIsAnAnswerWithItsCode() throws IOException {
        try (var server = new LoopbackServer(request -> List.of(refused(request, 10)));
                var client = client(server)) {
            var error = (ErrorResponse) answered(client.map(WISH, PATIENT));

            assertEquals(ResultCode.USER_EX_QUOTA, error.resultCode().orElseThrow());
            assertEquals(30, error.lifetimeSeconds());
        }
    }

    @Test
    @Conformance("PCP-EPO-006")
    void restartBetweenTwoAnswersIsNoticed() throws IOException {
        var epoch = new AtomicInteger(5_000);
        try (var server = new LoopbackServer(_ -> List.of(announcement(epoch.get())));
                var client = client(server)) {
            var before = assertInstanceOf(PcpOutcome.Answered.class, client.announce(PATIENT));
            epoch.set(2);
            var after = assertInstanceOf(PcpOutcome.Answered.class, client.announce(PATIENT));

            assertEquals(new PcpOutcome.Answered(new AnnounceResponse(5_000), true), before);
            assertEquals(new PcpOutcome.Answered(new AnnounceResponse(2), false), after);
        }
    }

    @Test
    @Conformance("PCP-ANN-011")
    void theAnnouncementOfALossEndsTheWait() throws Exception {
        List<byte[]> told = List.of(announcement(5_000), announcement(5_000), announcement(2));
        try (var server = new LoopbackServer(_ -> told);
                var client = client(server)) {
            client.announce(PATIENT);
            long startNs = System.nanoTime();

            assertTrue(client.listen(PATIENT.toNanos()));

            assertTrue(System.nanoTime() - startNs < PATIENT.toNanos() / 2);
        }
    }

    @Test
    void nothingElseEndsTheWaitBeforeItsTime() throws Exception {
        byte[] mappingUpdate = Arrays.copyOf(header(new byte[] {2, 1}, 0, 3), MAP_BYTES);
        List<byte[]> told =
                List.of(announcement(5_000), announcement(5_000), mappingUpdate, new byte[] {7});
        try (var server = new LoopbackServer(_ -> told);
                var client = client(server)) {
            client.announce(PATIENT);
            long startNs = System.nanoTime();

            assertFalse(client.listen(SOON.toNanos()));

            assertTrue(System.nanoTime() - startNs >= SOON.toNanos());
        }
    }

    @Test
    void whoListensCanBeInterrupted() throws Exception {
        try (var server = new LoopbackServer(_ -> List.of());
                var client = client(server)) {
            Thread.currentThread().interrupt();
            assertThrows(InterruptedException.class, () -> client.listen(PATIENT.toNanos()));
        }
    }

    @Test
    void natPmpServerIsRecognised() throws IOException {
        byte[] natPmp = {0, (byte) 0x81, 0, 1, 0, 0, 0, 9};
        try (var server = new LoopbackServer(_ -> List.of(natPmp));
                var client = client(server)) {
            assertEquals(new PcpOutcome.VersionRefused(0), client.map(WISH, PATIENT));
        }
    }

    @Test
    void silenceEndsAtTheTimeout() throws IOException {
        try (var server = new LoopbackServer(_ -> List.of());
                var client = client(server)) {
            assertEquals(
                    new PcpOutcome.NoAnswer(PcpOutcome.Reason.TIMED_OUT), client.announce(SOON));
            assertEquals(1, server.received().size());
        }
    }

    @Test
    void closedPortIsReportedAtOnce() throws IOException {
        InetSocketAddress closed;
        try (var server = new LoopbackServer(_ -> List.of())) {
            closed = server.address();
        }
        try (var client = PcpClient.open(closed, System::nanoTime, new SplittableRandom(1))) {
            assertEquals(
                    new PcpOutcome.NoAnswer(PcpOutcome.Reason.PORT_UNREACHABLE),
                    client.announce(PATIENT));
        }
    }

    private static PcpClient client(LoopbackServer server) throws IOException {
        return PcpClient.open(server.address(), System::nanoTime, new SplittableRandom(1));
    }

    private static Object answered(PcpOutcome outcome) {
        return assertInstanceOf(PcpOutcome.Answered.class, outcome).response();
    }

    /** The request turned into a success for 198.51.100.9 and this port. */
    private static byte[] granted(byte[] request, int externalPort, int epoch) {
        byte[] answer = header(request, 0, epoch);
        answer[42] = (byte) (externalPort >>> 8);
        answer[43] = (byte) externalPort;
        byte[] address = {(byte) 198, 51, 100, 9};
        System.arraycopy(address, 0, answer, 56, 4);
        return answer;
    }

    private static byte[] refused(byte[] request, int code) {
        byte[] answer = header(request, code, 7);
        answer[6] = 0;
        answer[7] = 30;
        return answer;
    }

    private static byte[] announcement(int epoch) {
        return header(new byte[] {2, 0}, 0, epoch);
    }

    private static byte[] header(byte[] request, int code, int epoch) {
        byte[] answer = Arrays.copyOf(request, Math.max(24, request.length));
        answer[1] |= (byte) 0x80;
        answer[3] = (byte) code;
        Arrays.fill(answer, 8, 24, (byte) 0);
        answer[10] = (byte) (epoch >>> 8);
        answer[11] = (byte) epoch;
        return answer;
    }
}
