package org.portreeve.pcp.client;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.portreeve.control.Nonce;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpResponse.ErrorResponse;
import org.portreeve.testkit.Conformance;

/** A client that keeps its mapping, against a socket on loopback, with waits that are skipped. */
class KeepingTest {
    private static final Duration PATIENT = Duration.ofSeconds(20);
    private static final int NO_RESOURCES = 8;
    private static final int CANNOT_PROVIDE = 11;
    private static final int INTERNAL_PORT = 40;
    private static final int EXTERNAL_PORT = 42;
    private static final PeerWish PEER =
            PeerWish.of(new Nonce(1, 2), 17, 5_000, PcpAddress.ofIpv4(0xcb00_7109), 443, 120);
    private static final MappingWish MAPPING = MappingWish.of(new Nonce(3, 4), 6, 8_080, 120);

    private final List<Long> pauses = new ArrayList<>();
    private final List<PcpOutcome> told = new ArrayList<>();
    private final AtomicLong skippedNs = new AtomicLong();
    private int pausesLeft;
    private long seed = 1;

    /** How much the clock goes on each time it is read. */
    private long tickNs;

    /** Octets 8 to 12 of answers; follows the clock unless a test says otherwise. */
    private LongSupplier epochSeconds = () -> 1_000 + skippedNs.get() / SECONDS.toNanos(1);

    /** Done at each pause. */
    private Consumer<PcpClient> onPause = _ -> {};

    /** Pauses that the server ends before their time, the first one is 1. */
    private Set<Integer> announcedLosses = Set.of();

    private PcpClient client;

    private long nowNs() {
        return System.nanoTime() + skippedNs.addAndGet(tickNs);
    }

    private boolean pause(long durationNs) throws InterruptedException {
        pauses.add(durationNs);
        boolean isLossAnnounced = announcedLosses.contains(pauses.size());
        skippedNs.addAndGet(isLossAnnounced ? durationNs / 4 : durationNs);
        if (pausesLeft-- == 0) {
            throw new InterruptedException("the test ends");
        }
        onPause.accept(client);
        return isLossAnnounced;
    }

    private PcpOutcome keep(Wish wish, LoopbackServer server, int pauseCount) throws Exception {
        pausesLeft = pauseCount;
        var random = new SplittableRandom(seed);
        try (var opened = PcpClient.open(server.address(), this::nowNs, random)) {
            client = opened;
            return new Keeping(client, wish, this::nowNs, random, this::pause)
                    .keep(PATIENT, told::add);
        }
    }

    /** An answer to a MAP or PEER request. */
    private byte[] answer(byte[] request, int code, int lifetimeSeconds, int externalPort) {
        byte[] octets = request.clone();
        ByteBuffer answer = ByteBuffer.wrap(octets);
        answer.put(1, (byte) (request[1] | 0x80)).put(3, (byte) code).putInt(4, lifetimeSeconds);
        Arrays.fill(octets, 8, 24, (byte) 0);
        answer.putInt(8, (int) epochSeconds.getAsLong());
        if (code == 0) {
            answer.putShort(EXTERNAL_PORT, (short) externalPort);
        }
        return octets;
    }

    private static int port(byte[] octets, int offset) {
        return ByteBuffer.wrap(octets).getShort(offset) & 0xffff;
    }

    @Test
    @Conformance("PCP-CLI-002")
    void aMappingIsRenewedInTimeWithTheTupleThatWasAssigned() throws IOException {
        try (var server = new LoopbackServer(r -> List.of(answer(r, 0, 120, 20_080)))) {
            assertThrows(InterruptedException.class, () -> keep(MAPPING, server, 2));

            assertEquals(3, server.received().size());
            assertEquals(3, told.size());
            for (long pauseNs : pauses) {
                assertTrue(SECONDS.toNanos(58) < pauseNs && pauseNs <= SECONDS.toNanos(75));
            }
            byte[] first = server.received().getFirst();
            byte[] renewal = server.received().getLast();
            assertEquals(0, port(first, EXTERNAL_PORT));
            assertEquals(20_080, port(renewal, EXTERNAL_PORT));
            assertArrayEquals(
                    Arrays.copyOfRange(first, 24, EXTERNAL_PORT),
                    Arrays.copyOfRange(renewal, 24, EXTERNAL_PORT));
        }
    }

    @Test
    @Conformance("PCP-CLI-002")
    void anUnansweredRenewalIsTriedAgainLater() throws IOException {
        List<byte[]> asked = new ArrayList<>();
        try (var server =
                new LoopbackServer(r -> {
                    asked.add(r);
                    return asked.size() == 2 ? List.of() : List.of(answer(r, 0, 120, 20_080));
                })) {
            assertThrows(InterruptedException.class, () -> keep(PEER, server, 2));

            assertEquals(3, server.received().size(), "one packet for each renewal");
            assertEquals(2, told.size());
            long secondNs = pauses.get(0) + pauses.get(1);
            assertTrue(SECONDS.toNanos(86) < secondNs && secondNs < SECONDS.toNanos(98));
            assertEquals(20_080, port(server.received().getLast(), EXTERNAL_PORT));
            assertEquals(5_000, port(server.received().getLast(), INTERNAL_PORT));
        }
    }

    @Test
    void whatWasNeverGrantedIsNotKept() throws Exception {
        try (var server = new LoopbackServer(r -> List.of(answer(r, NO_RESOURCES, 30, 0)))) {
            PcpOutcome outcome = keep(MAPPING, server, 0);

            var answered = assertInstanceOf(PcpOutcome.Answered.class, outcome);
            assertInstanceOf(ErrorResponse.class, answered.response());
            assertEquals(List.of(outcome), told);
            assertEquals(List.of(), pauses);
        }
    }

    @Test
    @Conformance("PCP-CLI-004")
    void aRefusalIsRespectedForItsLifetimeThenAskedAnew() throws IOException {
        List<byte[]> asked = new ArrayList<>();
        try (var server =
                new LoopbackServer(r -> {
                    asked.add(r);
                    return List.of(
                            asked.size() == 2
                                    ? answer(r, NO_RESOURCES, 30, 0)
                                    : answer(r, 0, 120, 20_080));
                })) {
            assertThrows(InterruptedException.class, () -> keep(MAPPING, server, 2));

            assertEquals(SECONDS.toNanos(30), pauses.get(1));
            assertEquals(3, told.size());
        }
    }

    @Test
    void aPeerWhoseTupleIsGoneTakesAnother() throws IOException {
        List<byte[]> asked = new ArrayList<>();
        try (var server =
                new LoopbackServer(r -> {
                    asked.add(r);
                    return List.of(
                            asked.size() == 2
                                    ? answer(r, CANNOT_PROVIDE, 30, 0)
                                    : answer(r, 0, 120, 20_080 + asked.size()));
                })) {
            assertThrows(InterruptedException.class, () -> keep(PEER, server, 2));

            assertEquals(0, port(server.received().getLast(), EXTERNAL_PORT));
        }
    }

    @Test
    void aServerThatSpeaksPcpNoMoreIsAskedSeldom() throws IOException {
        List<byte[]> asked = new ArrayList<>();
        try (var server =
                new LoopbackServer(r -> {
                    asked.add(r);
                    byte[] natPmp = {0, (byte) (r[1] | 0x80), 0, 1, 0, 0, 0, 1};
                    return List.of(asked.size() == 1 ? answer(r, 0, 120, 20_080) : natPmp);
                })) {
            assertThrows(InterruptedException.class, () -> keep(MAPPING, server, 2));

            assertEquals(
                    List.of(SECONDS.toNanos(1_800), SECONDS.toNanos(1_800)), pauses.subList(1, 3));
            assertEquals(3, server.received().size());
        }
    }

    @Test
    void aServerThatIsSilentIsAskedInOneExchangeUntilItAnswers() throws IOException {
        List<byte[]> asked = new ArrayList<>();
        // Each read of the clock takes more than any retransmission time, and noise ends each wait.
        onPause = _ -> tickNs = SECONDS.toNanos(2_000);
        try (var server =
                new LoopbackServer(r -> {
                    asked.add(r);
                    boolean isHeard = asked.size() == 1 || asked.size() == 6;
                    return List.of(isHeard ? answer(r, 0, 120, 20_080) : new byte[] {0});
                })) {
            assertThrows(InterruptedException.class, () -> keep(MAPPING, server, 1));

            assertEquals(6, server.received().size());
            assertEquals(
                    List.of(true, false, true),
                    told.subList(0, 3).stream().map(this::isAnswered).toList());
        }
    }

    private boolean isAnswered(PcpOutcome outcome) {
        return outcome instanceof PcpOutcome.Answered;
    }

    @Test
    void whatCannotBeSentIsTriedAgainEverLater() throws IOException {
        onPause = PcpClient::close;
        try (var server = new LoopbackServer(r -> List.of(answer(r, 0, 120, 20_080)))) {
            assertThrows(InterruptedException.class, () -> keep(MAPPING, server, 12));

            assertEquals(new PcpOutcome.NoAnswer(PcpOutcome.Reason.NOT_SENT), told.getLast());
            int first = pauses.indexOf(SECONDS.toNanos(4));
            assertEquals(
                    List.of(SECONDS.toNanos(8), SECONDS.toNanos(16)),
                    pauses.subList(first + 1, first + 3));
        }
    }

    @Test
    void aServerThatLostItsStateIsAskedAgainSoonAndOnce() throws IOException {
        List<byte[]> asked = new ArrayList<>();
        epochSeconds = () -> 1;
        try (var server =
                new LoopbackServer(r -> {
                    asked.add(r);
                    return List.of(answer(r, 0, 120, 20_080));
                })) {
            assertThrows(InterruptedException.class, () -> keep(MAPPING, server, 3));

            assertTrue(pauses.get(1) <= SECONDS.toNanos(5), "it was not asked soon");
            assertEquals(4, asked.size());
        }
    }

    @Test
    @Conformance("PCP-ANN-011")
    void anAnnouncedLossIsAnsweredAtRandomWithinFiveSecondsByAskingForTheTuple()
            throws IOException {
        announcedLosses = Set.of(1);
        List<Long> waitedNs = new ArrayList<>();
        for (seed = 1; seed <= 40; seed++) {
            pauses.clear();
            try (var server = new LoopbackServer(r -> List.of(answer(r, 0, 120, 20_080)))) {
                assertThrows(InterruptedException.class, () -> keep(MAPPING, server, 2));

                waitedNs.add(pauses.get(1));
                assertEquals(2, server.received().size());
                assertEquals(20_080, port(server.received().get(1), EXTERNAL_PORT));
                assertTrue(pauses.get(2) > SECONDS.toNanos(58), "the next one is in time again");
            }
        }
        assertSpreadOverFiveSeconds(waitedNs);
    }

    private static void assertSpreadOverFiveSeconds(List<Long> waitedNs) {
        waitedNs.sort(null);
        assertTrue(waitedNs.getFirst() < SECONDS.toNanos(1), waitedNs::toString);
        assertTrue(waitedNs.getLast() > SECONDS.toNanos(4), waitedNs::toString);
        assertTrue(waitedNs.getLast() <= SECONDS.toNanos(5), waitedNs::toString);
    }

    @Test
    void whatMayBeGoneIsAskedForUntilThatIsAnswered() throws IOException {
        announcedLosses = Set.of(1);
        tickNs = SECONDS.toNanos(1) / 4;
        var requests = new AtomicInteger();
        try (var server =
                new LoopbackServer(r ->
                        requests.incrementAndGet() == 2
                                ? List.of()
                                : List.of(answer(r, 0, 1_200, 20_080)))) {
            assertThrows(InterruptedException.class, () -> keep(MAPPING, server, 2));

            assertEquals(3, server.received().size());
            assertArrayEquals(server.received().get(1), server.received().get(2));
        }
    }

    @Test
    void whoAnnouncesLossesAgainAndAgainIsBelievedOnce() throws IOException {
        announcedLosses = Set.of(1, 2, 3);
        try (var server = new LoopbackServer(r -> List.of(answer(r, 0, 120, 20_080)))) {
            assertThrows(InterruptedException.class, () -> keep(MAPPING, server, 4));

            assertTrue(pauses.get(1) <= SECONDS.toNanos(5));
            // What was left of the few seconds is waited for.
            assertTrue(pauses.get(2) < pauses.get(1));
            assertTrue(pauses.get(3) < pauses.get(2));
            assertEquals(2, server.received().size());
        }
    }

    @Test
    @Conformance("PCP-ANN-011")
    void clientsOfALostServerComeBackAtRandomWithinFiveSecondsAndAskForTheirTuples()
            throws IOException {
        epochSeconds = () -> 1;
        List<Long> waitedNs = new ArrayList<>();
        for (seed = 1; seed <= 40; seed++) {
            pauses.clear();
            try (var server = new LoopbackServer(r -> List.of(answer(r, 0, 120, 20_080)))) {
                assertThrows(InterruptedException.class, () -> keep(MAPPING, server, 2));

                waitedNs.add(pauses.get(1));
                byte[] again = server.received().get(2);
                assertEquals(20_080, port(again, EXTERNAL_PORT));
                assertArrayEquals(Arrays.copyOf(server.received().get(1), again.length), again);
            }
        }
        assertSpreadOverFiveSeconds(waitedNs);
    }
}
