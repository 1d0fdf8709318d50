package org.portreeve.natpmp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.natpmp.RawNatPmp.INTERNAL_PORT;
import static org.portreeve.natpmp.RawNatPmp.RESULT;
import static org.portreeve.natpmp.RawNatPmp.TCP;
import static org.portreeve.natpmp.RawNatPmp.UDP;
import static org.portreeve.natpmp.RawNatPmp.delete;
import static org.portreeve.natpmp.RawNatPmp.externalPort;
import static org.portreeve.natpmp.RawNatPmp.lifetime;
import static org.portreeve.natpmp.RawNatPmp.map;
import static org.portreeve.natpmp.RawNatPmp.result;
import static org.portreeve.natpmp.RawNatPmp.u16;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.portreeve.pcp.PcpNode;
import org.portreeve.pcp.RawClient;
import org.portreeve.pcp.RawRequest;
import org.portreeve.testkit.Conformance;

/** Closing ports: raw octets over real sockets, and packets of hosts outside. */
class DeletionTest {
    private static final String CLIENT = "127.1.0.1";
    private static final String OTHER = "127.1.0.2";

    private static Inbound inbound(PcpNode node) throws Exception {
        try (var client = node.client("127.1.9.9")) {
            return new Inbound(node, externalPort(client.ask(map(UDP, 9, 0, 86_400))));
        }
    }

    /** Result 0, the internal port, external port 0 and lifetime 0; octet by octet. */
    private static void assertDeleted(int opcode, int internalPort, byte[] answer) {
        assertEquals(16, answer.length);
        assertArrayEquals(
                new byte[] {0, (byte) (128 + opcode), 0, 0},
                Arrays.copyOf(answer, RawNatPmp.EPOCH));
        assertEquals(internalPort, u16(answer, INTERNAL_PORT));
        assertEquals(0, externalPort(answer));
        assertEquals(0, lifetime(answer));
    }

    @Test
    @Conformance({"NPM-060", "PCP-LIFE-011"})
    void aDeletedMappingEndsAtOnceAlsoWhileTrafficFlows() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT);
                var other = node.client(OTHER)) {
            var inbound = inbound(node);
            client.ask(map(TCP, 8080, 7000, 600));
            assertTrue(inbound.arrives(Inbound.TCP, 7000, CLIENT, 8080));

            assertDeleted(TCP, 8080, client.ask(delete(TCP, 8080)));

            assertFalse(inbound.arrives(Inbound.TCP, 7000, CLIENT, 8080));
            assertNotEquals(7000, externalPort(other.ask(map(TCP, 8080, 7000, 600))), "in hold");
            assertEquals(7000, externalPort(client.ask(map(TCP, 8080, 7000, 600))));
        }
    }

    @Test
    @Conformance("NPM-060")
    void outboundTrafficDoesNotPutADeletionOff() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            var inbound = inbound(node);
            int port = externalPort(client.ask(map(UDP, 5000, 0, 600)));
            assertTrue(inbound.arrives(Inbound.UDP, port, CLIENT, 5000));
            assertEquals(port, inbound.sourcePortOutside(Inbound.UDP, CLIENT, 5000));

            assertDeleted(UDP, 5000, client.ask(delete(UDP, 5000)));
        }
    }

    @Test
    @Conformance({"NPM-061", "NPM-062"})
    void theSuggestedPortIsIgnoredAndARepetitionLooksLikeTheFirst() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            client.ask(map(UDP, 5000, 7000, 600));

            assertDeleted(UDP, 5000, client.ask(map(UDP, 5000, 9999, 0)));
            assertDeleted(UDP, 5000, client.ask(map(UDP, 5000, 9999, 0)));
            assertDeleted(UDP, 5000, client.ask(delete(UDP, 5000)));
            assertDeleted(TCP, 6000, client.ask(delete(TCP, 6000)));
        }
    }

    @Test
    @Conformance("NPM-064")
    void whatPcpOwnsStays() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            var inbound = inbound(node);
            pcpOwned(client, 5000, 7000);

            byte[] answer = client.ask(delete(UDP, 5000));

            assertEquals(16, answer.length);
            assertEquals(2, u16(answer, RESULT));
            assertEquals(5000, u16(answer, INTERNAL_PORT));
            // RFC 6886 §3.4: the requested mapping, and no lifetime.
            assertEquals(7000, externalPort(answer));
            assertEquals(0, lifetime(answer));
            assertTrue(inbound.arrives(Inbound.UDP, 7000, CLIENT, 5000));
        }
    }

    private static void pcpOwned(RawClient client, int internalPort, int port) throws Exception {
        byte[] answer =
                client.ask(
                        RawRequest.map(
                                CLIENT,
                                1,
                                RawRequest.UDP,
                                internalPort,
                                600,
                                port,
                                RawRequest.ANY_IPV4));
        assertEquals(port, u16(answer, RawRequest.EXTERNAL_PORT));
    }

    @Test
    @Conformance({"NPM-065", "NPM-067"})
    void allOfOneProtocolAndOneHostAreDeleted() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT);
                var other = node.client(OTHER)) {
            var inbound = inbound(node);
            for (int i = 0; i < 3; i++) {
                client.ask(map(UDP, 5000 + i, 7000 + i, 600));
            }
            client.ask(map(TCP, 5000, 7000, 600));
            client.ask(map(TCP, 5001, 7001, 600));
            other.ask(map(UDP, 5000, 7100, 600));

            assertDeleted(UDP, 0, client.ask(delete(UDP, 0)));

            for (int i = 0; i < 3; i++) {
                assertFalse(inbound.arrives(Inbound.UDP, 7000 + i, CLIENT, 5000 + i));
            }
            assertTrue(inbound.arrives(Inbound.TCP, 7000, CLIENT, 5000));
            assertTrue(inbound.arrives(Inbound.TCP, 7001, CLIENT, 5001));
            assertTrue(inbound.arrives(Inbound.UDP, 7100, OTHER, 5000));
            assertDeleted(UDP, 0, client.ask(delete(UDP, 0)));
        }
    }

    @Test
    @Conformance("NPM-066")
    void whatCannotBeDeletedStaysAndTheAnswerSaysSo() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            var inbound = inbound(node);
            client.ask(map(UDP, 5000, 7000, 600));
            pcpOwned(client, 5001, 7001);
            client.ask(map(UDP, 5002, 7002, 600));

            byte[] answer = client.ask(delete(UDP, 0));

            assertEquals(2, result(answer));
            assertEquals(0, u16(answer, INTERNAL_PORT));
            assertEquals(0, lifetime(answer));
            assertFalse(inbound.arrives(Inbound.UDP, 7000, CLIENT, 5000));
            assertTrue(inbound.arrives(Inbound.UDP, 7001, CLIENT, 5001));
            assertFalse(inbound.arrives(Inbound.UDP, 7002, CLIENT, 5002));
        }
    }
}
