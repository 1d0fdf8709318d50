package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
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
import static org.portreeve.pcp.RawRequest.UDP;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.mapped;
import static org.portreeve.pcp.RawRequest.nonce;
import static org.portreeve.pcp.RawRequest.option;
import static org.portreeve.pcp.RawRequest.preferFailure;
import static org.portreeve.pcp.RawRequest.slice;
import static org.portreeve.pcp.RawRequest.u16;
import static org.portreeve.pcp.RawRequest.u32;

import java.net.InetAddress;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.testkit.Conformance;

/** MAP from the outside: raw octets over real sockets, real port control and translator. */
class MapTest {
    private static final int NONCE = 1;
    private static final int OTHER_NONCE = 2;
    private static final int SUCCESS = 0;

    private static PcpNode node;
    private static int subscribers;
    private RawClient client;

    @BeforeAll
    static void start() {
        node = PcpNode.on("127.0.0.1");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    /** Each test is another subscriber. */
    @BeforeEach
    void open() throws Exception {
        client = node.client("127.3.0." + ++subscribers);
    }

    @AfterEach
    void close() {
        client.close();
    }

    private byte[] request(int protocol, int port, long lifetimeSeconds) {
        return map(client.ip, NONCE, protocol, port, lifetimeSeconds);
    }

    private byte[] suggesting(int port, int externalPort, byte[] address, byte[]... options) {
        return map(client.ip, NONCE, TCP, port, 600, externalPort, address, options);
    }

    @ParameterizedTest
    @ValueSource(ints = {TCP, UDP})
    @Conformance({
        "PCP-MAP-001",
        "PCP-MAP-002",
        "PCP-MAP-004",
        "PCP-MAP-010",
        "PCP-NET-005",
        "PCP-RSP-001",
        "PCP-RSP-002"
    })
    void aMappingIsGrantedOctetByOctet(int protocol) throws Exception {
        byte[] request = request(protocol, 40_000, 7200);

        byte[] answer = client.ask(SUCCESS, request);

        assertEquals(MAP_LENGTH, answer.length);
        assertArrayEquals(new byte[] {2, (byte) 0x81, 0, 0}, slice(answer, 0, LIFETIME));
        assertArrayEquals(new byte[] {0, 0, 0x1c, 0x20}, slice(answer, LIFETIME, EPOCH));
        assertArrayEquals(new byte[12], slice(answer, RawRequest.RESERVED, DATA));
        assertArrayEquals(nonce(NONCE), slice(answer, DATA, 36));
        assertArrayEquals(new byte[] {(byte) protocol, 0, 0, 0}, slice(answer, 36, 40));
        assertArrayEquals(
                new byte[] {(byte) 0x9c, 0x40}, slice(answer, INTERNAL_PORT, EXTERNAL_PORT));
        assertTrue(u16(answer, EXTERNAL_PORT) >= 1024);
        assertArrayEquals(mapped(PcpNode.EXTERNAL), slice(answer, EXTERNAL_ADDRESS, MAP_LENGTH));
    }

    @Test
    @Conformance("PCP-HDR-001")
    void reservedOctetsAreIgnored() throws Exception {
        byte[] request = request(TCP, 80, 600);
        request[2] = 1;
        request[3] = 2;
        request[37] = 3;
        request[39] = 4;

        byte[] answer = client.ask(SUCCESS, request);

        assertArrayEquals(new byte[3], slice(answer, 37, 40));
    }

    @Test
    @Conformance("PCP-NET-008")
    void repetitionsAreAnsweredAlike() throws Exception {
        byte[] request = request(UDP, 5000, 600);
        byte[] first = client.ask(SUCCESS, request);

        for (int i = 0; i < 4; i++) {
            byte[] again = client.ask(SUCCESS, request);
            assertArrayEquals(slice(first, DATA, MAP_LENGTH), slice(again, DATA, MAP_LENGTH));
        }

        // A subscriber may have eight: seven more fit, so the five were one.
        for (int port = 5001; port <= 5007; port++) {
            client.ask(SUCCESS, request(UDP, port, 600));
        }
        client.ask(10, request(UDP, 5008, 600));
    }

    @ParameterizedTest
    @CsvSource({"10, 120", "120, 120", "600, 600", "86400, 86400", "4294967295, 86400"})
    @Conformance({"PCP-LIFE-001", "PCP-LIFE-002", "PCP-HDR-002", "SEED-A-145"})
    void theLifetimeIsBounded(long wanted, long granted) throws Exception {
        assertEquals(granted, u32(client.ask(SUCCESS, request(TCP, 80, wanted)), LIFETIME));
    }

    @Test
    @Conformance({"PCP-MAP-025", "PCP-MAP-021"})
    void renewalKeepsThePortAndChangesTheLifetime() throws Exception {
        byte[] first = client.ask(SUCCESS, suggesting(80, 2080, ANY_IPV4));
        byte[] renewed = client.ask(SUCCESS, map(client.ip, NONCE, TCP, 80, 1200, 3080, ANY_IPV4));

        assertEquals(2080, u16(first, EXTERNAL_PORT));
        assertEquals(2080, u16(renewed, EXTERNAL_PORT));
        assertEquals(1200, u32(renewed, LIFETIME));
    }

    @Test
    @Conformance({"PCP-MAP-020", "PCP-DEL-007", "PCP-RC-010"})
    void anotherNonceIsNotAuthorized() throws Exception {
        byte[] first = client.ask(SUCCESS, request(TCP, 80, 600));

        byte[] renewal = client.ask(2, map(client.ip, OTHER_NONCE, TCP, 80, 600));
        byte[] deletion = client.ask(2, map(client.ip, OTHER_NONCE, TCP, 80, 0));
        byte[] after = client.ask(SUCCESS, request(TCP, 80, 600));

        assertTrue(Math.abs(u32(renewal, LIFETIME) - 600) <= 2);
        assertTrue(Math.abs(u32(deletion, LIFETIME) - 600) <= 2);
        assertEquals(u16(first, EXTERNAL_PORT), u16(after, EXTERNAL_PORT));
    }

    @Test
    @Conformance("PCP-MAP-021")
    void aNonceOfZerosIsANonce() throws Exception {
        byte[] zeros = request(TCP, 81, 600);
        Arrays.fill(zeros, DATA, 36, (byte) 0);
        client.ask(SUCCESS, zeros);
        client.ask(SUCCESS, zeros);

        client.ask(2, request(TCP, 81, 600));

        byte[] deletion = zeros.clone();
        deletion[LIFETIME + 2] = 0;
        deletion[LIFETIME + 3] = 0;
        assertEquals(0, u32(client.ask(SUCCESS, deletion), LIFETIME));
        client.ask(SUCCESS, request(TCP, 81, 600));
    }

    @Test
    @Conformance({"PCP-DEL-001", "PCP-DEL-002", "PCP-DEL-005"})
    void deletionCopiesTheSuggestionBack() throws Exception {
        byte[] granted = client.ask(SUCCESS, suggesting(80, 2090, ANY_IPV4));
        assertEquals(2090, u16(granted, EXTERNAL_PORT));
        byte[] deletion = map(client.ip, NONCE, TCP, 80, 0, 7777, mapped("203.0.113.9"));

        byte[] first = client.ask(SUCCESS, deletion);
        byte[] second = client.ask(SUCCESS, deletion);

        for (byte[] answer : new byte[][] {first, second}) {
            assertEquals(0, u32(answer, LIFETIME));
            assertArrayEquals(slice(deletion, DATA, MAP_LENGTH), slice(answer, DATA, MAP_LENGTH));
        }
        // The mapping is gone: another nonce is as good now.
        client.ask(SUCCESS, map(client.ip, OTHER_NONCE, TCP, 80, 600));
    }

    @Test
    @Conformance("PCP-DEL-005")
    void deletionOfNothingIsASuccess() throws Exception {
        assertEquals(0, u32(client.ask(SUCCESS, request(UDP, 999, 0)), LIFETIME));
    }

    @Test
    @Conformance("PCP-DEL-003")
    void deletionOfAllPortsLeavesSinglePortsAlone() throws Exception {
        int port = u16(client.ask(SUCCESS, request(TCP, 80, 600)), EXTERNAL_PORT);

        assertEquals(0, u32(client.ask(SUCCESS, request(TCP, NO_PORT, 0)), LIFETIME));

        client.ask(2, map(client.ip, OTHER_NONCE, TCP, 80, 600));
        assertEquals(port, u16(client.ask(SUCCESS, request(TCP, 80, 600)), EXTERNAL_PORT));
    }

    @ParameterizedTest
    @CsvSource({"253, 80", "132, 80", "1, 80", "6, 0", "17, 0", "0, 0", "47, 0"})
    @Conformance({"PCP-MAP-010", "PCP-MAP-011", "PCP-MAP-012", "PCP-RSP-004"})
    void whatASharedAddressCannotGiveIsAnUnsupportedProtocol(int protocol, int port)
            throws Exception {
        byte[] answer = client.ask(9, request(protocol, port, 600));

        assertEquals(1800, u32(answer, LIFETIME));
        assertArrayEquals(new byte[12], slice(answer, RawRequest.RESERVED, DATA));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 3600})
    @Conformance("PCP-MAP-013")
    void aPortOfAllProtocolsIsMalformed(long lifetimeSeconds) throws Exception {
        client.ask(3, request(0, 80, lifetimeSeconds));
    }

    @Test
    @Conformance("PCP-MAP-027")
    void aFreeSuggestedPortIsGiven() throws Exception {
        byte[] answer = client.ask(SUCCESS, suggesting(80, 8081, mapped(PcpNode.EXTERNAL)));

        assertEquals(8081, u16(answer, EXTERNAL_PORT));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "224.0.0.1",
                "255.255.255.255",
                "203.0.113.1",
                "::1",
                "::",
                "2001:db8::1"
            })
    @Conformance({"PCP-MAP-029", "PCP-MAP-033", "PCP-HDR-005"})
    void aSuggestedAddressThatCannotBeGivenIsIgnored(String suggested) throws Exception {
        byte[] octets = InetAddress.ofLiteral(suggested).getAddress();
        byte[] address = octets.length == 4 ? mapped(suggested) : octets;

        byte[] answer = client.ask(SUCCESS, suggesting(80, 0, address));

        assertArrayEquals(mapped(PcpNode.EXTERNAL), slice(answer, EXTERNAL_ADDRESS, MAP_LENGTH));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 80, 1023})
    @Conformance("PCP-MAP-029")
    void aSuggestedPortThatCannotBeGivenIsReplaced(int suggested) throws Exception {
        int assigned = u16(client.ask(SUCCESS, suggesting(80, suggested, ANY_IPV4)), EXTERNAL_PORT);

        assertNotEquals(suggested, assigned);
        assertTrue(assigned >= 1024);
    }

    @ParameterizedTest
    @ValueSource(ints = {5350, 5351})
    @Conformance("PCP-MAP-029")
    void aSuggestedPortOfPcpItselfIsNoReasonToFail(int suggested) throws Exception {
        int assigned = u16(client.ask(SUCCESS, suggesting(80, suggested, ANY_IPV4)), EXTERNAL_PORT);

        assertTrue(assigned >= 1024);
    }

    @Test
    @Conformance({"PCP-PF-001", "PCP-RC-006"})
    void aTakenPortIsReplacedUnlessItIsInsistedOn() throws Exception {
        client.ask(SUCCESS, suggesting(80, 4242, ANY_IPV4));
        try (RawClient other = node.client("127.3.1.1")) {
            byte[] hint = map(other.ip, NONCE, TCP, 80, 600, 4242, ANY_IPV4);
            byte[] wish = map(other.ip, NONCE, TCP, 81, 600, 4242, ANY_IPV4, preferFailure());

            assertNotEquals(4242, u16(other.ask(SUCCESS, hint), EXTERNAL_PORT));
            other.ask(11, wish);
        }
    }

    @Test
    @Conformance({"PCP-PF-001", "PCP-PF-003", "PCP-RSP-005", "PCP-OPT-002"})
    void aFreePortThatIsInsistedOnIsGivenAndTheOptionComesBack() throws Exception {
        byte[] unknown = option(200, (byte) 1);

        byte[] answer =
                client.ask(SUCCESS, suggesting(80, 4343, ANY_IPV4, preferFailure(), unknown));

        assertEquals(4343, u16(answer, EXTERNAL_PORT));
        assertArrayEquals(preferFailure(), slice(answer, MAP_LENGTH, answer.length));
    }

    @ParameterizedTest
    @ValueSource(strings = {"203.0.113.1", "127.0.0.1", "2001:db8::1"})
    @Conformance("PCP-PF-001")
    void anAddressThatIsNotOursCannotBeInsistedOn(String address) throws Exception {
        byte[] octets = InetAddress.ofLiteral(address).getAddress();
        byte[] suggested = octets.length == 4 ? mapped(address) : octets;

        client.ask(11, suggesting(80, 4444, suggested, preferFailure()));
    }

    @Test
    @Conformance("PCP-MAP-024")
    void anotherPortThanTheMappingHasCannotBeInsistedOn() throws Exception {
        int port = u16(client.ask(SUCCESS, suggesting(80, 4545, ANY_IPV4)), EXTERNAL_PORT);

        client.ask(11, suggesting(80, 4546, ANY_IPV4, preferFailure()));
        // The nonce comes first.
        client.ask(2, map(client.ip, OTHER_NONCE, TCP, 80, 600, 4546, ANY_IPV4, preferFailure()));

        assertEquals(port, u16(client.ask(SUCCESS, request(TCP, 80, 600)), EXTERNAL_PORT));
    }

    @Test
    @Conformance({"PCP-PF-002", "PCP-DEL-009"})
    void insistingOnNothingIsMalformed() throws Exception {
        client.ask(6, suggesting(80, NO_PORT, ANY_IPV4, preferFailure()));
        client.ask(SUCCESS, request(TCP, 80, 600));
        client.ask(6, map(client.ip, NONCE, TCP, 80, 0, 4646, ANY_IPV4, preferFailure()));
        client.ask(2, map(client.ip, OTHER_NONCE, TCP, 80, 600));
    }

    @Test
    @Conformance({"PCP-MAP-036", "PCP-MAP-003", "PCP-RSP-006", "PCP-RC-004"})
    void theQuotaStopsNewMappingsAndNoRenewal() throws Exception {
        for (int port = 1; port <= 8; port++) {
            client.ask(SUCCESS, request(TCP, port, 600));
        }
        byte[] request = suggesting(9, 8080, mapped("203.0.113.5"));

        byte[] answer = client.ask(10, request);

        assertEquals(30, u32(answer, LIFETIME));
        assertArrayEquals(slice(request, DATA, MAP_LENGTH), slice(answer, DATA, MAP_LENGTH));
        client.ask(SUCCESS, request(TCP, 1, 900));
    }

    @Test
    @Conformance("PCP-MAP-005")
    void theMappingIsOfTheHostThatAsked() throws Exception {
        client.ask(SUCCESS, request(TCP, 80, 600));
        try (RawClient other = node.client("127.3.1.2")) {
            // The same port and another nonce: nobody else's mapping is in the way.
            other.ask(SUCCESS, map(other.ip, OTHER_NONCE, TCP, 80, 600));
        }
        client.ask(SUCCESS, request(TCP, 80, 600));
    }

    @Test
    @Conformance("PCP-SRV-010")
    void aStrangerGetsNoMapping() throws Exception {
        try (RawClient stranger = node.client("127.200.0.9")) {
            byte[] answer = stranger.ask(2, map(stranger.ip, NONCE, TCP, 80, 600));

            assertEquals(1800, u32(answer, LIFETIME));
        }
    }
}
