package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.portreeve.pcp.RawRequest.ANY_IPV4;
import static org.portreeve.pcp.RawRequest.EXTERNAL_ADDRESS;
import static org.portreeve.pcp.RawRequest.MAP_LENGTH;
import static org.portreeve.pcp.RawRequest.UDP;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.mapped;
import static org.portreeve.pcp.RawRequest.preferFailure;
import static org.portreeve.pcp.RawRequest.slice;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.policy.LifetimeBounds;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.testkit.Conformance;

/** Which of several external addresses a mapping has (RFC 6887 §10, RFC 6888 REQ-2). */
class PairedAddressTest {
    private static final List<String> POOL =
            List.of("198.51.100.1", "198.51.100.2", "198.51.100.3");
    private static final String X = "203.0.113.10";

    private static PcpNode node() {
        var nat = PcpNode.nat(POOL, new PortRange(1024, 16_383), 8);
        var rate = new RequestRate(1000, 1000);
        return PcpNode.with(
                ControlConfig.of(nat, new LifetimeBounds(120, 86_400), rate), PcpServer.TOTAL);
    }

    /** The external address that a host's packets leave from. */
    private static String sourceOutside(PcpNode node, String host) {
        // It asks for nothing inbound, so it needs no port that is open to everybody.
        byte[] seen = new OutsideHosts(node, 0).seenOutside(UDP, host, 5000, X, 7);
        return Ipv4.format(ByteBuffer.wrap(seen).getInt(12));
    }

    private static byte[] assigned(byte[] answer) {
        return slice(answer, EXTERNAL_ADDRESS, MAP_LENGTH);
    }

    @Test
    @Conformance("PCP-MAP-031")
    void aMappingHasTheAddressThatTheFlowsOfItsHostHave() throws Exception {
        try (var node = node()) {
            Set<String> used = new HashSet<>();
            for (int i = 1; i <= 6; i++) {
                String host = "127.16.0." + i;
                String source = sourceOutside(node, host);
                try (var client = node.client(host)) {
                    byte[] answer = client.ask(0, map(host, 1, UDP, 80, 600));
                    assertArrayEquals(mapped(source), assigned(answer));
                }
                used.add(source);
            }
            assertEquals(Set.copyOf(POOL), used);
        }
    }

    @Test
    void anotherAddressThanThePairedOneIsNotGivenWhoeverSuggestsIt() throws Exception {
        String host = "127.16.1.1";
        try (var node = node();
                var client = node.client(host)) {
            byte[] own = assigned(client.ask(0, map(host, 1, UDP, 80, 600)));
            for (String other : POOL) {
                byte[] wish = map(host, 1, UDP, 81, 600, 0, mapped(other));
                assertArrayEquals(own, assigned(client.ask(0, wish)));
                boolean isOwn = Arrays.equals(own, mapped(other));
                byte[] insisting = map(host, 1, UDP, 82, 600, 4000, mapped(other), preferFailure());
                client.ask(isOwn ? 0 : 11, insisting);
            }
            byte[] any = map(host, 1, UDP, 83, 600, 4001, ANY_IPV4, preferFailure());
            assertArrayEquals(own, assigned(client.ask(0, any)));
        }
    }
}
