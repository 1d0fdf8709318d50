package org.portreeve.pcp.client;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.control.Nonce;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpEncoder;
import org.portreeve.pcp.wire.PcpOption;
import org.portreeve.pcp.wire.PcpRequest;
import org.portreeve.pcp.wire.PcpRequest.MapRequest;
import org.portreeve.pcp.wire.PcpResponse;
import org.portreeve.pcp.wire.PcpResponse.MapResponse;
import org.portreeve.pcp.wire.Vectors;
import org.portreeve.testkit.Conformance;

/** One request in simulated time, and what may pass as its answer. */
class PcpExchangeTest {
    private static final PcpAddress CLIENT = PcpAddress.ofIpv4(0x6440_0007);
    private static final PcpAddress EXTERNAL = PcpAddress.ofIpv4(0xc633_6409);
    private static final Nonce NONCE = new Nonce(1, 2);

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    @Conformance("PCP-CLI-001")
    void retransmissionsDoubleFromThreeSecondsToTheCeilingWithTenPercentOfJitter(long seed) {
        var random = new SplittableRandom(seed);
        long nowNs = random.nextLong();
        var exchange = new PcpExchange(map(), random.split(), nowNs);
        byte[] first = exchange.datagram();
        double expectedSeconds = 3;
        for (int sent = 1; sent <= 14; sent++) {
            assertTrue(exchange.isDue(nowNs));
            assertArrayEquals(first, exchange.datagram());
            long gapNs = exchange.dueNs() - nowNs;
            double gapSeconds = gapNs / 1e9;
            assertTrue(
                    0.9 * expectedSeconds <= gapSeconds && gapSeconds <= 1.1 * expectedSeconds,
                    () -> gapSeconds + " s");

            assertFalse(exchange.isDue(nowNs));
            assertFalse(exchange.isDue(nowNs + gapNs - 1));
            nowNs += gapNs;
            expectedSeconds = Math.min(2 * gapSeconds, 1_024);
        }
    }

    @Test
    @Conformance("PCP-CLI-001")
    void jitterFillsTheWholeTenPercentBothWays() {
        var random = new SplittableRandom(4);
        long shortest = Long.MAX_VALUE;
        long longest = 0;
        for (int count = 0; count < 2_000; count++) {
            var exchange = new PcpExchange(map(), random, 0);
            exchange.isDue(0);
            shortest = Math.min(shortest, exchange.dueNs());
            longest = Math.max(longest, exchange.dueNs());
        }
        assertTrue(2_700_000_000L <= shortest && shortest < 2_703_000_000L);
        assertTrue(3_297_000_000L < longest && longest <= 3_300_000_000L);
    }

    @Test
    void lateTimerDoesNotBringABurst() {
        var exchange = new PcpExchange(map(), new SplittableRandom(1), 0);
        assertTrue(exchange.isDue(SECONDS.toNanos(1_000)));
        assertFalse(exchange.isDue(SECONDS.toNanos(1_001)));
    }

    @Test
    void successIsTheAnswerWhateverTupleWasAssigned() {
        assertAnswer(map(), granted(map(), 20_080));
    }

    @Test
    void successForAnotherNonceProtocolPortOrHostIsNotTheAnswer() {
        MapResponse granted = granted(map(), 20_080);
        assertNotOurs(map(), changed(granted, new Nonce(1, 3), 6, 8_080));
        assertNotOurs(map(), changed(granted, NONCE, 17, 8_080));
        assertNotOurs(map(), changed(granted, NONCE, 6, 8_081));
        MapRequest thirdParty = map().withOptions(List.of(new PcpOption.ThirdParty(EXTERNAL)));
        assertAnswer(thirdParty, granted(thirdParty, 20_080));
        assertNotOurs(thirdParty, granted);
        assertNotOurs(map(), granted(thirdParty, 20_080));
    }

    @Test
    @Conformance("PCP-CLI-005")
    void preferFailureTakesNothingButTheTupleItInsistsOn() {
        MapRequest insisting = insisting(EXTERNAL);

        assertAnswer(insisting, granted(insisting, 8_080));
        assertNotOurs(insisting, granted(insisting, 8_081));
        PcpAddress other = PcpAddress.ofIpv4(0xc633_640a);
        assertNotOurs(insisting, insisting.granted(600, 8_080, other, 5));
        assertNotOurs(insisting, changed(granted(insisting, 8_080), new Nonce(9, 9), 6, 8_080));
        assertNotOurs(insisting, changed(granted(insisting, 8_080), NONCE, 17, 8_080));
    }

    @Test
    void preferFailureWithoutAnAddressInsistsOnThePortAlone() {
        MapRequest insisting = insisting(PcpAddress.ANY_IPV4);

        assertAnswer(insisting, granted(insisting, 8_080));
        assertNotOurs(insisting, granted(insisting, 8_081));
    }

    @Test
    void errorOfTheSameRequestIsTheAnswer() {
        byte[] error = Vectors.octets("map-error-user-ex-quota");
        var vector =
                new MapRequest(
                        CLIENT,
                        60,
                        new Nonce(0xa1a2_a3a4_a5a6_a7a8L, 0xa9aa_abac),
                        6,
                        8_080,
                        0,
                        PcpAddress.ANY_IPV4,
                        List.of());

        assertTrue(isAnswer(vector, error));
        assertFalse(isAnswer(map(), error));
        assertFalse(isAnswer(new PcpRequest.AnnounceRequest(CLIENT, 0), error));
    }

    @Test
    void announcementsDoNotAnswerMapButAnnounce() {
        byte[] announcement = Vectors.octets("announce-response-after-restart");

        assertFalse(isAnswer(map(), announcement));
        assertTrue(isAnswer(new PcpRequest.AnnounceRequest(CLIENT, 0), announcement));
    }

    @Test
    void peerIsAnsweredForTheSameRemotePeerOnly() {
        byte[] granted = Vectors.octets("peer-response-granted");
        var remote = new PcpAddress(0x2001_0db8_ffff_0000L, 1);

        assertTrue(isAnswer(peer(5_061, remote), granted));
        assertFalse(isAnswer(peer(5_062, remote), granted));
        assertFalse(isAnswer(peer(5_061, CLIENT), granted));
    }

    @Test
    void otherVersionIsReportedForTheSameOpcodeOnly() {
        byte[] natPmp = {0, (byte) 0x81, 0, 1, 0, 0, 0, 9};

        assertEquals(new PcpExchange.Reception.OtherVersion(0), reception(map(), natPmp));
        natPmp[1] = (byte) 0x80;
        assertEquals(new PcpExchange.Reception.NotOurs(), reception(map(), natPmp));
    }

    private static MapRequest map() {
        return MappingWish.of(NONCE, 6, 8_080, 600).request(CLIENT);
    }

    private static MapRequest insisting(PcpAddress address) {
        return MappingWish.of(NONCE, 6, 8_080, 600)
                .suggesting(address, 8_080)
                .with(new PcpOption.PreferFailure())
                .request(CLIENT);
    }

    private static PcpRequest peer(int remotePort, PcpAddress remote) {
        return new PcpRequest.PeerRequest(
                new PcpAddress(0x2001_0db8_0000_0000L, 7),
                600,
                new Nonce(0x1011_1213_1415_1617L, 0x1819_1a1b),
                17,
                5_060,
                0,
                PcpAddress.ANY_IPV6,
                remotePort,
                remote,
                List.of());
    }

    private static MapResponse granted(MapRequest request, int externalPort) {
        return request.granted(600, externalPort, EXTERNAL, 5);
    }

    private static MapResponse changed(MapResponse r, Nonce nonce, int protocol, int port) {
        return new MapResponse(
                r.lifetimeSeconds(),
                r.epochSeconds(),
                nonce,
                protocol,
                port,
                r.assignedExternalPort(),
                r.assignedExternalAddress(),
                r.options());
    }

    private static void assertAnswer(PcpRequest request, PcpResponse response) {
        assertEquals(
                new PcpExchange.Reception.Answer(response),
                reception(request, PcpEncoder.octets(response)));
    }

    private static void assertNotOurs(PcpRequest request, PcpResponse response) {
        assertFalse(isAnswer(request, PcpEncoder.octets(response)));
    }

    private static boolean isAnswer(PcpRequest request, byte[] datagram) {
        return reception(request, datagram) instanceof PcpExchange.Reception.Answer;
    }

    private static PcpExchange.Reception reception(PcpRequest request, byte[] datagram) {
        return new PcpExchange(request, new SplittableRandom(1), 0).onDatagram(datagram);
    }
}
