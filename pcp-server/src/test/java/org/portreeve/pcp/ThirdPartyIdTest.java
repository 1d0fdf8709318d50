package org.portreeve.pcp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.pcp.RawRequest.ANY_IPV4;
import static org.portreeve.pcp.RawRequest.DATA;
import static org.portreeve.pcp.RawRequest.LIFETIME;
import static org.portreeve.pcp.RawRequest.MAP_LENGTH;
import static org.portreeve.pcp.RawRequest.NO_PORT;
import static org.portreeve.pcp.RawRequest.RESERVED;
import static org.portreeve.pcp.RawRequest.UDP;
import static org.portreeve.pcp.RawRequest.join;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.mapped;
import static org.portreeve.pcp.RawRequest.option;
import static org.portreeve.pcp.RawRequest.slice;
import static org.portreeve.pcp.RawRequest.u32;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Prefix;
import org.portreeve.pcp.wire.RealmId;
import org.portreeve.testkit.Conformance;

/** THIRD_PARTY_ID from the outside (RFC 7843): raw octets over real sockets. */
class ThirdPartyIdTest {
    private static final String PORTAL = "127.200.0.1";

    /** In a realm, and its address is one of those that need its identifier. */
    private static final String HOST = "127.11.0.1";

    /** In the same realm, by its address alone. */
    private static final String PLAIN_HOST = "127.11.1.1";

    /** In another realm. */
    private static final String FAR_HOST = "127.12.0.1";

    private static final int NONCE = 1;
    private static final int SUCCESS = 0;
    private static final int NOT_AUTHORIZED = 2;
    private static final int UNSUPP_OPTION = 5;
    private static final int MALFORMED_OPTION = 6;
    private static final int UNKNOWN = 24;
    private static final int MISSING_OPTION = 25;
    private static final int UNSUPP_LENGTH = 26;
    private static final byte[] TUNNEL = {0, 1, 2, 3};
    private static final byte[] FAR = "far".getBytes(US_ASCII);

    private PcpNode node;
    private RawClient portal;

    @BeforeEach
    void start() throws Exception {
        node = PcpNode.on("127.0.0.1");
        portal = node.client(PORTAL);
    }

    @AfterEach
    void stop() {
        portal.close();
        node.close();
    }

    private static RealmId realm(byte[] octets) {
        return RealmId.parse("0x" + HexFormat.of().formatHex(octets)).orElseThrow();
    }

    private static ThirdParties parties(Map<RealmId, List<Prefix>> realms, Integer... lengths) {
        return new ThirdParties(
                        List.of(new Prefix(Ipv4.of(PORTAL), 32)),
                        List.of(Prefix.of("127.11.0.0/16"), Prefix.of("127.12.0.0/16")))
                .with(new Realms(realms, Set.of(lengths), List.of(Prefix.of("127.11.0.0/24"))));
    }

    private void useRealms() {
        node.use(
                parties(
                        Map.of(
                                realm(TUNNEL),
                                List.of(Prefix.of("127.11.0.0/16")),
                                realm(FAR),
                                List.of(Prefix.of("127.12.0.0/16"))),
                        3,
                        4));
    }

    private static byte[] host(String ip) {
        return option(1, mapped(ip));
    }

    private static byte[] id(byte[] octets) {
        return option(13, octets);
    }

    private static byte[] request(byte[]... options) {
        return map(PORTAL, NONCE, UDP, 8080, 600, NO_PORT, ANY_IPV4, options);
    }

    @Test
    @Conformance("PCP-TPI-002")
    void withoutRealmsTheOptionIsNotSupported() throws Exception {
        byte[] request = request(host(HOST), id(TUNNEL));
        portal.ask(UNSUPP_OPTION, request);
        node.use(parties(Map.of()));

        byte[] answer = portal.ask(UNSUPP_OPTION, request);

        assertEquals(1800, u32(answer, LIFETIME));
        assertArrayEquals(slice(request, DATA, request.length), slice(answer, DATA, answer.length));
        assertTrue(node.mappingsOf(HOST).isEmpty());
    }

    @Test
    @Conformance({"PCP-TPI-002", "PCP-TPI-005"})
    void whoIsNoPortalHasNoSuchOption() throws Exception {
        useRealms();
        try (RawClient other = node.client(PLAIN_HOST)) {
            // Before all else that is wrong with it.
            byte[] request =
                    map(PLAIN_HOST, NONCE, UDP, 8080, 600, NO_PORT, ANY_IPV4, id(new byte[9]));
            other.ask(UNSUPP_OPTION, request);
        }
    }

    @Test
    @Conformance({"PCP-TPI-007", "PCP-TP-006"})
    void hostAndRealmAreEchoedAndTheMappingIsTheHosts() throws Exception {
        useRealms();

        byte[] answer = portal.ask(SUCCESS, request(host(HOST), id(TUNNEL)));

        assertArrayEquals(join(host(HOST), id(TUNNEL)), slice(answer, MAP_LENGTH, answer.length));
        assertEquals(1, node.mappingsOf(HOST).size());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 20, 1016})
    @Conformance("PCP-TPI-001")
    void identifiersOfAnyLengthRoundTripOctetForOctet(int length) throws Exception {
        byte[] octets = new byte[length];
        for (int i = 0; i < length; i++) {
            octets[i] = (byte) (0xf1 + i);
        }
        node.use(parties(Map.of(realm(octets), List.of(Prefix.of("127.11.0.0/16"))), length));

        byte[] answer = portal.ask(SUCCESS, request(host(HOST), id(octets)));

        assertArrayEquals(join(host(HOST), id(octets)), slice(answer, MAP_LENGTH, answer.length));
        octets[length - 1] ^= 1;
        portal.ask(UNKNOWN, request(host(HOST), id(octets)));
    }

    @Test
    @Conformance("PCP-TPI-001")
    void twoIdentifiersAreMalformed() throws Exception {
        useRealms();
        portal.ask(MALFORMED_OPTION, request(host(HOST), id(TUNNEL), id(TUNNEL)));
    }

    @Test
    @Conformance({"PCP-TPI-003", "PCP-TPI-004"})
    void anIdentifierThatNobodyKnowsAndOneOfAnotherLengthAreRefused() throws Exception {
        useRealms();

        byte[] unknown = portal.ask(UNKNOWN, request(host(HOST), id(new byte[] {0, 1, 2, 4})));
        byte[] tooLong = portal.ask(UNSUPP_LENGTH, request(host(HOST), id(new byte[5])));
        byte[] empty = portal.ask(UNSUPP_LENGTH, request(host(HOST), id(new byte[0])));

        for (byte[] answer : List.of(unknown, tooLong, empty)) {
            assertEquals(1800, u32(answer, LIFETIME));
            assertArrayEquals(new byte[12], slice(answer, RESERVED, DATA));
        }
        assertTrue(node.mappingsOf(HOST).isEmpty());
    }

    @Test
    @Conformance("PCP-TPI-005")
    void oneWithoutItsPartnerIsMissingThatAndThatComesFirst() throws Exception {
        useRealms();

        assertEquals(1800, u32(portal.ask(MISSING_OPTION, request(id(TUNNEL))), LIFETIME));
        portal.ask(MISSING_OPTION, request(id(new byte[5])));
        portal.ask(MISSING_OPTION, request(host(HOST)));
        assertTrue(node.mappingsOf(HOST).isEmpty());
        // Nothing else has this address.
        portal.ask(SUCCESS, request(host(PLAIN_HOST)));
        portal.ask(SUCCESS, request(host(PLAIN_HOST), id(TUNNEL)));
    }

    @Test
    void theRealmOfAnotherHostIsNotAuthorized() throws Exception {
        useRealms();

        portal.ask(NOT_AUTHORIZED, request(host(HOST), id(FAR)));
        portal.ask(SUCCESS, request(host(FAR_HOST), id(FAR)));
        assertTrue(node.mappingsOf(HOST).isEmpty());
    }

    @Test
    @Conformance("PCP-TPI-005")
    void aDeletionNamesTheRealmToo() throws Exception {
        useRealms();
        portal.ask(SUCCESS, request(host(HOST), id(TUNNEL)));

        byte[] end = map(PORTAL, NONCE, UDP, 8080, 0, NO_PORT, ANY_IPV4, host(HOST));
        portal.ask(MISSING_OPTION, end);
        assertEquals(1, node.mappingsOf(HOST).size());
        portal.ask(
                SUCCESS,
                map(PORTAL, NONCE, UDP, 8080, 0, NO_PORT, ANY_IPV4, host(HOST), id(TUNNEL)));
        assertTrue(node.mappingsOf(HOST).isEmpty());
    }
}
