package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.pcp.RawRequest.ANY_IPV4;
import static org.portreeve.pcp.RawRequest.EPOCH;
import static org.portreeve.pcp.RawRequest.EXTERNAL_ADDRESS;
import static org.portreeve.pcp.RawRequest.EXTERNAL_PORT;
import static org.portreeve.pcp.RawRequest.LIFETIME;
import static org.portreeve.pcp.RawRequest.MAP_LENGTH;
import static org.portreeve.pcp.RawRequest.RESULT;
import static org.portreeve.pcp.RawRequest.UDP;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.slice;
import static org.portreeve.pcp.RawRequest.u16;
import static org.portreeve.pcp.RawRequest.u32;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.portreeve.pcp.client.EpochWatch;
import org.portreeve.testkit.Conformance;

/** What a client finds at another address, of the same server and of another one. */
class SeveralServersTest {
    private static final String CLIENT = "127.15.0.1";
    private static final int NONCE = 1;
    private static final int PORT = 8080;
    private static final int EXTERNAL = 4711;
    private static final long PATIENCE_SECONDS = 30;

    private static byte[] ask(RawClient client, InetSocketAddress server, byte[] request)
            throws Exception {
        client.sendTo(server, request);
        return client.receive();
    }

    private static byte[] request(int nonce, long lifetimeSeconds) {
        return map(CLIENT, nonce, UDP, PORT, lifetimeSeconds);
    }

    @Test
    @Conformance({"PCP-CLI-006", "PCP-CLI-007"})
    void everyAddressOfTheServerKnowsTheMappingsAndHasTheSameEpoch() throws Exception {
        try (var node = PcpNode.on("127.0.0.1", "127.0.0.2");
                var client = node.client(CLIENT)) {
            InetSocketAddress first = node.address(0);
            InetSocketAddress second = node.address(1);
            node.skipSeconds(5000);
            byte[] made = ask(client, first, request(NONCE, 600));
            node.skipSeconds(100);

            byte[] renewed = ask(client, second, request(NONCE, 900));
            byte[] foreign = ask(client, second, request(NONCE + 1, 900));

            assertEquals(0, renewed[RESULT]);
            assertEquals(900, u32(renewed, LIFETIME));
            assertArrayEquals(
                    slice(made, EXTERNAL_PORT, MAP_LENGTH),
                    slice(renewed, EXTERNAL_PORT, MAP_LENGTH));
            assertEquals(2, foreign[RESULT]);
            assertEquals(1, node.mappingsOf(CLIENT).size());
            long passed = u32(renewed, EPOCH) - u32(made, EPOCH);
            assertTrue(u32(made, EPOCH) >= 5000);
            assertTrue(passed >= 100 && passed <= 100 + PATIENCE_SECONDS, () -> passed + " s");

            assertEquals(0, ask(client, first, request(NONCE, 0))[RESULT]);
            assertTrue(node.mappingsOf(CLIENT).isEmpty());
        }
    }

    @Test
    @Conformance("PCP-ANY-002")
    void anotherServerLooksLikeARestartAndMakesTheMappingAnew() throws Exception {
        try (var former = PcpNode.on("127.0.0.1");
                var next = PcpNode.on("127.0.0.2");
                var client = former.client(CLIENT)) {
            var epochs = new EpochWatch();
            former.skipSeconds(5000);
            byte[] wish = map(CLIENT, NONCE, UDP, PORT, 600, EXTERNAL, ANY_IPV4);
            byte[] made = ask(client, former.address(), wish);
            assertEquals(EXTERNAL, u16(made, EXTERNAL_PORT));
            assertTrue(epochs.isValid(u32(made, EPOCH), System.nanoTime()));
            byte[] again = ask(client, former.address(), request(NONCE, 600));
            assertTrue(epochs.isValid(u32(again, EPOCH), System.nanoTime()));

            byte[] tuple = slice(made, EXTERNAL_ADDRESS, MAP_LENGTH);
            byte[] anew = map(CLIENT, NONCE, UDP, PORT, 600, EXTERNAL, tuple);
            byte[] there = ask(client, next.address(), anew);

            assertFalse(epochs.isValid(u32(there, EPOCH), System.nanoTime()));
            assertEquals(0, there[RESULT]);
            assertArrayEquals(
                    slice(made, EXTERNAL_PORT, MAP_LENGTH),
                    slice(there, EXTERNAL_PORT, MAP_LENGTH));
        }
    }
}
