package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.pcp.RawRequest.ANY_IPV4;
import static org.portreeve.pcp.RawRequest.DATA;
import static org.portreeve.pcp.RawRequest.EPOCH;
import static org.portreeve.pcp.RawRequest.EXTERNAL_ADDRESS;
import static org.portreeve.pcp.RawRequest.LIFETIME;
import static org.portreeve.pcp.RawRequest.MAP_LENGTH;
import static org.portreeve.pcp.RawRequest.UDP;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.mapped;
import static org.portreeve.pcp.RawRequest.option;
import static org.portreeve.pcp.RawRequest.slice;
import static org.portreeve.pcp.RawRequest.u32;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.policy.LifetimeBounds;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.control.view.DrainMode;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.testkit.Conformance;

/** Owners who insisted on an external tuple that goes: raw octets over real sockets. */
@Timeout(60)
class ImpossibleTupleTest {
    private static final String FIRST = "198.51.100.7";
    private static final String SECOND = "198.51.100.8";
    private static final String CLIENT = "127.3.0.9";
    private static final String PORTAL = "127.3.0.200";
    private static final byte[] PREFER_FAILURE = option(2, new byte[0]);

    private PcpNode node;
    private RawClient client;

    @BeforeEach
    void start() throws Exception {
        var nat = PcpNode.nat(List.of(FIRST, SECOND), new PortRange(1024, 16_383), 8);
        var config =
                ControlConfig.of(nat, new LifetimeBounds(120, 86_400), new RequestRate(1000, 1000));
        node = PcpNode.with(config, PcpServer.TOTAL);
        client = node.client(CLIENT);
    }

    @AfterEach
    void stop() {
        client.close();
        node.close();
    }

    /** Withdraws the address of a mapping, and its leases at once. */
    private void withdrawAddressOf(byte[] granted) {
        String assigned = Ipv4.format((int) u32(granted, EXTERNAL_ADDRESS + 12));
        node.usePool(DrainMode.CUT, assigned.equals(FIRST) ? SECOND : FIRST);
    }

    /** The next update; the epoch of the client's own is announced too. */
    private static byte[] update(RawClient from) throws Exception {
        byte[] heard = from.receive();
        while (heard.length < MAP_LENGTH) {
            heard = from.receive();
        }
        return heard;
    }

    @Test
    @Conformance("PCP-UPD-003")
    void whoInsistedIsToldThatItCannotBeProvidedAndIsNotMoved() throws Exception {
        byte[] granted =
                client.ask(0, map(CLIENT, 3, UDP, 80, 600, 5000, ANY_IPV4, PREFER_FAILURE));

        withdrawAddressOf(granted);
        byte[] update = update(client);

        assertArrayEquals(new byte[] {2, (byte) 0x81, 0, 11}, slice(update, 0, LIFETIME));
        long lifetime = u32(update, LIFETIME);
        assertTrue(lifetime >= 1_790 && lifetime <= 1_800, () -> "lifetime " + lifetime);
        assertTrue(u32(update, EPOCH) < 30);
        assertArrayEquals(new byte[12], slice(update, 12, DATA));
        // Nonce, protocol and both tuples, and what it insisted by.
        assertArrayEquals(slice(granted, DATA, MAP_LENGTH), slice(update, DATA, MAP_LENGTH));
        assertArrayEquals(PREFER_FAILURE, slice(update, MAP_LENGTH, update.length));
        assertEquals(0, node.mappingsOf(CLIENT).size());
    }

    @Test
    @Conformance({"PCP-UPD-002", "PCP-UPD-003"})
    void aPortalIsToldOfWhichHostThatIs() throws Exception {
        node.use(
                new ThirdParties(
                        List.of(new Prefix(Ipv4.of(PORTAL), 32)),
                        List.of(new Prefix(Ipv4.of(CLIENT), 32))));
        byte[] host = option(1, mapped(CLIENT));
        try (RawClient portal = node.client(PORTAL)) {
            byte[] granted =
                    portal.ask(
                            0, map(PORTAL, 3, UDP, 80, 600, 5000, ANY_IPV4, host, PREFER_FAILURE));

            withdrawAddressOf(granted);
            byte[] update = update(portal);

            assertArrayEquals(new byte[] {2, (byte) 0x81, 0, 11}, slice(update, 0, LIFETIME));
            assertArrayEquals(
                    RawRequest.join(host, PREFER_FAILURE),
                    slice(update, MAP_LENGTH, update.length));
        }
    }

    @Test
    void whoDoesNotInsistAnyMoreIsMoved() throws Exception {
        byte[] granted =
                client.ask(0, map(CLIENT, 3, UDP, 80, 600, 5000, ANY_IPV4, PREFER_FAILURE));
        client.ask(0, map(CLIENT, 3, UDP, 80, 600));

        withdrawAddressOf(granted);
        byte[] update = update(client);

        assertArrayEquals(new byte[] {2, (byte) 0x81, 0, 0}, slice(update, 0, LIFETIME));
        assertEquals(1, node.mappingsOf(CLIENT).size());
    }
}
