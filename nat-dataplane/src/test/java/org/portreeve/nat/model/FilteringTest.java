package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.portreeve.nat.model.Story.DATA;
import static org.portreeve.nat.model.Story.HOST;
import static org.portreeve.nat.model.Story.INET_X;
import static org.portreeve.nat.model.Story.INET_Y;
import static org.portreeve.nat.model.Story.OTHER_HOST;
import static org.portreeve.nat.model.Story.SYN_ACK;
import static org.portreeve.nat.rules.Behaviour.ADDRESS_AND_PORT_DEPENDENT;
import static org.portreeve.nat.rules.Behaviour.ADDRESS_DEPENDENT;
import static org.portreeve.nat.rules.Behaviour.ENDPOINT_INDEPENDENT;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.model.TestPacket.Checksum;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.rules.Application;
import org.portreeve.nat.rules.Behaviour;
import org.portreeve.nat.rules.Rules;
import org.portreeve.nat.wire.TcpHeader;
import org.portreeve.testkit.Conformance;

/** Whom the rules of a profile let in, and what happens when they change while packets flow. */
class FilteringTest {
    private static final Endpoint X_ELSEWHERE = new Endpoint(INET_X.ip(), 999);
    private static final int IPV4_CHECKSUM = 10;
    private static final int TCP_FLAGS = 20 + TcpHeader.FLAGS;

    private Story story;

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-FLT-002")
    void udpIsFilteredWhereTcpIsOpen(int shards) {
        story = new Story(shards);
        filter(ADDRESS_AND_PORT_DEPENDENT, ENDPOINT_INDEPENDENT);
        Endpoint udp = story.mapped(TestPacket.udp(HOST, INET_X));
        Endpoint tcp = story.mapped(syn(HOST, INET_X));
        assertEquals(Optional.empty(), udpFrom(INET_Y, udp));
        assertEquals(Optional.empty(), udpFrom(X_ELSEWHERE, udp));
        assertEquals(Optional.of(HOST), udpFrom(INET_X, udp));
        assertEquals(Optional.of(HOST), story.delivered(syn(INET_Y, tcp)));

        filter(ENDPOINT_INDEPENDENT, ADDRESS_DEPENDENT);
        assertEquals(Optional.of(HOST), udpFrom(X_ELSEWHERE, udp));
        var stranger = new Endpoint(INET_Y.ip() + 1, 1);
        assertEquals(Optional.empty(), story.delivered(syn(stranger, tcp)));
        assertEquals(Optional.of(HOST), story.delivered(syn(X_ELSEWHERE, tcp)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void addressIsOpenAsLongAsTheHostHasASessionWithIt(int shards) {
        story = new Story(shards);
        Endpoint external = story.mapped(TestPacket.udp(HOST, INET_X));
        assertEquals(Optional.of(HOST), udpFrom(INET_Y, external));
        filter(ADDRESS_DEPENDENT, ENDPOINT_INDEPENDENT);
        // That Y has sent something is no wish of the host.
        assertEquals(Optional.empty(), udpFrom(new Endpoint(INET_Y.ip(), 1), external));
        assertEquals(external, story.mapped(TestPacket.udp(HOST, INET_Y)));
        assertEquals(Optional.of(HOST), udpFrom(new Endpoint(INET_Y.ip(), 1), external));
        story.pass(200);
        assertEquals(external, story.mapped(TestPacket.udp(HOST, INET_X)));
        assertEquals(Optional.of(HOST), udpFrom(new Endpoint(INET_Y.ip(), 2), external));
        story.pass(101);
        assertEquals(Optional.empty(), udpFrom(new Endpoint(INET_Y.ip(), 3), external));
        assertEquals(Optional.of(HOST), udpFrom(X_ELSEWHERE, external));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("SEED-B-073")
    void applicationIsFilteredAndOtherPortsAreNot(int shards) {
        story = new Story(shards);
        var phone = new Endpoint(HOST.ip(), 5_060);
        var range = new PortRange(5_060, 5_061);
        story.rules(with(application(Application.Side.INTERNAL, range)));
        Endpoint ofPhone = story.mapped(TestPacket.udp(phone, INET_X));
        Endpoint other = story.mapped(TestPacket.udp(HOST, INET_X));
        assertEquals(Optional.empty(), udpFrom(INET_Y, ofPhone));
        assertEquals(Optional.of(phone), udpFrom(X_ELSEWHERE, ofPhone));
        assertEquals(Optional.of(HOST), udpFrom(INET_Y, other));

        var port = new PortRange(other.port(), other.port());
        story.rules(with(application(Application.Side.EXTERNAL, port)));
        assertEquals(Optional.of(phone), udpFrom(INET_Y, ofPhone));
        assertEquals(Optional.empty(), udpFrom(new Endpoint(INET_Y.ip(), 1), other));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void profilesOfSubscribersAreFilteredEachAsItSays(int shards) {
        story = new Story(shards);
        Endpoint external = story.mapped(TestPacket.udp(HOST, INET_X));
        Endpoint other = story.mapped(TestPacket.udp(OTHER_HOST, INET_X));
        Rules usual = story.usual();
        story.rules(usual, filtered(ADDRESS_DEPENDENT, ADDRESS_DEPENDENT));
        story.node.profile(story.pairing(OTHER_HOST).subscriber(), 1);
        assertEquals(Optional.of(HOST), udpFrom(INET_Y, external));
        assertEquals(Optional.empty(), udpFrom(INET_Y, other));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-FLT-004")
    void changeOfPolicyCutsNoSession(int shards) {
        story = new Story(shards);
        Endpoint external = story.established();
        assertEquals(Optional.of(HOST), story.delivered(syn(INET_Y, external)));
        assertEquals(1, story.out(TestPacket.tcp(HOST, INET_Y, SYN_ACK)).size());
        story.rules(
                rules(
                        new Rules.Mapping(
                                ADDRESS_AND_PORT_DEPENDENT, ADDRESS_AND_PORT_DEPENDENT, false),
                        new Rules.Filtering(ADDRESS_AND_PORT_DEPENDENT, ADDRESS_AND_PORT_DEPENDENT),
                        new Rules.Eif(0, 0, 0, 1, 0, 1_000_000_000L, false, false)));
        for (int minute = 0; minute < 10; minute++) {
            for (Endpoint peer : List.of(INET_X, INET_Y)) {
                assertEquals(external, story.mapped(TestPacket.tcp(HOST, peer, DATA)));
                assertEquals(
                        Optional.of(HOST), story.delivered(TestPacket.tcp(peer, external, DATA)));
            }
            story.pass(600);
        }
        assertEquals(Optional.empty(), story.delivered(syn(X_ELSEWHERE, external)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void leaseIsOpenToEverybodyWhateverTheProfileSays(int shards) {
        story = new Story(shards);
        filter(ADDRESS_AND_PORT_DEPENDENT, ADDRESS_AND_PORT_DEPENDENT);
        Endpoint external = story.explicit(Protocol.UDP);
        assertEquals(Optional.of(HOST), udpFrom(INET_Y, external));
        assertEquals(external, story.mapped(TestPacket.udp(HOST, INET_X)));
        story.control.endExplicit();
        assertEquals(Optional.empty(), udpFrom(new Endpoint(INET_Y.ip(), 1), external));
        assertEquals(Optional.of(HOST), udpFrom(INET_X, external));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"SEED-B-070", "NAT-FLT-005"})
    void malformedPacketToAnOpenMappingGoesNoFurtherAndHasACounterOfItsOwn(int shards) {
        story = new Story(shards);
        Endpoint udp = story.mapped(TestPacket.udp(HOST, INET_X));
        Endpoint tcp = story.mapped(syn(HOST, INET_X));
        TestPacket datagram = TestPacket.udp(INET_Y, udp);
        refused(NatCounter.DROP_CHECKSUM, datagram.shaped(9, 0, Checksum.WRONG).bytes());
        refused(NatCounter.DROP_CHECKSUM, syn(INET_Y, tcp).shaped(1, 4, Checksum.WRONG).bytes());
        byte[] header = datagram.bytes();
        header[IPV4_CHECKSUM]++;
        refused(NatCounter.DROP_IPV4_CHECKSUM, header);
        for (int flags : new int[] {0x03, 0x06, 0x07, 0}) {
            byte[] segment = TestPacket.tcp(INET_Y, tcp, flags).bytes();
            assertEquals(flags, segment[TCP_FLAGS]);
            refused(NatCounter.DROP_TCP_FLAGS, segment);
        }
        refused(NatCounter.DROP_FOREIGN_SOURCE, datagram.from(OTHER_HOST).bytes());
        refused(NatCounter.DROP_POOL_SOURCE, datagram.from(udp).bytes());
        for (String martian : List.of("0.1.2.3", "127.0.0.1", "224.0.0.1", "255.255.255.255")) {
            var source = new Endpoint(Ipv4.of(martian), 53);
            refused(NatCounter.DROP_MARTIAN_SOURCE, datagram.from(source).bytes());
        }
        assertEquals(2, story.node.reference.sessionsOf(story.pairing(HOST).subscriber()));

        assertEquals(Optional.of(HOST), udpFrom(INET_Y, udp));
        TestPacket without = TestPacket.udp(X_ELSEWHERE, udp).shaped(9, 4, Checksum.NONE);
        assertEquals(Optional.of(HOST), story.delivered(without));
        TestPacket begun = syn(INET_Y, tcp).shaped(9, 4, Checksum.PARTIAL);
        assertEquals(Optional.of(HOST), story.delivered(begun));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("SEED-B-072")
    void boundOfOneMappingIsNotThatOfAnother(int shards) {
        story = new Story(shards);
        bound(3, 99, 99);
        Endpoint external = story.mapped(TestPacket.udp(HOST, INET_X));
        Endpoint other = story.mapped(TestPacket.udp(new Endpoint(HOST.ip(), 1), INET_X));
        accept(3, external);
        assertEquals(Optional.empty(), udpFrom(INET_Y, external));
        accept(3, other);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("SEED-B-071")
    void boundOfASubscriberHoldsForAllItsMappingsUntilASessionEnds(int shards) {
        story = new Story(shards);
        bound(99, 4, 999);
        Endpoint external = story.mapped(TestPacket.udp(HOST, INET_X));
        Endpoint other = story.mapped(TestPacket.udp(new Endpoint(HOST.ip(), 1), INET_X));
        Endpoint neighbour = story.mapped(TestPacket.udp(OTHER_HOST, INET_X));
        accept(2, external);
        story.pass(20);
        accept(2, other);
        assertEquals(Optional.empty(), udpFrom(INET_Y, external));
        assertEquals(Optional.of(OTHER_HOST), udpFrom(INET_Y, neighbour));
        story.pass(11);
        assertEquals(Optional.of(HOST), udpFrom(INET_Y, external));

        bound(99, 99, 3 * shards);
        story.pass(31);
        accept(3, external);
        assertEquals(Optional.empty(), udpFrom(INET_Y, external));
        story.pass(31);
        assertEquals(Optional.of(HOST), udpFrom(INET_Y, external));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void rateAndLifeOfInboundSessionsChangeWithTheRules(int shards) {
        story = new Story(shards);
        Endpoint external = story.mapped(TestPacket.udp(HOST, INET_X));
        story.rules(
                rules(
                        Rules.Mapping.ENDPOINT_INDEPENDENT,
                        Rules.Filtering.ENDPOINT_INDEPENDENT,
                        new Rules.Eif(99, 99, 99, 1, 2, 100_000_000_000L, false, false)));
        accept(2, external);
        assertEquals(Optional.empty(), udpFrom(INET_Y, external));
        story.pass(2);
        assertEquals(Optional.of(HOST), udpFrom(INET_Y, external));
        story.pass(90);
        assertEquals(4, story.node.reference.sessionsOf(story.pairing(HOST).subscriber()));
        story.pass(11);
        assertEquals(1, story.node.reference.sessionsOf(story.pairing(HOST).subscriber()));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"SEED-B-086", "NAT-UDP-002"})
    void inboundPacketsKeepAMappingOnlyWhileTheKnobIsOn(int shards) {
        story = new Story(shards);
        Endpoint external = story.mapped(TestPacket.udp(HOST, INET_X));
        for (int minute = 0; minute < 6; minute++) {
            assertEquals(external, story.mapped(TestPacket.udp(HOST, INET_X)));
            story.pass(60);
        }
        refresh(true);
        for (int minute = 0; minute < 9; minute++) {
            assertEquals(Optional.of(HOST), udpFrom(INET_X, external));
            story.pass(60);
        }
        assertEquals(Optional.of(HOST), udpFrom(INET_X, external));
        refresh(false);
        for (int minute = 0; minute < 5; minute++) {
            assertEquals(Optional.of(HOST), udpFrom(INET_X, external));
            story.pass(60);
        }
        story.pass(1);
        assertEquals(Optional.empty(), udpFrom(INET_X, external));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"SEED-B-085", "NAT-UDP-004"})
    void refusedPacketsKeepNothingEvenWithInboundRefresh(int shards) {
        story = new Story(shards);
        story.rules(
                rules(
                        Rules.Mapping.ENDPOINT_INDEPENDENT,
                        new Rules.Filtering(ADDRESS_DEPENDENT, ADDRESS_DEPENDENT),
                        new Rules.Eif(9, 9, 9, 9, 9, 30_000_000_000L, true, false)));
        Endpoint udp = story.mapped(TestPacket.udp(HOST, INET_X));
        Endpoint tcp = story.mapped(syn(HOST, INET_X));
        for (int times = 0; times < 3; times++) {
            story.pass(99);
            assertEquals(Optional.empty(), udpFrom(INET_Y, udp));
            assertEquals(Optional.empty(), story.delivered(syn(INET_Y, tcp)));
            assertEquals(times < 2, story.node.reference.isActive(HOST.tuple(Protocol.TCP)));
        }
        assertEquals(true, story.node.reference.isActive(HOST.tuple(Protocol.UDP)));
        story.pass(4);
        assertEquals(false, story.node.reference.isActive(HOST.tuple(Protocol.UDP)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"SEED-B-081", "NAT-FLT-003", "SEED-B-084"})
    void mappingOfOneProtocolLetsTheOtherInWhenToldTo(int shards) {
        story = new Story(shards);
        Endpoint external = story.explicit(Protocol.TCP);
        assertEquals(Optional.empty(), udpFrom(INET_Y, external));
        story.rules(
                rules(
                        Rules.Mapping.ENDPOINT_INDEPENDENT,
                        Rules.Filtering.ENDPOINT_INDEPENDENT,
                        new Rules.Eif(9, 9, 9, 9, 9, 30_000_000_000L, false, true)));
        assertEquals(Optional.of(HOST), udpFrom(INET_Y, external));
        assertEquals(external, story.mapped(TestPacket.udp(HOST, INET_Y)));
        story.pass(301);
        assertEquals(Optional.of(HOST), udpFrom(INET_Y, external));
        story.pass(31 + 121);
        assertEquals(1, story.node.reference.externals().size());

        story.rules(story.usual());
        assertEquals(Optional.empty(), udpFrom(INET_Y, external));
    }

    private void accept(int count, Endpoint external) {
        for (int i = 0; i < count; i++) {
            var peer = new Endpoint(INET_Y.ip() + 1, 1_000 + i);
            assertEquals(true, udpFrom(peer, external).isPresent(), "peer " + i);
        }
    }

    private void refused(NatCounter reason, byte[] bytes) {
        story.node.malformed(0, PacketPort.OUTSIDE, bytes, reason);
    }

    private void filter(Behaviour udp, Behaviour tcp) {
        story.rules(filtered(udp, tcp));
    }

    private Rules filtered(Behaviour udp, Behaviour tcp) {
        return rules(
                Rules.Mapping.ENDPOINT_INDEPENDENT,
                new Rules.Filtering(udp, tcp),
                story.usual().eif());
    }

    private void bound(int perMapping, int perSubscriber, int inTotal) {
        var eif =
                new Rules.Eif(
                        perMapping, perSubscriber, inTotal, 99, 99, 30_000_000_000L, false, false);
        story.rules(
                rules(
                        Rules.Mapping.ENDPOINT_INDEPENDENT,
                        Rules.Filtering.ENDPOINT_INDEPENDENT,
                        eif));
    }

    private void refresh(boolean isOn) {
        story.rules(
                rules(
                        Rules.Mapping.ENDPOINT_INDEPENDENT,
                        Rules.Filtering.ENDPOINT_INDEPENDENT,
                        new Rules.Eif(9, 9, 9, 9, 9, 30_000_000_000L, isOn, false)));
    }

    private Rules rules(Rules.Mapping mapping, Rules.Filtering filtering, Rules.Eif eif) {
        Rules usual = story.usual();
        return new Rules(usual.quota(), usual.explicitPorts(), mapping, filtering, eif, List.of());
    }

    private Rules with(Application application) {
        Rules usual = story.usual();
        return new Rules(
                usual.quota(),
                usual.explicitPorts(),
                usual.mapping(),
                usual.filtering(),
                usual.eif(),
                List.of(application));
    }

    private static Application application(Application.Side side, PortRange ports) {
        return new Application(Protocol.UDP, side, ports, ENDPOINT_INDEPENDENT, ADDRESS_DEPENDENT);
    }

    private Optional<Endpoint> udpFrom(Endpoint peer, Endpoint external) {
        return story.delivered(TestPacket.udp(peer, external));
    }

    private static TestPacket syn(Endpoint source, Endpoint destination) {
        return TestPacket.tcp(source, destination, TcpHeader.SYN);
    }
}
