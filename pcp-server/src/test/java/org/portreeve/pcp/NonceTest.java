package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.pcp.RawRequest.ANY_IPV4;
import static org.portreeve.pcp.RawRequest.DATA;
import static org.portreeve.pcp.RawRequest.EXTERNAL_PORT;
import static org.portreeve.pcp.RawRequest.LIFETIME;
import static org.portreeve.pcp.RawRequest.UDP;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.mapped;
import static org.portreeve.pcp.RawRequest.nonce;
import static org.portreeve.pcp.RawRequest.option;
import static org.portreeve.pcp.RawRequest.preferFailure;
import static org.portreeve.pcp.RawRequest.slice;
import static org.portreeve.pcp.RawRequest.u16;
import static org.portreeve.pcp.RawRequest.u32;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.portreeve.control.ControlCounter;
import org.portreeve.control.policy.MapPolicy;
import org.portreeve.control.policy.NoncePolicy;
import org.portreeve.testkit.Conformance;

/** What another nonce may do to a mapping, by the profile (RFC 6887 §11.3). */
class NonceTest {
    private static final String CLIENT = "127.8.0.1";
    private static final int OWNER = 1;
    private static final int OTHER = 2;
    private static final int SUCCESS = 0;
    private static final int NOT_AUTHORIZED = 2;
    private static final int PORT = 8080;

    private static PcpNode node(NoncePolicy nonce) {
        var map = new MapPolicy(nonce, 16, false, true);
        return PcpNode.with(PcpNode.config(map), PcpServer.TOTAL);
    }

    private static byte[] request(int nonce, long lifetimeSeconds, byte[]... options) {
        return map(CLIENT, nonce, UDP, PORT, lifetimeSeconds, 4242, ANY_IPV4, options);
    }

    private static void assertCounted(PcpNode node, ControlCounter counter, long count) {
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (node.count(counter) != count && System.nanoTime() - untilNs < 0) {
            LockSupport.parkNanos(1_000_000);
        }
        assertEquals(count, node.count(counter), counter::name);
    }

    private static void assertLeft(long seconds, byte[] answer) {
        long left = u32(answer, LIFETIME);
        assertTrue(seconds - 2 <= left && left <= seconds, () -> left + " s are left");
    }

    @Test
    @Conformance({"PCP-MAP-020", "PCP-RC-003", "PCP-RC-010", "PCP-DEL-007"})
    void strictlyAnotherNonceDoesNothingAndHearsHowLongThatLasts() throws Exception {
        try (var node = node(NoncePolicy.STRICT);
                var client = node.client(CLIENT)) {
            client.ask(SUCCESS, request(OWNER, 600));
            node.skipSeconds(100);

            assertLeft(500, client.ask(NOT_AUTHORIZED, request(OTHER, 3600)));
            assertLeft(500, client.ask(NOT_AUTHORIZED, request(OTHER, 120)));
            assertLeft(500, client.ask(NOT_AUTHORIZED, request(OTHER, 0)));

            assertCounted(node, ControlCounter.NONCE_RENEWALS_REFUSED, 2);
            assertCounted(node, ControlCounter.NONCE_DELETIONS_REFUSED, 1);
            assertCounted(node, ControlCounter.NONCE_OTHERS_ALLOWED, 0);
            assertLeft(500, client.ask(SUCCESS, request(OWNER, 500)));
        }
    }

    @Test
    void strictlyARestingPortIsItsFormerOwnersAlone() throws Exception {
        try (var node = node(NoncePolicy.STRICT);
                var client = node.client(CLIENT)) {
            client.ask(SUCCESS, request(OWNER, 600));
            client.ask(SUCCESS, request(OWNER, 0));

            assertNotEquals(4242, u16(client.ask(SUCCESS, request(OTHER, 600)), EXTERNAL_PORT));

            assertCounted(node, ControlCounter.NONCE_RECLAIMS_REFUSED, 1);
        }
    }

    @Test
    void renewOnlyLetsAnotherNonceProlongAndNothingElse() throws Exception {
        try (var node = node(NoncePolicy.RENEW_ONLY);
                var client = node.client(CLIENT)) {
            client.ask(SUCCESS, request(OWNER, 600));

            byte[] renewed = client.ask(SUCCESS, request(OTHER, 3600));

            assertLeft(3600, renewed);
            assertEquals(4242, u16(renewed, EXTERNAL_PORT));
            assertArrayEquals(nonce(OTHER), slice(renewed, DATA, DATA + 12));
            // It shortens nothing, insists on nothing, closes nobody out and ends nothing.
            assertLeft(3600, client.ask(SUCCESS, request(OTHER, 120)));
            byte[] elsewhere = map(CLIENT, OTHER, UDP, PORT, 9000, 4243, ANY_IPV4, preferFailure());
            client.ask(NOT_AUTHORIZED, elsewhere);
            client.ask(NOT_AUTHORIZED, request(OTHER, 9000, filter()));
            assertLeft(3600, client.ask(NOT_AUTHORIZED, request(OTHER, 0)));
            assertCounted(node, ControlCounter.NONCE_OTHERS_ALLOWED, 2);
            assertCounted(node, ControlCounter.NONCE_RENEWALS_REFUSED, 2);
            assertCounted(node, ControlCounter.NONCE_DELETIONS_REFUSED, 1);
            // The owner is still the owner.
            assertEquals(0, u32(client.ask(SUCCESS, request(OWNER, 0)), LIFETIME));
        }
    }

    private static byte[] filter() {
        return option(
                3, ByteBuffer.allocate(20).putInt(128 << 16).put(mapped("203.0.113.1")).array());
    }

    @Test
    void withoutNoncesTheAddressDecides() throws Exception {
        try (var node = node(NoncePolicy.OFF);
                var client = node.client(CLIENT)) {
            client.ask(SUCCESS, request(OWNER, 600));

            assertLeft(300, client.ask(SUCCESS, request(OTHER, 300)));
            assertLeft(400, client.ask(SUCCESS, request(OWNER, 400)));
            assertEquals(0, u32(client.ask(SUCCESS, request(OTHER, 0)), LIFETIME));

            assertEquals(4242, u16(client.ask(SUCCESS, request(OTHER, 600)), EXTERNAL_PORT));
            assertCounted(node, ControlCounter.NONCE_OTHERS_ALLOWED, 4);
        }
    }

    @Test
    @Conformance("PCP-LIFE-010")
    void theStrictSimpleModelGrantsNoMoreThanTrafficWouldKeep() throws Exception {
        var strictly = new MapPolicy(NoncePolicy.STRICT, 16, true, true);
        try (var node = PcpNode.with(PcpNode.config(strictly), PcpServer.TOTAL);
                var client = node.client(CLIENT)) {
            assertEquals(300, u32(client.ask(SUCCESS, request(OWNER, 3600)), LIFETIME));
            assertEquals(300, u32(client.ask(SUCCESS, request(OWNER, 9999)), LIFETIME));
            byte[] tcp = map(CLIENT, OWNER, RawRequest.TCP, PORT, 86_400);
            assertEquals(7440, u32(client.ask(SUCCESS, tcp), LIFETIME));
            assertEquals(120, u32(client.ask(SUCCESS, map(CLIENT, OWNER, UDP, 1, 1)), LIFETIME));
        }
    }
}
