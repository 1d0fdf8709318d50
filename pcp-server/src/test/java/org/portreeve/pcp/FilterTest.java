package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.pcp.RawRequest.ANY_IPV4;
import static org.portreeve.pcp.RawRequest.DATA;
import static org.portreeve.pcp.RawRequest.EXTERNAL_PORT;
import static org.portreeve.pcp.RawRequest.LIFETIME;
import static org.portreeve.pcp.RawRequest.MAP_LENGTH;
import static org.portreeve.pcp.RawRequest.NO_PORT;
import static org.portreeve.pcp.RawRequest.TCP;
import static org.portreeve.pcp.RawRequest.UDP;
import static org.portreeve.pcp.RawRequest.join;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.mapped;
import static org.portreeve.pcp.RawRequest.option;
import static org.portreeve.pcp.RawRequest.slice;
import static org.portreeve.pcp.RawRequest.u16;
import static org.portreeve.pcp.RawRequest.u32;

import java.nio.ByteBuffer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.testkit.Conformance;

/**
 * FILTER from the outside (RFC 6887 §13.3): raw octets to a node, and packets of hosts that it
 * names and of others.
 */
class FilterTest {
    private static final int NONCE = 1;
    private static final int SUCCESS = 0;
    private static final int MALFORMED_OPTION = 6;
    private static final int EXCESSIVE_REMOTE_PEERS = 13;
    private static final int PORT = 8080;
    private static final String X = "203.0.113.10";
    private static final String Y = "203.0.113.77";
    private static final String Z = "198.18.0.1";
    private static final String WITNESS = "127.9.9.9";

    private static PcpNode node;
    private static OutsideHosts outside;
    private static int subscribers;
    private static int remotePort = 10_000;
    private RawClient client;

    @BeforeAll
    static void start() throws Exception {
        node = PcpNode.on("127.0.0.1");
        try (RawClient witness = node.client(WITNESS)) {
            byte[] answer = witness.ask(SUCCESS, map(WITNESS, NONCE, UDP, 9, 86_400));
            outside = new OutsideHosts(node, u16(answer, EXTERNAL_PORT));
        }
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    /** Each test is another subscriber. */
    @BeforeEach
    void open() throws Exception {
        client = node.client("127.7.0." + ++subscribers);
    }

    @AfterEach
    void close() {
        client.close();
    }

    private static byte[] filter(int prefixLength, int port, byte[] address) {
        return option(
                3,
                ByteBuffer.allocate(20)
                        .put((byte) 0)
                        .put((byte) prefixLength)
                        .putShort((short) port)
                        .put(address)
                        .array());
    }

    /** Everything that one address sends. */
    private static byte[] only(String ip) {
        return filter(128, 0, mapped(ip));
    }

    private static byte[] none() {
        return filter(0, 0, ANY_IPV4);
    }

    private byte[] request(int protocol, byte[]... options) {
        return map(client.ip, NONCE, protocol, PORT, 600, NO_PORT, ANY_IPV4, options);
    }

    /** Asks for the mapping, and says its external port. */
    private int granted(int protocol, byte[]... options) throws Exception {
        return u16(client.ask(SUCCESS, request(protocol, options)), EXTERNAL_PORT);
    }

    private boolean passes(int protocol, String from, int externalPort) {
        // Another port each time: no session is there yet.
        return passes(protocol, from, ++remotePort, externalPort);
    }

    private boolean passes(int protocol, String from, int fromPort, int externalPort) {
        return outside.reaches(protocol, from, fromPort, externalPort, client.ip, PORT);
    }

    @ParameterizedTest
    @ValueSource(ints = {TCP, UDP})
    @Conformance({"PCP-FLT-006", "SEED-A-147"})
    void onlyTheNamedHostGetsInAndTheOthersHearNothing(int protocol) throws Exception {
        int port = granted(protocol, only(X));
        int sentBefore = outside.sentOutside();

        assertTrue(passes(protocol, X, port));
        assertFalse(passes(protocol, Y, port));
        assertFalse(passes(protocol, Z, port));

        assertEquals(sentBefore, outside.sentOutside());
    }

    @Test
    @Conformance({"PCP-FLT-001", "PCP-FLT-010"})
    void severalFiltersAreTakenAndComeBackOctetForOctet() throws Exception {
        byte[] wide = filter(120, 0, mapped("198.18.0.99"));
        wide[4] = 7; // reserved: ignored, and not sent back
        byte[] options = join(only(X), filter(128, 5000, mapped(Y)), wide);

        byte[] answer = client.ask(SUCCESS, request(UDP, options));

        wide[4] = 0;
        byte[] expected = join(only(X), filter(128, 5000, mapped(Y)), wide);
        assertArrayEquals(expected, slice(answer, MAP_LENGTH, answer.length));
        int port = u16(answer, EXTERNAL_PORT);
        assertTrue(passes(UDP, X, port));
        assertTrue(passes(UDP, "198.18.0.254", port));
        assertFalse(passes(UDP, "198.18.1.1", port));
    }

    @Test
    @Conformance("PCP-FLT-004")
    void aPortOfAFilterCountsUnlessItIsZero() throws Exception {
        int port = granted(TCP, only(X), filter(128, 5000, mapped(Y)));

        assertTrue(passes(TCP, X, 4999, port));
        assertTrue(passes(TCP, X, 5000, port));
        assertTrue(passes(TCP, Y, 5000, port));
        assertFalse(passes(TCP, Y, 4999, port));
    }

    @Test
    @Conformance("PCP-FLT-005")
    void aLaterRequestAddsAndOneWithoutTheOptionChangesNothing() throws Exception {
        int port = granted(UDP, only(X));

        assertEquals(port, granted(UDP, only(Y)));
        assertTrue(passes(UDP, X, port));
        assertTrue(passes(UDP, Y, port));

        byte[] renewal = client.ask(SUCCESS, request(UDP));
        assertEquals(MAP_LENGTH, renewal.length);
        assertTrue(passes(UDP, X, port));
        assertTrue(passes(UDP, Y, port));
        assertFalse(passes(UDP, Z, port));
    }

    @Test
    @Conformance("PCP-FLT-005")
    void aMappingWithoutFiltersGetsSomeByALaterRequest() throws Exception {
        int port = granted(UDP);
        assertTrue(passes(UDP, Z, port));

        granted(UDP, only(X));

        assertFalse(passes(UDP, Z, port));
        assertTrue(passes(UDP, X, port));
    }

    @Test
    @Conformance({"PCP-FLT-003", "PCP-OPT-008"})
    void aPrefixOfNothingTakesTheFiltersAwayAndWhatFollowsAdds() throws Exception {
        int port = granted(UDP, only(X), only(Y));

        granted(UDP, none(), only(Z));
        assertTrue(passes(UDP, Z, port));
        assertFalse(passes(UDP, X, port));
        assertFalse(passes(UDP, Y, port));

        granted(UDP, only(X), none());
        assertTrue(passes(UDP, "192.0.2.1", port));
        // Of either family.
        granted(UDP, only(X));
        granted(UDP, filter(0, 0, new byte[16]));
        assertTrue(passes(UDP, "192.0.2.2", port));
    }

    @Test
    @Conformance({"PCP-FLT-007", "PCP-RC-007", "PCP-RC-003"})
    void oneFilterTooManyChangesNothing() throws Exception {
        byte[] sixteen = hosts(1, 16);
        int port = granted(UDP, sixteen);
        byte[] request = request(UDP, only(X));

        byte[] answer = client.ask(EXCESSIVE_REMOTE_PEERS, request);

        assertEquals(1800, u32(answer, LIFETIME));
        assertArrayEquals(slice(request, DATA, request.length), slice(answer, DATA, answer.length));
        assertFalse(passes(UDP, X, port));
        assertTrue(passes(UDP, "192.0.2.1", port));
        assertTrue(passes(UDP, "192.0.2.16", port));
        // One that is there already is none more.
        granted(UDP, sixteen);
        granted(UDP, only("192.0.2.7"));
    }

    @Test
    @Conformance({"PCP-FLT-007", "PCP-RSP-009"})
    void tooManyFiltersMakeNoMapping() throws Exception {
        client.ask(EXCESSIVE_REMOTE_PEERS, request(UDP, hosts(1, 17)));

        // Whoever has another nonce can have it now.
        client.ask(SUCCESS, map(client.ip, NONCE + 1, UDP, PORT, 600));
    }

    private static byte[] hosts(int first, int last) {
        return join(
                IntStream.rangeClosed(first, last)
                        .mapToObj(host -> only("192.0.2." + host))
                        .toArray(byte[][]::new));
    }

    @Test
    @Conformance({"PCP-FLT-008", "PCP-FLT-002", "PCP-RSP-009"})
    void oneBadFilterFailsTheWholeRequest() throws Exception {
        int port = granted(UDP, only(X));

        client.ask(MALFORMED_OPTION, request(UDP, only(Y), only(Z), filter(95, 0, mapped(Y))));

        assertFalse(passes(UDP, Y, port));
        assertTrue(passes(UDP, X, port));
    }

    @Test
    @Conformance("PCP-FLT-009")
    void aFilterOfAnotherFamilyIsMalformed() throws Exception {
        byte[] ipv6 = new byte[16];
        ipv6[0] = 0x20;

        client.ask(MALFORMED_OPTION, request(UDP, filter(64, 0, ipv6)));
    }

    @Test
    @Conformance("PCP-FLT-011")
    void sessionsOfTheHostItselfGoOn() throws Exception {
        int port = granted(UDP, only(X));
        assertEquals(port, outside.sourcePortOutside(UDP, client.ip, PORT, Y, 777));

        assertTrue(passes(UDP, Y, 777, port));
        assertFalse(passes(UDP, Y, 778, port));
    }

    @Test
    void sessionsThatWereThereBeforeTheFilterGoOn() throws Exception {
        int port = granted(UDP);
        assertTrue(passes(UDP, Y, 777, port));

        granted(UDP, only(X));

        assertTrue(passes(UDP, Y, 777, port));
        assertFalse(passes(UDP, Y, 778, port));
    }

    @Test
    void filtersEndWithTheirMapping() throws Exception {
        granted(UDP, only(X));
        client.ask(SUCCESS, map(client.ip, NONCE, UDP, PORT, 0));

        int port = granted(UDP);

        assertTrue(passes(UDP, Y, port));
    }
}
