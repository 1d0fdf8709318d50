package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.portreeve.nat.model.Story.HOST;
import static org.portreeve.nat.model.Story.INET_X;
import static org.portreeve.nat.model.Story.INET_Y;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.model.TestPacket.Checksum;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.rules.Behaviour;
import org.portreeve.nat.rules.Rules;
import org.portreeve.nat.rules.UnwantedReply;
import org.portreeve.testkit.Conformance;

/** How much outside hosts may send, and which replies to them keep nothing alive. */
@ParameterizedClass(name = "shards={0}")
@ValueSource(ints = {1, 3})
class InboundKnobsTest {
    private static final Endpoint IKE_PEER = new Endpoint(INET_X.ip(), 500);

    @Parameter int shards;
    private Story story;

    @BeforeEach
    void open() {
        story = new Story(shards);
    }

    @Test
    @Conformance("SEED-B-075")
    void moreThanItsRateOfPacketsDoesNotReachAMapping() {
        Endpoint flooded = story.mapped(TestPacket.udp(HOST, INET_X));
        Endpoint other = story.mapped(TestPacket.udp(new Endpoint(HOST.ip(), 1), INET_X));
        knobs(new Rules.PacketRate(100, 20), Set.of());
        flood(flooded, 20, NatCounter.FORWARDED);
        flood(flooded, 30, NatCounter.DROP_INBOUND_PACKETS);
        flood(other, 20, NatCounter.FORWARDED);
        story.node.advanceTo(story.node.nowNs() + 100_000_000L);
        flood(flooded, 10, NatCounter.FORWARDED);
        flood(flooded, 1, NatCounter.DROP_INBOUND_PACKETS);
        assertEquals(flooded, story.mapped(TestPacket.udp(HOST, INET_X)));
        story.rules(story.usual());
        flood(flooded, 100, NatCounter.FORWARDED);
    }

    @Test
    @Conformance("SEED-B-075")
    void whoIsFilteredTakesNothingFromThoseWhoAreNot() {
        Endpoint external = story.mapped(TestPacket.udp(HOST, INET_X));
        var rate = new Rules.PacketRate(1, 2);
        story.rules(with(story.usual(), Behaviour.ADDRESS_AND_PORT_DEPENDENT, rate, Set.of()));
        flood(TestPacket.udp(INET_Y, external), 100, NatCounter.DROP_STRANGER);
        flood(external, 2, NatCounter.FORWARDED);
        flood(external, 1, NatCounter.DROP_INBOUND_PACKETS);
        flood(TestPacket.udp(INET_Y, external), 1, NatCounter.DROP_STRANGER);
    }

    @Test
    void newHostsTakeOfTheRateToo() {
        Endpoint external = story.mapped(TestPacket.udp(HOST, INET_X));
        knobs(new Rules.PacketRate(1, 2), Set.of());
        assertEquals(Optional.of(HOST), story.delivered(TestPacket.udp(INET_Y, external)));
        flood(external, 1, NatCounter.FORWARDED);
        var another = new Endpoint(INET_Y.ip() + 1, 1);
        flood(TestPacket.udp(another, external), 1, NatCounter.DROP_INBOUND_PACKETS);
        assertEquals(2, story.node.reference.sessionsOf(subscriber()));
        assertEquals(2, story.node.count(NatCounter.SESSIONS_OPENED));
    }

    @Test
    void rateThatRefusesIsToldOnce() {
        Endpoint external = story.mapped(TestPacket.udp(HOST, INET_X));
        knobs(new Rules.PacketRate(1, 2), Set.of());
        flood(external, 2, NatCounter.FORWARDED);
        assertEquals(0, toldRates());
        flood(external, 20, NatCounter.DROP_INBOUND_PACKETS);
        assertEquals(1, toldRates());
    }

    private long toldRates() {
        return story.node.takeEvents().stream()
                .filter(event -> event.kind() == EventKind.INBOUND_RATE)
                .count();
    }

    @Test
    void boundOfAMappingEndsWithIt() {
        Endpoint external = story.mapped(TestPacket.udp(HOST, INET_X));
        knobs(new Rules.PacketRate(1, 500), Set.of());
        flood(external, 500, NatCounter.FORWARDED);
        flood(external, 1, NatCounter.DROP_INBOUND_PACKETS);
        story.pass(301 + 121);
        Endpoint again = story.mapped(TestPacket.udp(HOST, INET_X));
        flood(again, 500, NatCounter.FORWARDED);
    }

    @Test
    void superPacketCountsAsWhatItIsCutInto() {
        Endpoint external = story.established();
        knobs(new Rules.PacketRate(1, 10), Set.of());
        TestPacket six =
                TestPacket.tcp(INET_X, external, Story.DATA).shaped(6 * 1_448, 0, Checksum.PARTIAL);
        assertEquals(Optional.of(HOST), story.delivered(six));
        flood(TestPacket.tcp(INET_X, external, Story.DATA), 4, NatCounter.FORWARDED);
        flood(TestPacket.tcp(INET_X, external, Story.DATA), 1, NatCounter.DROP_INBOUND_PACKETS);
    }

    @Test
    @Conformance("SEED-B-088")
    void listedRepliesKeepNothingAlive() {
        knobs(Rules.PacketRate.UNBOUNDED, Set.of(UnwantedReply.STUN_ERROR));
        story.mapped(TestPacket.udp(HOST, INET_X));
        for (int minute = 0; minute < 5; minute++) {
            assertEquals(1, story.node.reference.sessionsOf(subscriber()));
            reply(stunError());
            story.pass(60);
        }
        assertEquals(0, story.node.reference.sessionsOf(subscriber()));
        assertEquals(false, story.node.reference.isActive(HOST.tuple(Protocol.UDP)));
    }

    @Test
    void otherDatagramsKeepTheirSession() {
        knobs(Rules.PacketRate.UNBOUNDED, Set.of(UnwantedReply.values()));
        story.mapped(TestPacket.udp(HOST, INET_X));
        story.pass(200);
        story.mapped(TestPacket.udp(HOST, INET_X));
        story.pass(200);
        assertEquals(1, story.node.reference.sessionsOf(subscriber()));
    }

    @Test
    @Conformance("SEED-B-088")
    void listedReplyToAStrangerIsNoAnswer() {
        knobs(Rules.PacketRate.UNBOUNDED, Set.of(UnwantedReply.STUN_ERROR));
        Endpoint external = story.mapped(TestPacket.udp(HOST, INET_X));
        assertEquals(Optional.of(HOST), story.delivered(TestPacket.udp(INET_Y, external)));
        byte[] reply = stunError(TestPacket.udp(HOST, INET_Y));
        assertEquals(1, story.node.raw(0, PacketPort.INSIDE, reply, NatCounter.FORWARDED).size());
        story.pass(31);
        assertEquals(1, story.node.reference.sessionsOf(subscriber()));
    }

    @Test
    @Conformance("SEED-B-088")
    void eachKindOfReplyIsListedByItself() {
        for (UnwantedReply sent : UnwantedReply.values()) {
            for (UnwantedReply listed : UnwantedReply.values()) {
                open();
                Endpoint external = story.mapped(TestPacket.udp(HOST, INET_Y));
                assertEquals(
                        Optional.of(HOST), story.delivered(TestPacket.udp(IKE_PEER, external)));
                var unbounded = Rules.PacketRate.UNBOUNDED;
                var filtering = Behaviour.ADDRESS_DEPENDENT;
                story.rules(with(story.usual(), filtering, unbounded, Set.of(listed)));
                reply(
                        switch (sent) {
                            case STUN_ERROR -> stunError(TestPacket.udp(HOST, IKE_PEER));
                            case IKE_INVALID_SYNTAX -> ikeInvalidSyntax();
                        });
                // Whom the host has answered gets past the filter, and no further: its sum is
                // wrong.
                var elsewhere = new Endpoint(IKE_PEER.ip(), 9);
                TestPacket next = TestPacket.udp(elsewhere, external).shaped(9, 0, Checksum.WRONG);
                boolean isAnswer = sent != listed;
                flood(next, 1, isAnswer ? NatCounter.DROP_CHECKSUM : NatCounter.DROP_STRANGER);
            }
        }
    }

    /** A response of IKE version 2 with one notification; its checksum is of no interest here. */
    private static byte[] ikeInvalidSyntax() {
        byte[] bytes = TestPacket.udp(HOST, IKE_PEER).shaped(36, 0, Checksum.NONE).bytes();
        Arrays.fill(bytes, 28, 64, (byte) 0);
        ByteBuffer.wrap(bytes).putInt(28 + 16, 0x2920_2220).putInt(28 + 24, 36);
        ByteBuffer.wrap(bytes).putInt(28 + 28, 8).putInt(28 + 32, 7);
        return bytes;
    }

    private void knobs(Rules.PacketRate rate, Set<UnwantedReply> ignored) {
        story.rules(with(story.usual(), Behaviour.ENDPOINT_INDEPENDENT, rate, ignored));
    }

    private static Rules with(
            Rules usual, Behaviour filtering, Rules.PacketRate rate, Set<UnwantedReply> ignored) {
        var eif = new Rules.Eif(99, 99, 99, 99, 99, 30_000_000_000L, false, false, rate, ignored);
        return new Rules(
                usual.quota(),
                usual.explicitPorts(),
                usual.mapping(),
                new Rules.Filtering(filtering, filtering),
                eif,
                List.of());
    }

    private int subscriber() {
        return story.pairing(HOST).subscriber();
    }

    private void flood(Endpoint external, int count, NatCounter fate) {
        flood(TestPacket.udp(INET_X, external), count, fate);
    }

    private void flood(TestPacket packet, int count, NatCounter fate) {
        for (int i = 0; i < count; i++) {
            int left = fate == NatCounter.FORWARDED ? 1 : 0;
            byte[] bytes = packet.bytes();
            assertEquals(
                    left, story.node.raw(0, PacketPort.OUTSIDE, bytes, fate).size(), "no. " + i);
        }
    }

    private void reply(byte[] bytes) {
        assertEquals(1, story.node.raw(0, PacketPort.INSIDE, bytes, NatCounter.FORWARDED).size());
    }

    private static byte[] stunError() {
        return stunError(TestPacket.udp(HOST, INET_X));
    }

    /** The packet with a binding error response in it; its checksum is of no interest here. */
    private static byte[] stunError(TestPacket packet) {
        byte[] bytes = packet.shaped(20, 0, Checksum.NONE).bytes();
        ByteBuffer.wrap(bytes).putInt(28, 0x0111_0000).putInt(32, 0x2112_a442);
        return bytes;
    }
}
