package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.portreeve.nat.model.Story.HOST;
import static org.portreeve.nat.model.Story.INET_X;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.PortTimer;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.wire.TcpHeader;
import org.portreeve.testkit.Conformance;

/** Shorter times of UDP sessions to well-known ports (RFC 4787 REQ-5 a). */
@ParameterizedClass(name = "shards={0}")
@ValueSource(ints = {1, 3})
class PortTimerTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final Endpoint RESOLVER = new Endpoint(INET_X.ip(), 53);
    private static final Endpoint OTHER_PORT = new Endpoint(INET_X.ip(), 54);

    @Parameter int shards;
    private Story story;

    @BeforeEach
    void open() {
        NatConfig.Timers usual = TranslatorModelTest.roomy(shards).timers();
        var timers =
                new NatConfig.Timers(
                        usual.udpIdleNs(),
                        usual.icmpIdleNs(),
                        usual.tcpEstablishedIdleNs(),
                        usual.tcpOpeningIdleNs(),
                        usual.tcpClosingIdleNs(),
                        usual.holdDownNs(),
                        List.of(
                                new PortTimer(53, 10 * SECOND_NS),
                                new PortTimer(1_023, 20 * SECOND_NS)));
        story = new Story(TranslatorModelTest.roomy(shards, timers));
    }

    @Test
    @Conformance("NAT-UDP-003")
    void sessionAndItsMappingEndAfterTheTimeOfThePort() {
        Endpoint external = story.mapped(TestPacket.udp(HOST, RESOLVER));
        story.node.advanceTo(story.node.nowNs() + 10 * SECOND_NS - 1);
        assertEquals(Optional.of(HOST), udpFrom(RESOLVER, external));
        assertEquals(external, story.mapped(TestPacket.udp(HOST, RESOLVER)));
        story.pass(9);
        assertEquals(Optional.of(HOST), udpFrom(RESOLVER, external));
        story.pass(2);
        assertEquals(Optional.empty(), udpFrom(RESOLVER, external));
        assertEquals(false, story.node.reference.isActive(HOST.tuple(Protocol.UDP)));
        assertEquals(0, story.node.reference.sessionsOf(story.pairing(HOST).subscriber()));
    }

    @Test
    @Conformance("NAT-UDP-003")
    void mappingLivesAsLongAsASessionOfAnotherKind() {
        Endpoint external = story.mapped(TestPacket.udp(HOST, RESOLVER));
        assertEquals(external, story.mapped(TestPacket.udp(HOST, OTHER_PORT)));
        story.pass(11);
        assertEquals(1, story.node.reference.sessionsOf(story.pairing(HOST).subscriber()));
        assertEquals(Optional.of(HOST), udpFrom(OTHER_PORT, external));
        assertEquals(external, story.mapped(TestPacket.udp(HOST, RESOLVER)));
        story.pass(288);
        assertEquals(Optional.of(HOST), udpFrom(OTHER_PORT, external));
        story.pass(2);
        assertEquals(false, story.node.reference.isActive(HOST.tuple(Protocol.UDP)));
    }

    @Test
    @Conformance("NAT-UDP-003")
    void otherPortsOtherProtocolsAndWhatOutsideHostsOpenAreNotOfTheKind() {
        Endpoint tcp = story.mapped(TestPacket.tcp(HOST, RESOLVER, TcpHeader.SYN));
        story.mapped(TestPacket.udp(HOST, new Endpoint(INET_X.ip(), 1_023)));
        Endpoint udp = story.mapped(TestPacket.udp(HOST, new Endpoint(INET_X.ip(), 1_024)));
        assertEquals(Optional.of(HOST), udpFrom(RESOLVER, udp));
        assertEquals(udp, story.mapped(TestPacket.udp(HOST, RESOLVER)));
        story.pass(19);
        assertEquals(4, story.node.reference.sessionsOf(story.pairing(HOST).subscriber()));
        story.pass(2);
        assertEquals(3, story.node.reference.sessionsOf(story.pairing(HOST).subscriber()));
        TestPacket synAck = TestPacket.tcp(RESOLVER, tcp, Story.SYN_ACK);
        assertEquals(Optional.of(HOST), story.delivered(synAck));
        story.pass(270);
        assertEquals(Optional.of(HOST), udpFrom(RESOLVER, udp));
    }

    private Optional<Endpoint> udpFrom(Endpoint peer, Endpoint external) {
        return story.delivered(TestPacket.udp(peer, external));
    }
}
