package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.portreeve.nat.model.Story.HOST;
import static org.portreeve.nat.model.Story.INET_X;
import static org.portreeve.nat.model.Story.INET_Y;
import static org.portreeve.nat.model.Story.OTHER_HOST;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.config.ErrorRules;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.io.memory.MemoryPacket;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.rules.Rules.Quota;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.TcpHeader;
import org.portreeve.testkit.Conformance;

/**
 * ICMP errors of the translator itself. That each is right in every octet and quotes what came is
 * seen to by {@link GeneratedErrors}.
 */
class OwnErrorTest {
    private static final byte EXPEDITED = (byte) (46 << 2);

    private Story story;

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"NAT-ICMP-014", "SEED-A-028"})
    void packetThatGetsNoPortIsAnsweredAndNobodyLosesAnything(int shards) {
        story = new Story(shards);
        limit(new Quota(100, 4, 1_000, 1_000, 1_000));
        List<Endpoint> hosts = IntStream.range(0, 4).mapToObj(OwnErrorTest::host).toList();
        List<Endpoint> externals = hosts.stream().map(this::mappedUdp).toList();
        assertRefused(TestPacket.udp(host(4), INET_X));
        assertRefused(TestPacket.tcp(host(5), INET_X, TcpHeader.SYN));
        assertRefused(TestPacket.echo(host(6), INET_X.ip(), IcmpHeader.ECHO));
        for (int i = 0; i < hosts.size(); i++) {
            assertEquals(externals.get(i), mappedUdp(hosts.get(i)));
            TestPacket answer = TestPacket.udp(INET_X, externals.get(i));
            assertEquals(Optional.of(hosts.get(i)), story.delivered(answer));
        }
        assertEquals(3, story.node.count(NatCounter.DROP_PORT_QUOTA));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-ICMP-014")
    void packetThatGetsNoSessionIsAnswered(int shards) {
        story = new Story(shards);
        limit(new Quota(100, 100, 1, 1_000, 1_000));
        mappedUdp(HOST);
        assertRefused(TestPacket.udp(HOST, INET_Y));
        assertEquals(1, story.node.count(NatCounter.DROP_SESSION_QUOTA));

        limit(new Quota(100, 100, 1_000, 1, 2));
        mappedUdp(OTHER_HOST);
        story.mapped(TestPacket.udp(OTHER_HOST, INET_Y));
        assertRefused(TestPacket.udp(OTHER_HOST, new Endpoint(INET_Y.ip(), 7)));
        assertEquals(1, story.node.count(NatCounter.DROP_SESSION_RATE));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-ICMP-027")
    void identifiersOfQueriesCountAgainstTheQuota(int shards) {
        story = new Story(shards);
        limit(new Quota(100, 10, 1_000, 1_000, 1_000));
        for (int i = 0; i < 10; i++) {
            story.mapped(TestPacket.echo(host(i), INET_X.ip(), IcmpHeader.ECHO));
        }
        assertRefused(TestPacket.echo(host(10), INET_X.ip(), IcmpHeader.ECHO));
    }

    private void assertRefused(TestPacket packet) {
        List<TestPacket> left = story.out(packet);
        List<MemoryPacket> errors = story.node.takeGenerated();
        assertEquals(List.of(), left);
        assertEquals(1, errors.size(), "answers to " + packet);
        assertError(errors.getFirst(), PacketPort.INSIDE, 3, 1);
        int external = TestPacket.u32(errors.getFirst().bytes(), 12);
        int address = story.pairing(packet.source()).addressIndex();
        assertEquals(story.node.config.pool().addresses().get(address), external);
    }

    private static void assertError(MemoryPacket error, int side, int type, int code) {
        assertEquals(side, error.side());
        assertEquals(type, error.bytes()[20]);
        assertEquals(code, error.bytes()[21]);
        assertArrayEquals(new byte[10], error.vnetHeader());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-ICMP-024")
    void answersAreLimitedForEachSubscriberAndForTheNode(int shards) {
        int perSecond = 20 * shards;
        story =
                new Story(
                        Story.withErrors(
                                shards, new ErrorRules(true, true, true, perSecond, 5, List.of())));
        limit(new Quota(100, 0, 1_000, 10_000, 10_000));
        int causes = 200;
        for (int i = 0; i < causes; i++) {
            story.out(TestPacket.udp(host(i), INET_X));
        }
        assertEquals(5, story.node.takeGenerated().size());
        assertEquals(causes - 5, story.node.count(NatCounter.GENERATED_SUPPRESSED));

        story.pass(2);
        for (int i = 0; i < causes; i++) {
            story.out(TestPacket.udp(host(i), INET_X));
        }
        assertEquals(5, story.node.takeGenerated().size());

        story.pass(2);
        for (int i = 0; i < 60; i++) {
            var stranger = new Endpoint(Ipv4.of("100.64.8.0") + 2 * i, 1_000);
            story.out(TestPacket.udp(stranger, INET_X));
            story.out(TestPacket.udp(stranger, INET_X));
        }
        int made = story.node.takeGenerated().size();
        assertEquals(true, made <= perSecond && made >= 20, made + " of 120");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-ICMP-015")
    void eachSideAndTheRefusalsCanBeSilenced(int shards) {
        for (ErrorRules silent :
                List.of(
                        new ErrorRules(false, true, true, 100, 10, List.of()),
                        new ErrorRules(true, true, false, 100, 10, List.of()))) {
            story = new Story(Story.withErrors(shards, silent));
            limit(new Quota(100, 0, 1_000, 1_000, 1_000));
            story.out(TestPacket.udp(HOST, INET_X));
            assertEquals(List.of(), story.node.takeGenerated());
        }
        story =
                new Story(
                        Story.withErrors(
                                shards, new ErrorRules(false, false, true, 100, 10, List.of())));
        Endpoint external = mappedUdp(HOST);
        byte[] inbound = lastHop(TestPacket.udp(INET_X, external).bytes());
        byte[] outbound = lastHop(TestPacket.udp(HOST, INET_X).bytes());
        assertEquals(List.of(), expired(PacketPort.OUTSIDE, inbound));
        assertEquals(List.of(), expired(PacketPort.INSIDE, outbound));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-ICMP-019")
    void packetThatWouldDieBehindTheNodeIsAnsweredWithAnExternalAddress(int shards) {
        story = new Story(shards);
        Endpoint external = mappedUdp(HOST);
        byte[] inbound = lastHop(TestPacket.udp(INET_Y, external).bytes());
        List<MemoryPacket> outside = expired(PacketPort.OUTSIDE, inbound);
        assertEquals(1, outside.size());
        assertError(outside.getFirst(), PacketPort.OUTSIDE, 11, 0);
        assertEquals(external.ip(), TestPacket.u32(outside.getFirst().bytes(), 12));

        // It opened no session, and those that go further are not told.
        assertEquals(1, story.control.use(story.pairing(HOST)).orElseThrow().sessions());
        byte[] unmapped = lastHop(TestPacket.tcp(INET_Y, external, TcpHeader.SYN).bytes());
        assertEquals(
                List.of(),
                story.node.raw(0, PacketPort.OUTSIDE, unmapped, NatCounter.DROP_NO_MAPPING));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"NAT-ICMP-019", "NAT-HAIR-008"})
    void hostIsToldFromItsExternalAddressThatItsPacketWouldDie(int shards) {
        story = new Story(shards);
        Endpoint external = mappedUdp(HOST);
        Endpoint other = mappedUdp(OTHER_HOST);
        for (Endpoint remote : List.of(INET_X, INET_Y, other)) {
            byte[] packet = lastHop(TestPacket.udp(HOST, remote).bytes());
            List<MemoryPacket> errors = expired(PacketPort.INSIDE, packet);
            assertEquals(1, errors.size());
            assertError(errors.getFirst(), PacketPort.INSIDE, 11, 0);
            assertEquals(external.ip(), TestPacket.u32(errors.getFirst().bytes(), 12));
        }
        assertEquals(1, story.control.use(story.pairing(HOST)).orElseThrow().sessions());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-ICMP-022")
    void answerHasTheClassOfItsCause(int shards) {
        story = new Story(shards);
        mappedUdp(HOST);
        byte[] marked = lastHop(TestPacket.udp(HOST, INET_X).bytes());
        marked[1] = (byte) (EXPEDITED | 1);
        byte[] error = expired(PacketPort.INSIDE, withHeaderChecksum(marked)).getFirst().bytes();
        assertEquals(EXPEDITED, error[1]);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-ICMP-023")
    void errorsFragmentsAndPacketsToOrFromNobodyAreNotAnswered(int shards) {
        story = new Story(shards);
        Endpoint external = mappedUdp(HOST);
        byte[] own = TestPacket.udp(external, INET_X).bytes();
        TestError error = TestError.about(3, 1, own).from(INET_Y.ip()).timeToLive(1);
        assertEquals(List.of(), expired(PacketPort.OUTSIDE, error.bytes()));

        byte[] fragment = lastHop(TestPacket.udp(HOST, INET_X).bytes());
        fragment[7] = 1;
        assertSilent(withHeaderChecksum(fragment), NatCounter.DROP_FRAGMENT);
        for (String group : List.of("224.0.0.251", "255.255.255.255", "240.0.0.1")) {
            var destination = new Endpoint(Ipv4.of(group), 5_353);
            byte[] packet = lastHop(TestPacket.udp(HOST, destination).bytes());
            assertSilent(packet, NatCounter.DROP_MARTIAN);
            var source = new Endpoint(Ipv4.of(group), 5_353);
            byte[] strange = lastHop(TestPacket.udp(source, external).bytes());
            assertEquals(
                    List.of(),
                    story.node.raw(0, PacketPort.OUTSIDE, strange, NatCounter.DROP_MARTIAN_SOURCE));
        }
    }

    private void assertSilent(byte[] packet, NatCounter reason) {
        assertEquals(List.of(), story.node.raw(0, PacketPort.INSIDE, packet, reason));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-ICMP-021")
    void packetThatPrescribesItsWayIsDropped(int shards) {
        story = new Story(shards);
        for (int option : new int[] {131, 137}) {
            byte[] packet =
                    TestPacket.udp(HOST, INET_X).shaped(9, 12, TestPacket.Checksum.RIGHT).bytes();
            System.arraycopy(new byte[] {68, 4, 5, 0, 1, (byte) option, 7, 4}, 0, packet, 20, 8);
            assertSilent(withHeaderChecksum(packet), NatCounter.DROP_SOURCE_ROUTE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"NAT-ICMP-003", "SEED-B-104"})
    void queryMappingEndsWithItsLastSession(int shards) {
        story = new Story(shards);
        Endpoint external = story.mapped(TestPacket.echo(HOST, INET_X.ip(), IcmpHeader.ECHO));
        story.pass(30);
        assertEquals(external, story.mapped(TestPacket.echo(HOST, INET_Y.ip(), IcmpHeader.ECHO)));
        story.pass(31);
        var fromX = new Endpoint(INET_X.ip(), external.port());
        var fromY = new Endpoint(INET_Y.ip(), external.port());
        TestPacket ofX = TestPacket.echo(fromX, external.ip(), IcmpHeader.ECHO_REPLY);
        TestPacket ofY = TestPacket.echo(fromY, external.ip(), IcmpHeader.ECHO_REPLY);
        assertEquals(Optional.empty(), story.delivered(ofX));
        assertEquals(Optional.of(HOST), story.delivered(ofY));
        assertEquals(1, story.node.count(NatCounter.DROP_NO_SESSION));
        story.pass(30);
        assertEquals(Optional.empty(), story.delivered(ofY));
        assertEquals(1, story.node.count(NatCounter.DROP_NO_MAPPING));
    }

    private List<MemoryPacket> expired(int side, byte[] packet) {
        return story.node.raw(0, side, packet, NatCounter.DROP_TTL);
    }

    private Endpoint mappedUdp(Endpoint host) {
        return story.mapped(TestPacket.udp(host, INET_X));
    }

    private void limit(Quota quota) {
        story.node.rules(List.of(story.node.config.rules().with(quota)));
    }

    private static Endpoint host(int number) {
        return new Endpoint(HOST.ip(), HOST.port() + number);
    }

    private static byte[] lastHop(byte[] packet) {
        packet[8] = 1;
        return withHeaderChecksum(packet);
    }

    private static byte[] withHeaderChecksum(byte[] packet) {
        TestPacket.u16(packet, 10, 0);
        int header = (packet[0] & 0x0f) * 4;
        TestPacket.u16(packet, 10, ~TestPacket.sum(packet, 0, header));
        return packet;
    }
}
