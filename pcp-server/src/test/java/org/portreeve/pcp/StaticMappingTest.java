package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.portreeve.pcp.RawRequest.ANY_IPV4;
import static org.portreeve.pcp.RawRequest.DATA;
import static org.portreeve.pcp.RawRequest.EXTERNAL_ADDRESS;
import static org.portreeve.pcp.RawRequest.EXTERNAL_PORT;
import static org.portreeve.pcp.RawRequest.LIFETIME;
import static org.portreeve.pcp.RawRequest.MAP_LENGTH;
import static org.portreeve.pcp.RawRequest.RESULT;
import static org.portreeve.pcp.RawRequest.TCP;
import static org.portreeve.pcp.RawRequest.join;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.mapped;
import static org.portreeve.pcp.RawRequest.nonce;
import static org.portreeve.pcp.RawRequest.preferFailure;
import static org.portreeve.pcp.RawRequest.slice;
import static org.portreeve.pcp.RawRequest.u16;
import static org.portreeve.pcp.RawRequest.u32;

import java.nio.ByteBuffer;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.portreeve.control.reservation.ReservationDraft;
import org.portreeve.control.reservation.ReservationOutcome;
import org.portreeve.control.reservation.Resolution;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.testkit.Conformance;

/** MAP against a static forward: raw octets over real sockets. */
class StaticMappingTest {
    private static final String CLIENT = "127.3.0.1";
    private static final int PORT = 8080;
    private static final int EXTERNAL = 443;

    private PcpNode node;
    private RawClient client;

    @BeforeEach
    void start() throws Exception {
        node = PcpNode.on("127.0.0.1");
        client = node.client(CLIENT);
        reserve(PORT, EXTERNAL);
    }

    @AfterEach
    void stop() {
        client.close();
        node.close();
    }

    private void reserve(int internalPort, int externalPort) throws Exception {
        var draft =
                new ReservationDraft(
                        InternalTuple.of(TCP, Ipv4.of(CLIENT), internalPort),
                        OptionalInt.empty(),
                        externalPort,
                        "web");
        ReservationOutcome outcome =
                node.reservations()
                        .create(draft, Resolution.REFUSE, "ada")
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS);
        assertInstanceOf(ReservationOutcome.Saved.class, outcome);
    }

    @Test
    @Conformance({"PCP-PEER-016", "PCP-MIX-001"})
    void aPeerOfTheReservedPortHasItsTuple() throws Exception {
        byte[] request = join(map(CLIENT, 1, TCP, PORT, 600), new byte[20]);
        request[1] = 2;
        ByteBuffer.wrap(request).putShort(60, (short) 443).put(64, mapped("203.0.113.9"));

        byte[] answer = client.ask(request);

        assertEquals(0, answer[RESULT]);
        assertEquals((byte) 0x82, answer[1]);
        assertEquals(600, u32(answer, LIFETIME));
        assertEquals(EXTERNAL, u16(answer, EXTERNAL_PORT));
        assertArrayEquals(
                mapped(PcpNode.EXTERNAL), slice(answer, EXTERNAL_ADDRESS, EXTERNAL_ADDRESS + 16));
    }

    @Test
    @Conformance({"PCP-MAP-023", "PCP-MIX-006"})
    void anyNonceIsToldTheStaticTupleForEver() throws Exception {
        for (int seed = 1; seed <= 3; seed++) {
            byte[] answer = client.ask(map(CLIENT, seed, TCP, PORT, 600, 9999, ANY_IPV4));

            assertEquals(0, answer[RESULT]);
            assertEquals(0xffff_ffffL, u32(answer, LIFETIME));
            assertArrayEquals(nonce(seed), slice(answer, DATA, DATA + 12));
            assertEquals(EXTERNAL, u16(answer, EXTERNAL_PORT));
            assertArrayEquals(
                    mapped(PcpNode.EXTERNAL), slice(answer, EXTERNAL_ADDRESS, MAP_LENGTH));
        }
    }

    @Test
    @Conformance({"PCP-MAP-023", "PCP-MAP-024"})
    void preferFailureWithAnotherPortGetsCode11ForLong() throws Exception {
        byte[] other = client.ask(map(CLIENT, 1, TCP, PORT, 600, 444, ANY_IPV4, preferFailure()));
        byte[] same =
                client.ask(map(CLIENT, 1, TCP, PORT, 600, EXTERNAL, ANY_IPV4, preferFailure()));

        assertEquals(11, other[RESULT]);
        assertEquals(1800, u32(other, LIFETIME));
        assertEquals(0, same[RESULT]);
        assertEquals(EXTERNAL, u16(same, EXTERNAL_PORT));
    }

    @Test
    @Conformance({"PCP-DEL-006", "PCP-MIX-006"})
    void aStaticMappingIsNotDeleted() throws Exception {
        byte[] answer = client.ask(map(CLIENT, 1, TCP, PORT, 0));

        assertEquals(2, answer[RESULT]);
        assertEquals(1800, u32(answer, LIFETIME));
        byte[] after = client.ask(map(CLIENT, 2, TCP, PORT, 600));
        assertEquals(EXTERNAL, u16(after, EXTERNAL_PORT));
        assertEquals(0xffff_ffffL, u32(after, LIFETIME));
    }

    @Test
    @Conformance("PCP-RC-005")
    void thePortOfAStaticForwardIsRefusedForLongAndNeverGiven() throws Exception {
        reserve(81, 5000);

        byte[] refused = client.ask(map(CLIENT, 1, TCP, 82, 600, 5000, ANY_IPV4, preferFailure()));
        byte[] given = client.ask(map(CLIENT, 1, TCP, 82, 600, 5000, ANY_IPV4));

        assertEquals(11, refused[RESULT]);
        assertEquals(1800, u32(refused, LIFETIME));
        assertEquals(0, given[RESULT]);
        assertNotEquals(5000, u16(given, EXTERNAL_PORT));
    }
}
