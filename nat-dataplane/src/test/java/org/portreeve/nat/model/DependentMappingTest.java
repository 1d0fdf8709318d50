package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.portreeve.nat.model.Story.DATA;
import static org.portreeve.nat.model.Story.HOST;
import static org.portreeve.nat.model.Story.INET_X;
import static org.portreeve.nat.model.Story.INET_Y;
import static org.portreeve.nat.model.Story.OTHER_HOST;
import static org.portreeve.nat.rules.Behaviour.ADDRESS_AND_PORT_DEPENDENT;
import static org.portreeve.nat.rules.Behaviour.ADDRESS_DEPENDENT;
import static org.portreeve.nat.rules.Behaviour.ENDPOINT_INDEPENDENT;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.rules.Application;
import org.portreeve.nat.rules.Behaviour;
import org.portreeve.nat.rules.Rules;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.TcpHeader;
import org.portreeve.testkit.Conformance;

/** Which external port a host has, where that depends on the peer or on the other protocol. */
class DependentMappingTest {
    private static final Endpoint X_ELSEWHERE = new Endpoint(INET_X.ip(), 999);

    private Story story;

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void eachAddressOrEachPortOfItSeesAnotherExternalPort(int shards) {
        story = new Story(shards);
        map(ADDRESS_DEPENDENT, ENDPOINT_INDEPENDENT);
        Endpoint toX = udpTo(INET_X);
        assertNotEquals(toX, udpTo(INET_Y));
        assertEquals(toX, udpTo(X_ELSEWHERE));
        assertEquals(tcpTo(INET_X), tcpTo(INET_Y));

        map(ADDRESS_AND_PORT_DEPENDENT, ADDRESS_DEPENDENT);
        assertEquals(toX, udpTo(INET_X), "sessions stay where they are");
        var third = new Endpoint(INET_X.ip(), 7);
        assertNotEquals(udpTo(third), udpTo(new Endpoint(INET_X.ip(), 8)));
        assertEquals(udpTo(third), udpTo(third));
        Endpoint echo = story.mapped(TestPacket.echo(HOST, INET_X.ip(), IcmpHeader.ECHO));
        assertEquals(echo, story.mapped(TestPacket.echo(HOST, INET_Y.ip(), IcmpHeader.ECHO)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void packetToThePortOfAnotherPeerFindsNoSessionOfItsOwn(int shards) {
        story = new Story(shards);
        map(ADDRESS_DEPENDENT, ADDRESS_DEPENDENT);
        Endpoint toX = udpTo(INET_X);
        Endpoint toY = udpTo(INET_Y);
        assertEquals(Optional.of(HOST), story.delivered(TestPacket.udp(INET_X, toX)));
        assertEquals(Optional.empty(), story.delivered(TestPacket.udp(INET_X, toY)));
        // Filtering is another matter: whoever has no session may begin one.
        Endpoint answerTo = X_ELSEWHERE;
        assertEquals(Optional.of(HOST), story.delivered(TestPacket.udp(answerTo, toY)));
        assertEquals(toY, udpTo(answerTo));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void leaseAndReservationServeEveryPeer(int shards) {
        story = new Story(shards);
        map(ADDRESS_AND_PORT_DEPENDENT, ADDRESS_AND_PORT_DEPENDENT);
        Endpoint before = udpTo(INET_X);
        Endpoint lease = story.explicit(Protocol.UDP);
        assertEquals(before, udpTo(INET_X));
        assertEquals(lease, udpTo(INET_Y));
        assertEquals(lease, udpTo(X_ELSEWHERE));

        Endpoint tcp = tcpTo(INET_X);
        Endpoint reserved = story.reservation(HOST, Protocol.TCP, tcp.port());
        assertEquals(tcp, reserved, "the port that the host has already");
        assertEquals(reserved, tcpTo(INET_Y));
        assertEquals(
                Optional.of(HOST),
                story.delivered(TestPacket.tcp(X_ELSEWHERE, reserved, TcpHeader.SYN)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void portAtRestGoesBackToItsTupleAndPeer(int shards) {
        story = new Story(shards);
        map(ADDRESS_DEPENDENT, ENDPOINT_INDEPENDENT);
        Endpoint toX = udpTo(INET_X);
        Endpoint toY = udpTo(INET_Y);
        story.pass(301 + 100);
        assertEquals(toY, udpTo(INET_Y));
        assertEquals(toX, udpTo(X_ELSEWHERE));
        story.pass(301 + 121);
        assertEquals(List.of(), story.node.reference.externals());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void applicationIsMappedByItsOwnRule(int shards) {
        story = new Story(shards);
        var phone = new Endpoint(HOST.ip(), 5_060);
        Rules usual = story.usual();
        var application =
                new Application(
                        Protocol.UDP,
                        Application.Side.INTERNAL,
                        new PortRange(5_060, 5_060),
                        ADDRESS_DEPENDENT,
                        ENDPOINT_INDEPENDENT);
        story.rules(
                new Rules(
                        usual.quota(),
                        usual.explicitPorts(),
                        usual.mapping(),
                        usual.filtering(),
                        usual.eif(),
                        List.of(application)));
        assertEquals(udpTo(INET_X), udpTo(INET_Y));
        assertNotEquals(
                story.mapped(TestPacket.udp(phone, INET_X)),
                story.mapped(TestPacket.udp(phone, INET_Y)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"SEED-B-083", "SEED-B-082", "NAT-EIM-004"})
    void udpAndTcpOfOnePortLeaveFromOnePortWhenToldTo(int shards) {
        story = new Story(shards);
        int shared = 0;
        for (int port = 1; port <= 8; port++) {
            shared += isShared(new Endpoint(OTHER_HOST.ip(), port)) ? 1 : 0;
        }
        assertNotEquals(8, shared, "without the knob");
        story.rules(mapped(new Rules.Mapping(ENDPOINT_INDEPENDENT, ENDPOINT_INDEPENDENT, true)));
        for (int port = 11; port <= 15; port++) {
            assertEquals(true, isShared(new Endpoint(HOST.ip(), port)), "port " + port);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("SEED-B-084")
    void leaseOfTcpIsNoneOfUdpWithProtocolIndependentMapping(int shards) {
        story = new Story(shards);
        story.rules(mapped(new Rules.Mapping(ENDPOINT_INDEPENDENT, ENDPOINT_INDEPENDENT, true)));
        Endpoint external = story.explicit(Protocol.TCP);
        assertEquals(
                Optional.of(HOST),
                story.delivered(TestPacket.tcp(INET_Y, external, TcpHeader.SYN)));
        assertEquals(Optional.empty(), story.delivered(TestPacket.udp(INET_Y, external)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void wayBackToOnePortForAllLeavesSessionsWhereTheyAre(int shards) {
        story = new Story(shards);
        map(ENDPOINT_INDEPENDENT, ADDRESS_DEPENDENT);
        Endpoint external = story.established();
        map(ENDPOINT_INDEPENDENT, ENDPOINT_INDEPENDENT);
        Endpoint fresh = tcpTo(INET_Y);
        assertNotEquals(external, fresh);
        assertEquals(fresh, tcpTo(X_ELSEWHERE));
        assertEquals(external, story.mapped(TestPacket.tcp(HOST, INET_X, DATA)));
        assertEquals(Optional.of(HOST), story.delivered(TestPacket.tcp(INET_X, external, DATA)));
    }

    private boolean isShared(Endpoint internal) {
        Endpoint udp = story.mapped(TestPacket.udp(internal, INET_X));
        return udp.equals(story.mapped(TestPacket.tcp(internal, INET_X, TcpHeader.SYN)));
    }

    private void map(Behaviour udp, Behaviour tcp) {
        story.rules(mapped(new Rules.Mapping(udp, tcp, false)));
    }

    private Rules mapped(Rules.Mapping mapping) {
        Rules usual = story.usual();
        return new Rules(
                usual.quota(),
                usual.explicitPorts(),
                mapping,
                usual.filtering(),
                usual.eif(),
                List.of());
    }

    private Endpoint udpTo(Endpoint peer) {
        return story.mapped(TestPacket.udp(HOST, peer));
    }

    private Endpoint tcpTo(Endpoint peer) {
        return story.mapped(TestPacket.tcp(HOST, peer, TcpHeader.SYN));
    }
}
