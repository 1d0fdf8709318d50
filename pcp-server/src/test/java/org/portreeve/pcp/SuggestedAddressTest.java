package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.pcp.RawRequest.ANY_IPV4;
import static org.portreeve.pcp.RawRequest.EXTERNAL_ADDRESS;
import static org.portreeve.pcp.RawRequest.NO_PORT;
import static org.portreeve.pcp.RawRequest.UDP;
import static org.portreeve.pcp.RawRequest.join;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.mapped;
import static org.portreeve.pcp.RawRequest.option;
import static org.portreeve.pcp.RawRequest.preferFailure;
import static org.portreeve.pcp.RawRequest.u32;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.policy.LifetimeBounds;
import org.portreeve.control.policy.MapPolicy;
import org.portreeve.control.policy.NoncePolicy;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.control.view.DrainMode;
import org.portreeve.control.view.DrainOutcome;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.testkit.Conformance;

/**
 * Who suggests an external address of the pool, from the outside: octets over real sockets, and
 * packets through the translator (RFC 6887 §11.3, RFC 6888 REQ-2).
 */
class SuggestedAddressTest {
    private static final String FIRST = "198.51.100.1";
    private static final String SECOND = "198.51.100.2";

    /** Nobody gets it as long as others have as few subscribers. */
    private static final String LAST = "198.51.100.3";

    private static final int SUCCESS = 0;
    private static final int CANNOT_PROVIDE = 11;
    private static final int PEER = 2;
    private static final int PORT_SET = 130;

    private PcpNode node;
    private int hosts;

    @BeforeEach
    void start() {
        var nat = PcpNode.nat(List.of(FIRST, SECOND, LAST), new PortRange(1024, 16_383), 8);
        node =
                PcpNode.with(
                        ControlConfig.of(
                                nat, new LifetimeBounds(120, 86_400), new RequestRate(1000, 1000)),
                        PcpServer.TOTAL);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    /** What SIGHUP does after pcp.honour-suggested-address was changed. */
    private void honour(boolean honours) {
        var nat = PcpNode.config().nat();
        var map =
                new MapPolicy(NoncePolicy.STRICT, 16, false, true, honours, MapPolicy.USUAL.sets());
        var rate = new RequestRate(1000, 1000);
        var profile = new Profile(Profile.DEFAULT, nat.rules(), rate, map, Set.of());
        var policy =
                new Policy(
                        Map.of(Profile.DEFAULT, profile),
                        List.of(),
                        new LifetimeBounds(120, 86_400));
        assertTrue(node.desk().prepare(policy).toCompletableFuture().join());
        node.desk().apply(policy).toCompletableFuture().join();
    }

    /** A host that has asked for nothing, and sent nothing, so far. */
    private String newHost() {
        return "127.17.0." + ++hosts;
    }

    /** The ways to ask for a new mapping. */
    enum Wish {
        MAP,
        MAP_OR_NOTHING,
        MAP_OF_PORTS,
        PEER_SESSION;

        byte[] octets(String host, int port, String suggested) {
            return switch (this) {
                case MAP -> map(host, 1, UDP, port, 600, NO_PORT, mapped(suggested));
                case MAP_OR_NOTHING ->
                        map(host, 1, UDP, port, 600, 4000, mapped(suggested), preferFailure());
                case MAP_OF_PORTS ->
                        map(
                                host,
                                1,
                                UDP,
                                port,
                                600,
                                NO_PORT,
                                mapped(suggested),
                                option(PORT_SET, setOf(4, port)));
                case PEER_SESSION -> peer(host, port, suggested);
            };
        }

        private static byte[] setOf(int size, int port) {
            return ByteBuffer.allocate(5).putShort((short) size).putShort((short) port).array();
        }

        /** A PEER is a MAP and who is meant (RFC 6887 §12.1). */
        private static byte[] peer(String host, int port, String suggested) {
            byte[] far =
                    ByteBuffer.allocate(20)
                            .putShort((short) 443)
                            .putShort((short) 0)
                            .put(mapped("203.0.113.9"))
                            .array();
            byte[] request = join(map(host, 1, UDP, port, 600, NO_PORT, mapped(suggested)), far);
            request[1] = PEER;
            return request;
        }
    }

    private String granted(String host, byte[] request) throws Exception {
        try (RawClient client = node.client(host)) {
            byte[] answer = client.ask(SUCCESS, request);
            return Ipv4.format((int) u32(answer, EXTERNAL_ADDRESS + 12));
        }
    }

    /** The external address that a host's packets leave from. */
    private String sourceOutside(String host) {
        // It asks for nothing inbound, so it needs no port that is open to everybody.
        byte[] seen = new OutsideHosts(node, 0).seenOutside(UDP, host, 5000, "203.0.113.10", 7);
        return Ipv4.format(ByteBuffer.wrap(seen).getInt(12));
    }

    /** Three hosts, three addresses: the one with the fewest subscribers for each. */
    @Test
    @Conformance("PCP-MAP-032")
    void byDefaultThePairedAddressIsAnsweredWhateverIsSuggested() throws Exception {
        Set<String> used = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            String host = newHost();
            String own = granted(host, Wish.MAP.octets(host, 80, LAST));
            assertEquals(own, sourceOutside(host));
            used.add(own);
        }
        assertEquals(Set.of(FIRST, SECOND, LAST), used);
    }

    @ParameterizedTest
    @EnumSource(Wish.class)
    @Conformance("PCP-MAP-032")
    void whereThatIsAllowedTheSuggestedAddressIsAnsweredAndUsed(Wish wish) throws Exception {
        honour(true);
        String before = newHost();
        assertEquals(LAST, granted(before, Wish.MAP.octets(before, 80, LAST)));

        String host = newHost();
        assertEquals(LAST, granted(host, wish.octets(host, 80, LAST)));

        assertEquals(LAST, sourceOutside(host));
        assertEquals(LAST, granted(host, map(host, 1, UDP, 90, 600)));
        // Whoever suggests nothing goes where there are fewer.
        String other = newHost();
        assertNotEquals(LAST, granted(other, map(other, 1, UDP, 80, 600)));
        assertNotEquals(LAST, sourceOutside(other));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Conformance("PCP-MAP-032")
    void whoHasAnAddressKeepsItWhateverItSuggests(boolean isByTraffic) throws Exception {
        honour(true);
        String host = newHost();
        String own = isByTraffic ? sourceOutside(host) : granted(host, map(host, 1, UDP, 80, 600));
        assertNotEquals(LAST, own);

        assertEquals(own, granted(host, Wish.MAP.octets(host, 81, LAST)));
        assertEquals(own, granted(host, Wish.MAP_OF_PORTS.octets(host, 90, LAST)));
        try (RawClient client = node.client(host)) {
            client.ask(CANNOT_PROVIDE, Wish.MAP_OR_NOTHING.octets(host, 82, LAST));
            client.ask(CANNOT_PROVIDE, Wish.PEER_SESSION.octets(host, 83, LAST));
        }
        assertEquals(own, sourceOutside(host));
    }

    @Test
    @Conformance("PCP-MAP-032")
    void anAddressThatLeavesThePoolOrIsDrainedIsNotHonoured() throws Exception {
        honour(true);
        assertEquals(
                DrainOutcome.DONE,
                node.desk().drain(Ipv4.of(SECOND), 0).toCompletableFuture().join());
        // Somebody has it, so that it is there still.
        String early = newHost();
        assertEquals(LAST, granted(early, Wish.MAP.octets(early, 80, LAST)));
        node.usePool(DrainMode.WAIT, FIRST, SECOND);

        for (String suggested : List.of(SECOND, LAST)) {
            String host = newHost();
            assertEquals(FIRST, granted(host, Wish.MAP.octets(host, 80, suggested)));
            assertEquals(FIRST, sourceOutside(host));
            String insisting = newHost();
            try (RawClient client = node.client(insisting)) {
                byte[] wish = Wish.MAP_OR_NOTHING.octets(insisting, 80, suggested);
                client.ask(CANNOT_PROVIDE, wish);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"203.0.113.1", "127.0.0.1", "255.255.255.255", "0.0.0.0"})
    void anAddressThatIsNotOursIsNotHonoured(String suggested) throws Exception {
        honour(true);
        String host = newHost();

        assertEquals(FIRST, granted(host, Wish.MAP.octets(host, 80, suggested)));

        assertEquals(FIRST, sourceOutside(host));
    }

    @Test
    void aReloadMayAllowAndForbidIt() throws Exception {
        honour(true);
        String early = newHost();
        assertEquals(LAST, granted(early, Wish.MAP.octets(early, 80, LAST)));

        honour(false);

        String late = newHost();
        assertEquals(FIRST, granted(late, Wish.MAP.octets(late, 80, LAST)));
        // What was given stays.
        assertEquals(LAST, granted(early, map(early, 1, UDP, 81, 600, NO_PORT, ANY_IPV4)));
    }
}
