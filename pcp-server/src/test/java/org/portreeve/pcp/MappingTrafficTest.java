package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.pcp.RawRequest.EXTERNAL_PORT;
import static org.portreeve.pcp.RawRequest.LIFETIME;
import static org.portreeve.pcp.RawRequest.NO_PORT;
import static org.portreeve.pcp.RawRequest.TCP;
import static org.portreeve.pcp.RawRequest.UDP;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.u16;
import static org.portreeve.pcp.RawRequest.u32;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.policy.MapPolicy;
import org.portreeve.control.policy.NoncePolicy;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.policy.Profile;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.rules.Application;
import org.portreeve.nat.rules.Behaviour;
import org.portreeve.nat.rules.Rules;
import org.portreeve.testkit.Conformance;

/** What packets find at a mapping that was asked for. */
class MappingTrafficTest {
    private static final String HOST = "127.14.0.1";
    private static final String WITNESS = "127.14.0.2";
    private static final int NONCE = 1;
    private static final int SUCCESS = 0;
    private static final int PORT = 8080;
    private static final String X = "203.0.113.10";

    private static int granted(RawClient client, int protocol, int port) throws Exception {
        byte[] request = map(client.ip, NONCE, protocol, port, 3600);
        return u16(client.ask(SUCCESS, request), EXTERNAL_PORT);
    }

    private static OutsideHosts outside(PcpNode node) throws Exception {
        try (RawClient witness = node.client(WITNESS)) {
            return new OutsideHosts(node, granted(witness, UDP, 9));
        }
    }

    @ParameterizedTest
    @CsvSource({"3, 3", "3, 4", "11, 0"})
    @Conformance("PCP-MAP-040")
    void errorsAboutAReplyReachTheHostAndEndNothing(int type, int code) throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(HOST)) {
            OutsideHosts outside = outside(node);
            int port = granted(client, UDP, PORT);
            assertTrue(outside.reaches(UDP, X, 777, port, HOST, PORT));
            byte[] reply = outside.seenOutside(UDP, HOST, PORT, X, 777);

            ByteBuffer error = ByteBuffer.wrap(outside.error("198.18.0.9", type, code, reply));

            assertEquals(Ipv4.of(HOST), error.getInt(16));
            assertEquals(type << 8 | code, error.getShort(20));
            // What it quotes is what the host sent.
            assertEquals(Ipv4.of(HOST), error.getInt(28 + 12));
            assertEquals(PORT, error.getShort(28 + 20));
            assertTrue(outside.reaches(UDP, X, 777, port, HOST, PORT));
            assertTrue(outside.reaches(UDP, X, 778, port, HOST, PORT));
            assertEquals(1, node.mappingsOf(HOST).size());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {80, NO_PORT})
    @Conformance("PCP-MAP-015")
    void sctpIsNotMapped(int port) throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(HOST)) {
            byte[] answer = client.ask(9, map(HOST, NONCE, 132, port, 600));

            assertEquals(1800, u32(answer, LIFETIME));
            assertTrue(node.mappingsOf(HOST).isEmpty());
        }
    }

    /** A node whose translator lets only contacted peers in, where nobody asked for a mapping. */
    private static PcpNode filtering(boolean isOpen) {
        ControlConfig usual = PcpNode.config();
        Profile profile = usual.policy().profiles().get(Profile.DEFAULT);
        Rules rules = profile.rules();
        Behaviour strict = Behaviour.ADDRESS_AND_PORT_DEPENDENT;
        var sip =
                new Application(
                        UDP,
                        Application.Side.INTERNAL,
                        new PortRange(5060, 5060),
                        Behaviour.ENDPOINT_INDEPENDENT,
                        Behaviour.ENDPOINT_INDEPENDENT);
        var filtered =
                new Rules(
                        rules.quota(),
                        rules.explicitPorts(),
                        rules.mapping(),
                        new Rules.Filtering(strict, strict),
                        rules.eif(),
                        List.of(sip));
        var map = new MapPolicy(NoncePolicy.STRICT, 16, false, isOpen);
        var changed = new Profile(profile.name(), filtered, profile.requests(), map, Set.of());
        var policy =
                new Policy(Map.of(Profile.DEFAULT, changed), List.of(), usual.policy().lifetime());
        return PcpNode.with(new ControlConfig(usual.nat(), policy), PcpServer.TOTAL);
    }

    @ParameterizedTest
    @ValueSource(ints = {TCP, UDP})
    @Conformance("PCP-MAP-038")
    void aMappingIsOpenToEverybodyWhateverTheFilteringOfOthers(int protocol) throws Exception {
        try (var node = filtering(true);
                var client = node.client(HOST)) {
            OutsideHosts outside = outside(node);
            int port = granted(client, protocol, PORT);

            assertTrue(outside.reaches(protocol, X, 777, port, HOST, PORT));
            assertTrue(outside.reaches(protocol, "198.18.0.1", 9, port, HOST, PORT));
            int implicit = outside.sourcePortOutside(protocol, HOST, 5000, X, 777);
            assertFalse(outside.reaches(protocol, "198.18.0.1", 9, implicit, HOST, 5000));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {TCP, UDP})
    @Conformance("PCP-MAP-042")
    void whereFilteringKeepsStrangersOutNobodyOpensAPortUnlessItIsAllowed(int protocol)
            throws Exception {
        try (var node = filtering(false);
                var client = node.client(HOST)) {
            byte[] answer = client.ask(2, map(HOST, NONCE, protocol, PORT, 600));

            assertEquals(1800, u32(answer, LIFETIME));
            assertTrue(node.mappingsOf(HOST).isEmpty());
            // An application that everybody may reach anyway may be asked for, and nothing ended.
            client.ask(SUCCESS, map(HOST, NONCE, UDP, 5060, 600));
            client.ask(SUCCESS, map(HOST, NONCE, protocol, PORT, 0));
        }
    }
}
