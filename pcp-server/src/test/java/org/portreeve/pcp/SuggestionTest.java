package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.pcp.RawRequest.ANY_IPV4;
import static org.portreeve.pcp.RawRequest.EXTERNAL_PORT;
import static org.portreeve.pcp.RawRequest.NO_PORT;
import static org.portreeve.pcp.RawRequest.TCP;
import static org.portreeve.pcp.RawRequest.UDP;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.mapped;
import static org.portreeve.pcp.RawRequest.preferFailure;
import static org.portreeve.pcp.RawRequest.u16;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.policy.LifetimeBounds;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.nat.PortRange;
import org.portreeve.testkit.Conformance;

/** Suggested tuples that cannot be had: another one is given (RFC 6887 §11.3). */
class SuggestionTest {
    private static final String HOST = "127.13.0.1";
    private static final String OTHER = "127.13.0.2";
    private static final int NONCE = 1;
    private static final int SUCCESS = 0;
    private static final int PORT = 4321;

    private PcpNode node;
    private RawClient host;
    private RawClient other;

    @BeforeEach
    void start() throws Exception {
        node = PcpNode.on("127.0.0.1");
        host = node.client(HOST);
        other = node.client(OTHER);
    }

    @AfterEach
    void stop() {
        host.close();
        other.close();
        node.close();
    }

    private static int granted(RawClient client, int internalPort, int suggestedPort)
            throws Exception {
        return granted(client, NONCE, internalPort, suggestedPort, ANY_IPV4);
    }

    private static int granted(
            RawClient client, int nonce, int internalPort, int suggestedPort, byte[] address)
            throws Exception {
        byte[] request = map(client.ip, nonce, UDP, internalPort, 600, suggestedPort, address);
        return u16(client.ask(SUCCESS, request), EXTERNAL_PORT);
    }

    @Test
    @Conformance("PCP-MAP-028")
    void whatAnotherMappingUsesIsNotGiven() throws Exception {
        assertEquals(PORT, granted(host, 80, PORT));

        assertNotEquals(PORT, granted(other, 80, PORT));
        assertNotEquals(PORT, granted(host, 81, PORT));
    }

    @Test
    @Conformance("PCP-MAP-028")
    void whatASessionUsesIsNotGiven() throws Exception {
        int witness = granted(other, 9, NO_PORT);
        var outside = new OutsideHosts(node, witness);
        int implicit = outside.sourcePortOutside(UDP, HOST, 5000, "203.0.113.1", 7);

        assertNotEquals(implicit, granted(other, 80, implicit));
    }

    @Test
    @Conformance("PCP-MAP-028")
    void whatRestsForAnotherIsNotGiven() throws Exception {
        assertEquals(PORT, granted(host, 80, PORT));
        host.ask(SUCCESS, map(HOST, NONCE, UDP, 80, 0));

        assertNotEquals(PORT, granted(other, 80, PORT));
        assertNotEquals(PORT, granted(host, NONCE + 1, 80, PORT, ANY_IPV4));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 80, 1023, 5350, 5351})
    @Conformance({"PCP-MAP-028", "PCP-MAP-030"})
    void whatIsForbiddenOrTheGatewaysIsNotGiven(int port) throws Exception {
        assertNotEquals(port, granted(host, 80, port));
        host.ask(11, map(HOST, NONCE, UDP, 81, 600, port, ANY_IPV4, preferFailure()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "224.0.0.1", "255.255.255.255", "203.0.113.1"})
    @Conformance("PCP-MAP-028")
    void addressesThatAreInvalidOrNotOursAreNotGiven(String address) throws Exception {
        byte[] request = map(HOST, NONCE, UDP, 80, 600, PORT, mapped(address));

        byte[] answer = host.ask(SUCCESS, request);

        assertEquals(PORT, u16(answer, EXTERNAL_PORT));
        byte[] assigned = RawRequest.slice(answer, RawRequest.EXTERNAL_ADDRESS, 60);
        assertArrayEquals(mapped(PcpNode.EXTERNAL), assigned);
    }

    @ParameterizedTest
    @ValueSource(ints = {TCP, UDP})
    @Conformance("PCP-MAP-030")
    void thePortsOfPcpAreNotGivenOfUdpWhenAllOthersAre(int protocol) throws Exception {
        var nat = PcpNode.nat(List.of(PcpNode.EXTERNAL), new PortRange(5348, 5353), 8);
        var config =
                ControlConfig.of(nat, new LifetimeBounds(120, 86_400), new RequestRate(1000, 1000));
        try (var small = PcpNode.with(config, PcpServer.TOTAL);
                var client = small.client(HOST)) {
            List<Integer> given = new ArrayList<>();
            for (int port = 1; port <= 6; port++) {
                byte[] answer = client.ask(map(HOST, NONCE, protocol, port, 600));
                if (answer[RawRequest.RESULT] == SUCCESS) {
                    given.add(u16(answer, EXTERNAL_PORT));
                }
            }
            Set<Integer> once = new HashSet<>(given);
            assertEquals(given.size(), once.size());
            assertTrue(once.containsAll(Set.of(5348, 5349, 5352, 5353)));
            assertEquals(protocol == TCP, once.contains(5350) && once.contains(5351));
            assertFalse(protocol == UDP && (once.contains(5350) || once.contains(5351)));
        }
    }
}
