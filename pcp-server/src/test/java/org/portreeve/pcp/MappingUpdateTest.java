package org.portreeve.pcp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.pcp.RawRequest.ANY_IPV4;
import static org.portreeve.pcp.RawRequest.DATA;
import static org.portreeve.pcp.RawRequest.EPOCH;
import static org.portreeve.pcp.RawRequest.EXTERNAL_ADDRESS;
import static org.portreeve.pcp.RawRequest.EXTERNAL_PORT;
import static org.portreeve.pcp.RawRequest.INTERNAL_PORT;
import static org.portreeve.pcp.RawRequest.LIFETIME;
import static org.portreeve.pcp.RawRequest.MAP_LENGTH;
import static org.portreeve.pcp.RawRequest.NO_PORT;
import static org.portreeve.pcp.RawRequest.TCP;
import static org.portreeve.pcp.RawRequest.join;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.mapped;
import static org.portreeve.pcp.RawRequest.nonce;
import static org.portreeve.pcp.RawRequest.option;
import static org.portreeve.pcp.RawRequest.slice;
import static org.portreeve.pcp.RawRequest.u16;
import static org.portreeve.pcp.RawRequest.u32;

import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.portreeve.control.reservation.ReservationDraft;
import org.portreeve.control.reservation.ReservationOutcome;
import org.portreeve.control.reservation.Resolution;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Prefix;
import org.portreeve.testkit.Conformance;

/** What an owner hears when others change its mapping: raw octets over real sockets. */
@Timeout(60)
class MappingUpdateTest {
    private static final String CLIENT = "127.3.0.9";
    private static final String PORTAL = "127.3.0.200";
    private static final int PORT = 8080;
    private static final InternalTuple INTERNAL = InternalTuple.of(TCP, Ipv4.of(CLIENT), PORT);

    private PcpNode node;
    private RawClient client;

    @BeforeEach
    void start() throws Exception {
        node = PcpNode.on("127.0.0.1");
        client = node.client(CLIENT);
    }

    @AfterEach
    void stop() {
        client.close();
        node.close();
    }

    private byte[] granted() throws Exception {
        return client.ask(0, map(CLIENT, 3, TCP, PORT, 600));
    }

    private static <T> T done(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private void reserve(int internalPort, int externalPort) throws Exception {
        var draft =
                new ReservationDraft(
                        InternalTuple.of(TCP, Ipv4.of(CLIENT), internalPort),
                        OptionalInt.empty(),
                        externalPort,
                        "web");
        var outcome = done(node.reservations().create(draft, Resolution.EVICT, "ada"));
        assertInstanceOf(ReservationOutcome.Saved.class, outcome);
    }

    /** Where the mapping is now: on a busy machine its former place may be told as gone before. */
    private byte[] place() throws Exception {
        byte[] update = client.receive();
        while (u32(update, LIFETIME) == 0) {
            update = client.receive();
        }
        return update;
    }

    /**
     * The mapping of a portal with a filter and a name: what says which mapping it is and whom it
     * lets in is in the update, and nothing else.
     */
    @Test
    @Conformance({"PCP-UPD-002", "PCP-UPD-004", "PCP-TP-006"})
    void anUpdateCarriesTheHostAndTheFiltersAndNoName() throws Exception {
        node.use(
                new ThirdParties(
                        List.of(new Prefix(Ipv4.of(PORTAL), 32)),
                        List.of(new Prefix(Ipv4.of(CLIENT), 32))));
        byte[] host = option(1, mapped(CLIENT));
        byte[] filter =
                option(3, join(new byte[] {0, 96 + 24, 0, (byte) 0x99}, mapped("203.0.113.0")));
        byte[] name = option(128, "web".getBytes(US_ASCII));
        try (RawClient portal = node.client(PORTAL)) {
            byte[] granted =
                    portal.ask(
                            0,
                            map(PORTAL, 3, TCP, PORT, 600, NO_PORT, ANY_IPV4, host, filter, name));

            reserve(81, u16(granted, EXTERNAL_PORT));
            byte[] update = portal.receive();
            while (u32(update, LIFETIME) == 0) {
                update = portal.receive();
            }

            assertIsAnswerTo(granted, slice(update, 0, MAP_LENGTH));
            assertArrayEquals(join(host, filter), slice(update, MAP_LENGTH, update.length));
        }
    }

    /** The fields by which a client knows that an update is of its mapping. */
    private static void assertIsAnswerTo(byte[] granted, byte[] update) {
        assertEquals(MAP_LENGTH, update.length);
        assertArrayEquals(new byte[] {2, (byte) 0x81, 0, 0}, slice(update, 0, LIFETIME));
        assertArrayEquals(nonce(3), slice(update, DATA, DATA + 12));
        assertArrayEquals(slice(granted, DATA, EXTERNAL_PORT), slice(update, DATA, EXTERNAL_PORT));
        assertEquals(PORT, u16(update, INTERNAL_PORT));
        assertArrayEquals(mapped(PcpNode.EXTERNAL), slice(update, EXTERNAL_ADDRESS, MAP_LENGTH));
    }

    @Test
    @Conformance({"PCP-UPD-005", "PCP-UPD-006"})
    void theOwnerOfADroppedMappingIsToldThreeTimesThatItIsGone() throws Exception {
        byte[] granted = granted();

        assertTrue(done(node.desk().drop(INTERNAL)));
        byte[] first = client.receive();
        long firstNs = System.nanoTime();
        node.skipSeconds(100);
        byte[] second = client.receive();
        node.skipSeconds(100);
        byte[] third = client.receive();

        for (byte[] update : new byte[][] {first, second, third}) {
            assertIsAnswerTo(granted, update);
            assertEquals(0, u32(update, LIFETIME));
            assertEquals(u16(granted, EXTERNAL_PORT), u16(update, EXTERNAL_PORT));
        }
        assertTrue(System.nanoTime() - firstNs < TimeUnit.SECONDS.toNanos(5));
        assertTrue(u32(second, EPOCH) - u32(first, EPOCH) >= 100);
        assertTrue(u32(third, EPOCH) - u32(second, EPOCH) >= 100);
        node.skipSeconds(100);
        assertTrue(client.isSilent(300), "a fourth copy");
        assertEquals(3, node.counters.value(PcpCounter.UPDATED));
    }

    @Test
    @Conformance("PCP-UPD-005")
    void anOwnerThatAskedAgainIsToldNoMore() throws Exception {
        byte[] granted = granted();
        assertTrue(done(node.desk().drop(INTERNAL)));
        client.receive();

        byte[] again = granted();
        assertEquals(u16(granted, EXTERNAL_PORT), u16(again, EXTERNAL_PORT));
        node.skipSeconds(10);

        assertTrue(client.isSilent(300));
    }

    @Test
    void aReservationOfItsOwnTupleIsToldWithItsPortAndWithoutEnd() throws Exception {
        byte[] granted = granted();

        reserve(PORT, 443);
        byte[] update = place();

        assertIsAnswerTo(granted, update);
        assertEquals(0xffff_ffffL, u32(update, LIFETIME));
        assertEquals(443, u16(update, EXTERNAL_PORT));
    }

    @Test
    @Conformance({"PCP-ANN-004", "PCP-MIX-005"})
    void whoGivesWayToAReservationIsMovedAndToldWhere() throws Exception {
        byte[] granted = granted();

        reserve(81, u16(granted, EXTERNAL_PORT));
        byte[] update = place();

        assertIsAnswerTo(granted, update);
        assertNotEquals(u16(granted, EXTERNAL_PORT), u16(update, EXTERNAL_PORT));
        assertTrue(u32(update, LIFETIME) > 590 && u32(update, LIFETIME) <= 600);
        byte[] renewed = granted();
        assertEquals(u16(update, EXTERNAL_PORT), u16(renewed, EXTERNAL_PORT));
    }

    @Test
    void releasingItsAddressIsToldOfEachMapping() throws Exception {
        granted();
        client.ask(0, map(CLIENT, 3, TCP, PORT + 1, 600));

        assertEquals(2, done(node.desk().release(Ipv4.of(CLIENT))));

        assertEquals(
                2 * PORT + 1,
                u16(client.receive(), INTERNAL_PORT) + u16(client.receive(), INTERNAL_PORT));
    }

    @Test
    void anOwnerByNatPmpIsToldNothing() throws Exception {
        client.ask(new byte[] {0, 2, 0, 0, 0x1f, (byte) 0x90, 0, 0, 0, 0, 2, 0});

        assertTrue(done(node.desk().drop(INTERNAL)));
        node.skipSeconds(10);

        assertTrue(client.isSilent(300));
    }

    @Test
    void itsOwnDeletionIsAnsweredAndNotTold() throws Exception {
        granted();
        client.ask(0, map(CLIENT, 3, TCP, PORT, 0));
        node.skipSeconds(10);

        assertTrue(client.isSilent(300));
    }
}
