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
import static org.portreeve.pcp.RawRequest.RESERVED;
import static org.portreeve.pcp.RawRequest.UDP;
import static org.portreeve.pcp.RawRequest.announce;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.mapped;
import static org.portreeve.pcp.RawRequest.option;
import static org.portreeve.pcp.RawRequest.slice;
import static org.portreeve.pcp.RawRequest.u16;
import static org.portreeve.pcp.RawRequest.u32;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Prefix;
import org.portreeve.testkit.Conformance;

/** THIRD_PARTY from the outside (RFC 6887 §13.1): a portal asks for the mappings of others. */
class ThirdPartyTest {
    /** Nobody's address: it has no mappings of its own. */
    private static final String PORTAL = "127.200.0.1";

    private static final String HOST = "127.11.0.1";
    private static final String OTHER_HOST = "127.11.0.2";
    private static final int NONCE = 1;
    private static final int SUCCESS = 0;
    private static final int NOT_AUTHORIZED = 2;
    private static final int MALFORMED_REQUEST = 3;
    private static final int UNSUPP_OPTION = 5;
    private static final int PORT = 8080;
    private static final ThirdParties PORTAL_FOR_HOST =
            new ThirdParties(
                    List.of(new Prefix(Ipv4.of(PORTAL), 32)),
                    List.of(new Prefix(Ipv4.of(HOST), 32), new Prefix(Ipv4.of(PORTAL), 32)));

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

    private static byte[] thirdParty(String ip) {
        return option(1, mapped(ip));
    }

    private static byte[] request(String from, long lifetimeSeconds, String host) {
        return map(from, NONCE, UDP, PORT, lifetimeSeconds, NO_PORT, ANY_IPV4, thirdParty(host));
    }

    private static byte[] request(long lifetimeSeconds, String host) {
        return request(PORTAL, lifetimeSeconds, host);
    }

    @Test
    @Conformance({"PCP-TP-002", "PCP-TP-003", "PCP-OPT-004"})
    void whoIsNotListedHasNoSuchOption() throws Exception {
        try (RawClient other = node.client(OTHER_HOST)) {
            assertEquals(1800, u32(portal.ask(UNSUPP_OPTION, request(600, HOST)), LIFETIME));
            node.use(PORTAL_FOR_HOST);
            byte[] answer = other.ask(UNSUPP_OPTION, request(OTHER_HOST, 600, HOST));

            assertEquals(1800, u32(answer, LIFETIME));
            assertArrayEquals(new byte[12], slice(answer, RESERVED, DATA));
            assertTrue(node.mappingsOf(HOST).isEmpty());
            portal.ask(SUCCESS, request(600, HOST));
            node.use(ThirdParties.NONE);
            portal.ask(UNSUPP_OPTION, request(600, HOST));
        }
    }

    @Test
    @Conformance("PCP-TP-002")
    void whoComesByAnotherDeviceThanThePortalIsNotThePortal() throws Exception {
        node.use(PORTAL_FOR_HOST);
        node.routes(_ -> Optional.of("management"));

        portal.send(request(600, HOST));

        assertTrue(portal.isSilent(300));
        assertEquals(1, node.counters.value(PcpCounter.IGNORED_FORGED_PORTAL));
        assertTrue(node.mappingsOf(HOST).isEmpty());
        node.routes(_ -> Optional.of("lo"));
        portal.ask(SUCCESS, request(600, HOST));
    }

    @Test
    @Conformance("PCP-TP-002")
    void whoForgesThePortalsAddressDoesNotUseUpItsShare() throws Exception {
        node.use(PORTAL_FOR_HOST);
        node.routes(_ -> Optional.of("management"));

        for (int i = 0; i < 3_000; i++) {
            portal.send(request(600, HOST));
        }

        assertTrue(portal.isSilent(300));
        assertEquals(0, node.counters.value(PcpCounter.RATE_LIMITED_CLIENT));
        assertTrue(node.counters.value(PcpCounter.IGNORED_FORGED_PORTAL) > 1_000);
    }

    @Test
    @Conformance({"PCP-TP-005", "PCP-TP-006", "PCP-TP-007"})
    void theMappingIsTheNamedHosts() throws Exception {
        node.use(PORTAL_FOR_HOST);
        int witness;
        try (RawClient host = node.client(OTHER_HOST)) {
            byte[] answer = host.ask(SUCCESS, map(OTHER_HOST, NONCE, UDP, 9, 600));
            witness = u16(answer, EXTERNAL_PORT);
        }

        byte[] answer = portal.ask(SUCCESS, request(600, HOST));

        assertArrayEquals(thirdParty(HOST), slice(answer, MAP_LENGTH, answer.length));
        MappingView made = node.mappingsOf(HOST).getFirst();
        assertEquals(Ipv4.of(HOST), made.internal().internalIp());
        assertEquals(HOST, made.subscriber());
        assertEquals(Ipv4.of(PORTAL), made.clientIp());
        assertTrue(node.mappingsOf(PORTAL).isEmpty());
        var outside = new OutsideHosts(node, witness);
        int port = u16(answer, EXTERNAL_PORT);
        assertTrue(outside.reaches(UDP, "203.0.113.5", 1, port, HOST, PORT));
    }

    @Test
    @Conformance("PCP-TP-005")
    void theQuotaIsTheNamedHosts() throws Exception {
        node.use(PORTAL_FOR_HOST);
        for (int port = 1; port <= 8; port++) {
            portal.ask(
                    SUCCESS,
                    map(PORTAL, NONCE, UDP, port, 600, NO_PORT, ANY_IPV4, thirdParty(HOST)));
        }

        portal.ask(10, request(600, HOST));

        try (RawClient host = node.client(HOST)) {
            host.ask(10, map(HOST, NONCE, UDP, PORT, 600));
        }
    }

    @Test
    void hostsThatNobodyMayAskForAreRefused() throws Exception {
        node.use(PORTAL_FOR_HOST);

        assertEquals(1800, u32(portal.ask(NOT_AUTHORIZED, request(600, OTHER_HOST)), LIFETIME));
        byte[] ipv6 = new byte[16];
        ipv6[0] = 0x20;
        portal.ask(
                NOT_AUTHORIZED,
                map(PORTAL, NONCE, UDP, PORT, 600, NO_PORT, ANY_IPV4, option(1, ipv6)));
        assertTrue(node.mappingsOf(OTHER_HOST).isEmpty());
    }

    @Test
    @Conformance({"PCP-TP-004", "PCP-SRV-007"})
    void nobodyIsAThirdPartyToItself() throws Exception {
        node.use(PORTAL_FOR_HOST);

        portal.ask(MALFORMED_REQUEST, request(600, PORTAL));
        // The address of the client's own field comes first, whoever is meant.
        portal.ask(12, request(HOST, 600, HOST));
        assertTrue(node.mappingsOf(HOST).isEmpty());
    }

    @Test
    void aPortalIsAnsweredButHasNoMappingOfItsOwn() throws Exception {
        node.use(PORTAL_FOR_HOST);

        portal.ask(SUCCESS, announce(PORTAL));
        portal.ask(NOT_AUTHORIZED, map(PORTAL, NONCE, UDP, PORT, 600));
        assertFalse(node.mappingsOf(PORTAL).iterator().hasNext());
    }

    @Test
    @Conformance("PCP-DEL-010")
    void aPortalEndsWhatItsNonceMade() throws Exception {
        node.use(PORTAL_FOR_HOST);
        try (RawClient host = node.client(HOST)) {
            host.ask(SUCCESS, map(HOST, NONCE + 1, UDP, PORT, 600));
            portal.ask(NOT_AUTHORIZED, request(0, HOST));
            host.ask(SUCCESS, map(HOST, NONCE + 1, UDP, PORT, 0));
        }
        portal.ask(SUCCESS, request(600, HOST));

        byte[] answer = portal.ask(SUCCESS, request(0, HOST));

        assertEquals(0, u32(answer, LIFETIME));
        assertArrayEquals(thirdParty(HOST), slice(answer, MAP_LENGTH, answer.length));
        assertTrue(node.mappingsOf(HOST).isEmpty());
    }
}
