package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.pcp.RawRequest.LIFETIME;
import static org.portreeve.pcp.RawRequest.UDP;
import static org.portreeve.pcp.RawRequest.announce;
import static org.portreeve.pcp.RawRequest.join;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.mapped;
import static org.portreeve.pcp.RawRequest.preferFailure;
import static org.portreeve.pcp.RawRequest.slice;
import static org.portreeve.pcp.RawRequest.u16;
import static org.portreeve.pcp.RawRequest.u32;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.policy.LifetimeBounds;
import org.portreeve.control.policy.MapPolicy;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.control.policy.Service;
import org.portreeve.control.policy.SubscriberPlan;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.testkit.Conformance;

/** What a profile withholds from its subscribers, and what is off for all. */
class WithheldTest {
    private static final String ONE = "127.3.1.1";
    private static final String OTHER = "127.3.2.1";
    private static final int PORT = 5_000;

    /** Subscriber ONE has a profile of its own that withholds these; OTHER has the default one. */
    private static PcpNode withholding(Service... services) {
        var nat = PcpNode.nat(List.of(PcpNode.EXTERNAL), new PortRange(1024, 16_383), 8);
        var rate = new RequestRate(1000, 1000);
        Map<String, Profile> profiles = new HashMap<>();
        profiles.put(Profile.DEFAULT, new Profile(Profile.DEFAULT, nat.rules(), rate));
        profiles.put(
                "plain",
                new Profile("plain", nat.rules(), rate, MapPolicy.USUAL, Set.of(services)));
        var policy =
                new Policy(
                        profiles,
                        List.of(
                                new SubscriberPlan("one", List.of(Prefix.of(ONE)), "plain"),
                                new SubscriberPlan("other", List.of(Prefix.of(OTHER)), "default")),
                        new LifetimeBounds(120, 86_400));
        return PcpNode.with(new ControlConfig(nat, policy), PcpServer.TOTAL);
    }

    private static byte[] natPmpMap() {
        return ByteBuffer.allocate(12)
                .put((byte) 0)
                .put((byte) 1)
                .putShort((short) 0)
                .putShort((short) PORT)
                .putShort((short) 0)
                .putInt(600)
                .array();
    }

    private static int natPmpResult(byte[] answer) {
        return u16(answer, 2);
    }

    @Test
    @Conformance("PCP-NET-010")
    void eachOperationIsWithheldByItself() throws Exception {
        try (var node = withholding(Service.MAP);
                var one = node.client(ONE);
                var other = node.client(OTHER)) {
            byte[] refused = one.ask(4, map(ONE, 1, UDP, PORT, 600));

            assertEquals(1800, u32(refused, LIFETIME));
            one.ask(0, peer(ONE));
            one.ask(0, announce(ONE));
            other.ask(0, map(OTHER, 1, UDP, PORT, 600));
        }
        try (var node = withholding(Service.PEER);
                var one = node.client(ONE);
                var other = node.client(OTHER)) {
            assertEquals(1800, u32(one.ask(4, peer(ONE)), LIFETIME));
            one.ask(0, map(ONE, 1, UDP, PORT, 600));
            other.ask(0, peer(OTHER));
        }
    }

    private static byte[] peer(String host) {
        byte[] request = join(map(host, 1, UDP, PORT + 1, 600), new byte[20]);
        request[1] = 2;
        ByteBuffer.wrap(request).putShort(60, (short) 443).put(64, mapped("203.0.113.9"));
        return request;
    }

    @Test
    @Conformance("PCP-TP-005")
    void aPortalGetsNoMoreForAHostThanItGets() throws Exception {
        String portal = "127.200.0.1";
        var hosts = List.of(Prefix.of(ONE), Prefix.of(OTHER));
        try (var node = withholding(Service.MAP, Service.PEER);
                var client = node.client(portal)) {
            node.use(new ThirdParties(List.of(Prefix.of(portal)), hosts));
            client.ask(4, asking(portal, ONE));

            assertTrue(node.mappingsOf(ONE).isEmpty());
            client.ask(0, asking(portal, OTHER));
        }
    }

    private static byte[] asking(String portal, String host) {
        byte[] thirdParty = RawRequest.option(1, RawRequest.mapped(host));
        return map(portal, 1, UDP, PORT, 600, 0, RawRequest.ANY_IPV4, thirdParty);
    }

    @Test
    void anOptionThatIsWithheldIsNotKnown() throws Exception {
        try (var node = withholding(Service.PREFER_FAILURE, Service.ANNOUNCE);
                var one = node.client(ONE);
                var other = node.client(OTHER)) {
            byte[] any = RawRequest.ANY_IPV4;
            one.ask(5, map(ONE, 1, UDP, PORT, 600, 4000, any, preferFailure()));
            one.ask(4, announce(ONE));
            one.ask(0, map(ONE, 1, UDP, PORT, 600));
            other.ask(0, map(OTHER, 1, UDP, PORT, 600, 4001, any, preferFailure()));
        }
    }

    @Test
    @Conformance("NPM-024")
    void natPmpThatIsWithheldIsNotAuthorized() throws Exception {
        try (var node = withholding(Service.NAT_PMP);
                var one = node.client(ONE);
                var other = node.client(OTHER)) {
            assertEquals(2, natPmpResult(one.ask(new byte[] {0, 0})));
            assertEquals(2, natPmpResult(one.ask(natPmpMap())));
            assertEquals(0, natPmpResult(other.ask(new byte[] {0, 0})));
            assertEquals(0, natPmpResult(other.ask(natPmpMap())));
            one.ask(0, map(ONE, 1, UDP, PORT, 600));
        }
    }

    @Test
    @Conformance("NPM-046")
    void whoseMapsAreWithheldGetsNoneByNatPmpEither() throws Exception {
        try (var node = withholding(Service.MAP);
                var one = node.client(ONE);
                var other = node.client(OTHER)) {
            byte[] refused = one.ask(natPmpMap());

            assertEquals(2, natPmpResult(refused));
            assertArrayEquals(new byte[6], slice(refused, 10, 16));
            assertEquals(0, natPmpResult(one.ask(new byte[] {0, 0})));
            assertEquals(0, natPmpResult(other.ask(natPmpMap())));
        }
    }

    @Test
    @Conformance("NPM-094")
    void withPcpOffItsClientsAreToldOfNatPmp() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(ONE)) {
            node.skipSeconds(1_000);
            node.offerPcp(false);

            byte[] answer = client.ask(map(ONE, 1, UDP, PORT, 600));

            assertEquals(8, answer.length);
            assertArrayEquals(new byte[] {0, 0, 0, 1}, slice(answer, 0, 4));
            assertTrue(u32(answer, 4) >= 1_000 && u32(answer, 4) < 1_030);
            assertEquals(0, natPmpResult(client.ask(natPmpMap())));
            client.send(new byte[] {2, (byte) 0x81, 0, 0});
            assertEquals(12, client.ask(new byte[] {0, 0}).length, "a response was answered");

            node.offerPcp(true);
            client.ask(0, announce(ONE));
        }
    }
}
