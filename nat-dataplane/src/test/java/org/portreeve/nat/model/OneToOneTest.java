package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.portreeve.nat.model.Story.INET_X;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.ErrorRules;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.directory.DedicatedAddresses;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.io.memory.MemoryPacket;
import org.portreeve.nat.model.TestPacket.Checksum;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.TcpHeader;
import org.portreeve.testkit.Conformance;

/** Hosts with an external address each that nobody shares (RFC 3022 §2.1, RFC 5508 REQ-7). */
@ParameterizedClass(name = "shards={0}")
@ValueSource(ints = {1, 3})
class OneToOneTest {
    private static final int INSIDE = PacketPort.INSIDE;
    private static final int OUTSIDE = PacketPort.OUTSIDE;
    private static final int OWNER_IP = Ipv4.of("100.64.7.7");
    private static final int OWN_IP = Ipv4.of("192.0.2.111");
    private static final int SECOND_IP = Ipv4.of("100.64.8.8");
    private static final int SECOND_OWN_IP = Ipv4.of("192.0.2.112");
    private static final int ROUTER = Ipv4.of("203.0.113.250");
    private static final int ROUTER_INSIDE = Ipv4.of("192.0.2.1");
    private static final int GRE = 47;
    private static final int ESP = 50;
    private static final Endpoint OWNER = new Endpoint(OWNER_IP, 22);
    private static final Endpoint OWN = new Endpoint(OWN_IP, 22);
    private static final Endpoint SHARER = new Endpoint(Ipv4.of("100.64.1.2"), 40_000);

    @Parameter int shards;
    private NatConfig config;
    private DedicatedNode node;

    @BeforeEach
    void open() {
        var errors = new ErrorRules(true, true, true, 100, 10, List.of(Prefix.of("192.0.2.0/29")));
        config = Story.withErrors(shards, errors);
        node = new DedicatedNode(config, Map.of(OWNER_IP, OWN_IP, SECOND_IP, SECOND_OWN_IP));
        node.pair(SHARER.ip(), 0, 0);
    }

    private static List<TestPacket> packets(Endpoint from, Endpoint to) {
        return List.of(
                TestPacket.udp(from, to),
                TestPacket.udp(from, to).shaped(9, 8, Checksum.WRONG),
                TestPacket.udp(from, to).shaped(9, 0, Checksum.NONE),
                TestPacket.udp(from, to).shaped(900, 0, Checksum.PARTIAL),
                TestPacket.tcp(from, to, TcpHeader.SYN),
                TestPacket.tcp(from, to, Story.DATA),
                TestPacket.tcp(from, to, TcpHeader.SYN | TcpHeader.FIN),
                TestPacket.tcp(from, to, Story.DATA).shaped(9_000, 0, Checksum.PARTIAL),
                TestPacket.echo(new Endpoint(from.ip(), 5), to.ip(), IcmpHeader.ECHO),
                TestPacket.echo(new Endpoint(from.ip(), 5), to.ip(), IcmpHeader.ECHO_REPLY),
                TestPacket.echo(new Endpoint(from.ip(), 5), to.ip(), 17));
    }

    @Test
    @Conformance("SEED-A-081")
    void everyPortPassesBothWaysWithItsNumberAndNothingIsKept() {
        for (TestPacket packet : packets(OWNER, INET_X)) {
            assertPasses(INSIDE, packet, OUTSIDE, packet.from(at(OWN_IP, packet.source())));
        }
        for (TestPacket packet : packets(INET_X, OWN)) {
            var expected = packet.to(at(OWNER_IP, packet.destination()));
            assertPasses(OUTSIDE, packet, INSIDE, expected);
        }
        assertEquals(0, node.sessions());
        long each = (long) packets(OWNER, INET_X).size() * shards;
        assertEquals(each, node.count(NatCounter.DEDICATED_OUTBOUND));
        assertEquals(each, node.count(NatCounter.DEDICATED_INBOUND));
        assertEquals(each, node.count(NatCounter.INBOUND_PACKETS));
        var asker = new Endpoint(INET_X.ip(), 5);
        byte[] echoToShared = TestPacket.echo(asker, poolIp(), IcmpHeader.ECHO).bytes();
        assertDropped(OUTSIDE, echoToShared, NatCounter.DROP_ICMP);
    }

    private static Endpoint at(int ip, Endpoint other) {
        return new Endpoint(ip, other.port());
    }

    @Test
    @Conformance({"SEED-A-065", "PCP-MAP-014"})
    void everyProtocolPassesAtADedicatedAddressAndNoneButThreeAtASharedOne() {
        for (int protocol : new int[] {GRE, ESP, Protocol.SCTP, 2, 255}) {
            NatCounter reason =
                    switch (protocol) {
                        case GRE -> NatCounter.DROP_GRE;
                        case ESP -> NatCounter.DROP_ESP;
                        case Protocol.SCTP -> NatCounter.DROP_SCTP;
                        default -> NatCounter.DROP_PROTOCOL;
                    };
            byte[] out = ip(protocol, OWNER_IP, INET_X.ip(), 77);
            assertPasses(INSIDE, out, OUTSIDE, ip(protocol, OWN_IP, INET_X.ip(), 77));
            byte[] in = ip(protocol, INET_X.ip(), OWN_IP, 0);
            assertPasses(OUTSIDE, in, INSIDE, ip(protocol, INET_X.ip(), OWNER_IP, 0));
            byte[] shared = ip(protocol, SHARER.ip(), INET_X.ip(), 77);
            assertDropped(INSIDE, shared, reason);
            byte[] toShared = ip(protocol, INET_X.ip(), poolIp(), 77);
            assertDropped(OUTSIDE, toShared, reason);
            byte[] hairpinned = ip(protocol, OWNER_IP, poolIp(), 77);
            assertDropped(INSIDE, hairpinned, reason);
        }
    }

    /** Checksums over addresses that nobody else translates: UDP-Lite and DCCP. */
    @Test
    @Conformance("NAT-ALG-003")
    void checksumsThatCoverTheAddressesFollowInEveryProtocol() {
        for (int protocol : new int[] {Protocol.UDP_LITE, Protocol.DCCP}) {
            byte[] out = summed(protocol, OWNER_IP, INET_X.ip());
            assertPasses(INSIDE, out, OUTSIDE, summed(protocol, OWN_IP, INET_X.ip()));
            byte[] in = summed(protocol, INET_X.ip(), OWN_IP);
            assertPasses(OUTSIDE, in, INSIDE, summed(protocol, INET_X.ip(), OWNER_IP));
        }
    }

    @Test
    void fragmentsPassWithTheChecksumOfTheWholeDatagramChangedInTheFirst() {
        for (TestPacket whole :
                List.of(
                        TestPacket.udp(OWNER, INET_X).shaped(200, 0, Checksum.RIGHT),
                        TestPacket.tcp(OWNER, INET_X, Story.DATA).shaped(200, 4, Checksum.RIGHT),
                        TestPacket.echo(OWNER, INET_X.ip(), IcmpHeader.ECHO)
                                .shaped(200, 0, Checksum.RIGHT))) {
            TestPacket after = whole.from(at(OWN_IP, whole.source()));
            for (boolean isFirst : new boolean[] {true, false}) {
                byte[] expected = fragment(after.bytes(), isFirst);
                assertPasses(INSIDE, fragment(whole.bytes(), isFirst), OUTSIDE, expected);
                byte[] toSharer = fragment(whole.to(at(poolIp(), INET_X)).bytes(), isFirst);
                assertDropped(INSIDE, toSharer, NatCounter.DROP_FRAGMENT);
            }
        }
        byte[] error = TestError.about(3, 3, TestPacket.udp(INET_X, OWNER).bytes()).bytes();
        TestPacket.u32(error, 12, OWNER_IP);
        assertDropped(INSIDE, fragment(error, true), NatCounter.DROP_FRAGMENT);
    }

    /** The first 64 octets of a packet's message, or what follows them, as a fragment. */
    private static byte[] fragment(byte[] packet, boolean isFirst) {
        int header = (packet[0] & 0xf) * 4;
        int cut = Math.min(64, packet.length - header & ~7);
        int bytes = isFirst ? cut : packet.length - header - cut;
        byte[] fragment = new byte[header + bytes];
        System.arraycopy(packet, 0, fragment, 0, header);
        System.arraycopy(packet, header + (isFirst ? 0 : cut), fragment, header, bytes);
        TestPacket.u16(fragment, 2, fragment.length);
        TestPacket.u16(fragment, 6, isFirst ? 0x2000 : cut / 8);
        return withHeaderSum(fragment);
    }

    @Test
    @Conformance({"NAT-HAIR-006", "SEED-B-105"})
    void hostsBehindTheNodeReachEachOtherByTheExternalAddresses() {
        Endpoint second = new Endpoint(SECOND_IP, 22);
        Endpoint secondOwn = new Endpoint(SECOND_OWN_IP, 22);
        for (TestPacket packet : packets(OWNER, secondOwn)) {
            TestPacket expected =
                    packet.from(at(OWN_IP, packet.source()))
                            .to(at(SECOND_IP, packet.destination()));
            assertPasses(INSIDE, packet, INSIDE, expected);
        }
        byte[] gre = ip(GRE, OWNER_IP, SECOND_OWN_IP, 30);
        assertPasses(INSIDE, gre, INSIDE, ip(GRE, OWN_IP, SECOND_IP, 30));
        // What the second host says about it goes back, with both ends of the quote translated.
        TestPacket got = TestPacket.udp(OWN, second);
        byte[] refused = TestError.about(3, 3, got.bytes()).from(SECOND_IP).bytes();
        TestPacket sent = TestPacket.udp(OWNER, secondOwn);
        byte[] expected = TestError.about(3, 3, sent.bytes()).from(SECOND_OWN_IP).bytes();
        assertPasses(INSIDE, refused, INSIDE, expected);
    }

    @Test
    @Conformance({"NAT-HAIR-006", "SEED-B-105"})
    void subscriberOfASharedAddressPingsADedicatedOneAndIsAnswered() {
        var asker = new Endpoint(SHARER.ip(), 77);
        TestPacket ping = TestPacket.echo(asker, OWN_IP, IcmpHeader.ECHO);
        for (int shard = 0; shard < shards; shard++) {
            TestPacket asked = delivered(shard, ping);
            assertEquals(OWNER_IP, asked.destination().ip());
            assertEquals(poolIp(), asked.source().ip());
            var answerer = new Endpoint(OWNER_IP, asked.source().port());
            TestPacket pong = TestPacket.echo(answerer, poolIp(), IcmpHeader.ECHO_REPLY);
            assertPasses(
                    INSIDE,
                    pong,
                    INSIDE,
                    TestPacket.echo(new Endpoint(OWN_IP, 77), SHARER.ip(), IcmpHeader.ECHO_REPLY));
            byte[] error = TestError.about(3, 1, asked.bytes()).from(OWNER_IP).bytes();
            byte[] told = TestError.about(3, 1, ping.bytes()).from(OWN_IP).bytes();
            assertPasses(INSIDE, error, INSIDE, told);
        }
    }

    @Test
    void dedicatedHostReachesAMappingOfASharerAndErrorsComeBackTranslated() {
        TestPacket opening = TestPacket.udp(SHARER, INET_X);
        Endpoint mapped = left(0, INSIDE, opening, OUTSIDE).source();
        TestPacket visit = TestPacket.udp(OWNER, mapped);
        assertPasses(INSIDE, visit, INSIDE, TestPacket.udp(OWN, SHARER));
        byte[] error =
                TestError.about(3, 3, TestPacket.udp(OWN, SHARER).bytes())
                        .from(SHARER.ip())
                        .bytes();
        byte[] told = TestError.about(3, 3, visit.bytes()).from(mapped.ip()).bytes();
        assertPasses(INSIDE, error, INSIDE, told);
        assertPasses(INSIDE, TestPacket.udp(SHARER, OWN), INSIDE, TestPacket.udp(mapped, OWNER));
    }

    @Test
    @Conformance("NAT-ICMP-010")
    void errorsOfTheHostAndOfRoutersBeforeItComeFromItsOwnAddress() {
        for (byte[] got :
                List.of(
                        TestPacket.udp(INET_X, OWNER).bytes(),
                        TestPacket.tcp(INET_X, OWNER, Story.DATA).bytes(),
                        TestPacket.echo(new Endpoint(INET_X.ip(), 9), OWNER_IP, 8).bytes(),
                        ip(GRE, INET_X.ip(), OWNER_IP, 40))) {
            byte[] sent = got.clone();
            readdress(sent, 16, OWN_IP);
            for (int source : new int[] {OWNER_IP, ROUTER_INSIDE, ErrorRules.NODE_IP}) {
                byte[] error = TestError.about(11, 0, got).from(source).bytes();
                byte[] expected = TestError.about(11, 0, sent).from(OWN_IP).bytes();
                assertPasses(INSIDE, error, OUTSIDE, expected);
            }
            byte[] forged = TestError.about(11, 0, got).from(SHARER.ip()).bytes();
            if (got[9] != GRE) {
                assertDropped(INSIDE, forged, NatCounter.DROP_SPOOFED);
            }
            byte[] another = TestError.about(11, 0, got).from(SECOND_IP).bytes();
            assertDropped(INSIDE, another, NatCounter.DROP_SPOOFED);
            byte[] astray = TestError.about(11, 0, got).from(OWNER_IP).to(ROUTER).bytes();
            assertDropped(INSIDE, astray, NatCounter.DROP_ICMP_NO_SESSION);
        }
    }

    @Test
    void errorsFromOutsideReachTheHostWithItsPacketAsItSentIt() {
        for (byte[] sent :
                List.of(
                        TestPacket.udp(OWNER, INET_X).bytes(),
                        TestPacket.udp(OWNER, INET_X).shaped(9, 0, Checksum.NONE).bytes(),
                        TestPacket.tcp(OWNER, INET_X, Story.DATA).bytes(),
                        fragment(
                                TestPacket.udp(OWNER, INET_X)
                                        .shaped(200, 0, Checksum.RIGHT)
                                        .bytes(),
                                false),
                        ip(ESP, OWNER_IP, INET_X.ip(), 40))) {
            byte[] left = sent.clone();
            readdress(left, 12, OWN_IP);
            for (int cut : new int[] {28, sent.length}) {
                byte[] error = about(left, cut).bytes();
                byte[] expected = about(sent, cut).to(OWNER_IP).bytes();
                assertPasses(OUTSIDE, error, INSIDE, expected);
            }
            byte[] late = about(left, 28).to(SECOND_OWN_IP).bytes();
            assertDropped(OUTSIDE, late, NatCounter.DROP_ICMP_NO_SESSION);
            byte[] damaged = about(left, 28).bytes();
            damaged[22] ^= 1;
            assertDropped(OUTSIDE, damaged, NatCounter.DROP_ICMP_CHECKSUM);
        }
        byte[] redirect = TestError.about(5, 1, ip(GRE, OWN_IP, INET_X.ip(), 9)).bytes();
        assertDropped(OUTSIDE, redirect, NatCounter.DROP_ICMP);
        byte[] ofError =
                about(about(ip(GRE, OWN_IP, ROUTER, 9), 28).to(ROUTER).bytes(), 60).bytes();
        TestPacket.u32(ofError, 16, OWN_IP);
        assertDropped(OUTSIDE, ofError, NatCounter.DROP_ICMP_QUOTE);
    }

    private static TestError about(byte[] packet, int cut) {
        return TestError.about(3, 4, packet).rest(1_400).cutTo(cut).from(ROUTER);
    }

    @Test
    void whoClaimsSuchAnAddressIsDropped() {
        byte[] claims = TestPacket.udp(OWN, new Endpoint(SECOND_OWN_IP, 9)).bytes();
        assertDropped(OUTSIDE, claims, NatCounter.DROP_POOL_SOURCE);
        byte[] toSharer = TestPacket.udp(OWN, new Endpoint(poolIp(), 9)).bytes();
        assertDropped(OUTSIDE, toSharer, NatCounter.DROP_POOL_SOURCE);
        byte[] shared = TestPacket.udp(new Endpoint(poolIp(), 9), OWN).bytes();
        assertDropped(OUTSIDE, shared, NatCounter.DROP_POOL_SOURCE);
        byte[] inside = TestPacket.udp(SHARER, OWN).bytes();
        assertDropped(OUTSIDE, inside, NatCounter.DROP_FOREIGN_SOURCE);
        byte[] martian = TestPacket.udp(new Endpoint(Ipv4.of("127.0.0.1"), 9), OWN).bytes();
        assertDropped(OUTSIDE, martian, NatCounter.DROP_MARTIAN_SOURCE);
        byte[] spoofed = TestPacket.udp(OWN, INET_X).bytes();
        assertDropped(INSIDE, spoofed, NatCounter.DROP_SPOOFED);
        var group = new Endpoint(Ipv4.of("224.0.0.5"), 9);
        assertDropped(INSIDE, TestPacket.udp(OWNER, group).bytes(), NatCounter.DROP_MARTIAN);
        assertDropped(INSIDE, TestPacket.udp(OWNER, SHARER).bytes(), NatCounter.DROP_TO_INSIDE);
        byte[] toOwner = TestPacket.udp(SHARER, OWNER).bytes();
        assertDropped(INSIDE, toOwner, NatCounter.DROP_TO_INSIDE);
    }

    @Test
    @Conformance("PCP-ANY-003")
    void nothingLeavesForTheAnycastAddressOfPcp() {
        var anycast = new Endpoint(Ipv4.of("192.0.0.9"), 5_351);
        for (TestPacket packet : packets(OWNER, anycast)) {
            assertDropped(INSIDE, packet.bytes(), NatCounter.DROP_MARTIAN);
        }
        byte[] error = TestError.about(3, 3, TestPacket.udp(anycast, OWNER).bytes()).bytes();
        TestPacket.u32(error, 12, ROUTER_INSIDE);
        assertDropped(INSIDE, withHeaderSum(error), NatCounter.DROP_MARTIAN);
    }

    @Test
    void packetAtTheEndOfItsWayIsAnsweredFromTheDedicatedAddress() {
        byte[] out = lastHop(TestPacket.udp(OWNER, INET_X));
        byte[] in = lastHop(TestPacket.udp(INET_X, OWN));
        assertPasses(INSIDE, out, INSIDE, expired(out));
        assertPasses(OUTSIDE, in, OUTSIDE, expired(in));
        byte[] fragment = fragment(out, true);
        assertDropped(INSIDE, fragment, NatCounter.DROP_TTL);
        byte[] error =
                TestError.about(11, 0, TestPacket.udp(INET_X, OWNER).bytes())
                        .from(OWNER_IP)
                        .timeToLive(1)
                        .bytes();
        assertDropped(INSIDE, error, NatCounter.DROP_TTL);
    }

    private static byte[] lastHop(TestPacket packet) {
        byte[] bytes = packet.bytes();
        bytes[8] = 1;
        return withHeaderSum(bytes);
    }

    private static byte[] expired(byte[] packet) {
        return TestError.about(11, 0, packet).from(OWN_IP).ofTranslator().bytes();
    }

    @Test
    void damagedPacketsAreDroppedWhereWhatChangesIsNotThere() {
        for (int protocol :
                new int[] {Protocol.TCP, Protocol.UDP, Protocol.ICMP, Protocol.UDP_LITE}) {
            byte[] cut = ip(protocol, INET_X.ip(), OWN_IP, 7);
            assertDropped(OUTSIDE, cut, NatCounter.DROP_TRUNCATED);
        }
        byte[] routed = TestPacket.udp(INET_X, OWN).shaped(9, 8, Checksum.RIGHT).bytes();
        routed[20] = (byte) 131;
        assertDropped(OUTSIDE, withHeaderSum(routed), NatCounter.DROP_SOURCE_ROUTE);
    }

    @Test
    void randomOctetsToADedicatedAddressHaveAFate() {
        var random = new SplittableRandom(shards);
        for (int round = 0; round < 20_000; round++) {
            byte[] packet = ip(random.nextInt(256), INET_X.ip(), OWN_IP, random.nextInt(90));
            for (int at = 20; at < packet.length; at++) {
                packet[at] = (byte) random.nextInt();
            }
            if (packet.length > 30 && random.nextBoolean()) {
                packet[9] = Protocol.ICMP;
                packet[20] = 3;
            }
            TestPacket.u16(packet, 6, random.nextInt(4) == 0 ? random.nextInt(0x10000) : 0);
            assertEquals(true, node.receive(0, OUTSIDE, withHeaderSum(packet)).size() <= 1);
        }
    }

    @Test
    void whoseAddressItWasIsTranslatedAsAllAreAfterAChange() {
        node.directory.dedicated(DedicatedAddresses.of(Map.of(SHARER.ip(), OWN_IP)));
        assertDropped(
                OUTSIDE,
                TestPacket.udp(INET_X, new Endpoint(SECOND_OWN_IP, 9)).bytes(),
                NatCounter.DROP_NOT_OURS);
        TestPacket packet = TestPacket.udp(INET_X, OWN);
        assertPasses(OUTSIDE, packet, INSIDE, packet.to(at(SHARER.ip(), OWN)));
    }

    private int poolIp() {
        return config.pool().addresses().getFirst();
    }

    private void assertPasses(int side, TestPacket packet, int out, TestPacket expected) {
        for (int shard = 0; shard < shards; shard++) {
            List<MemoryPacket> left =
                    node.receive(shard, side, packet.vnetHeader(), packet.bytes());
            assertEquals(1, left.size(), packet::toString);
            assertEquals(out, left.getFirst().side(), packet::toString);
            assertArrayEquals(expected.bytes(), left.getFirst().bytes(), packet.toString());
            assertArrayEquals(expected.vnetHeader(), left.getFirst().vnetHeader());
        }
    }

    private void assertPasses(int side, byte[] packet, int out, byte[] expected) {
        for (int shard = 0; shard < shards; shard++) {
            List<MemoryPacket> left = node.receive(shard, side, packet);
            assertEquals(1, left.size());
            assertEquals(out, left.getFirst().side());
            assertArrayEquals(expected, left.getFirst().bytes());
        }
    }

    private void assertDropped(int side, byte[] packet, NatCounter reason) {
        for (int shard = 0; shard < shards; shard++) {
            long before = node.count(reason);
            assertEquals(List.of(), node.receive(shard, side, packet));
            assertEquals(before + 1, node.count(reason), reason::name);
        }
    }

    /** What a subscriber's packet is when it reaches another inside. */
    private TestPacket delivered(int shard, TestPacket packet) {
        return left(shard, INSIDE, packet, INSIDE);
    }

    private TestPacket left(int shard, int side, TestPacket packet, int out) {
        List<MemoryPacket> left = node.receive(shard, side, packet.vnetHeader(), packet.bytes());
        assertEquals(1, left.size());
        assertEquals(out, left.getFirst().side());
        byte[] bytes = left.getFirst().bytes();
        int port = (bytes[packet.protocol() == Protocol.ICMP ? 24 : 20] & 0xff) << 8;
        port |= bytes[packet.protocol() == Protocol.ICMP ? 25 : 21] & 0xff;
        var source = new Endpoint(TestPacket.u32(bytes, 12), port);
        var destination = new Endpoint(TestPacket.u32(bytes, 16), packet.destination().port());
        TestPacket after = packet.from(source).to(destination).from(source);
        assertArrayEquals(after.bytes(), bytes);
        return after;
    }

    /** A packet of any protocol with so many octets after its header. */
    private static byte[] ip(int protocol, int source, int destination, int bytes) {
        byte[] packet = new byte[20 + bytes];
        packet[0] = 0x45;
        TestPacket.u16(packet, 2, packet.length);
        packet[8] = 61;
        packet[9] = (byte) protocol;
        TestPacket.u32(packet, 12, source);
        TestPacket.u32(packet, 16, destination);
        for (int at = 20; at < packet.length; at++) {
            packet[at] = (byte) (3 * at);
        }
        return withHeaderSum(packet);
    }

    /** One whose checksum, where UDP has its own, covers the addresses. */
    private static byte[] summed(int protocol, int source, int destination) {
        byte[] packet = ip(protocol, source, destination, 24);
        byte[] pseudo = new byte[12 + 24];
        TestPacket.u32(pseudo, 0, source);
        TestPacket.u32(pseudo, 4, destination);
        TestPacket.u16(pseudo, 8, protocol);
        TestPacket.u16(pseudo, 10, 24);
        TestPacket.u16(packet, 26, 0);
        System.arraycopy(packet, 20, pseudo, 12, 24);
        TestPacket.u16(packet, 26, ~TestPacket.sum(pseudo, 0, pseudo.length));
        return packet;
    }

    private static byte[] withHeaderSum(byte[] packet) {
        TestPacket.u16(packet, 10, 0);
        TestPacket.u16(packet, 10, ~TestPacket.sum(packet, 0, (packet[0] & 0xf) * 4));
        return packet;
    }

    /** Another address in a packet with its checksums computed anew, where they can be. */
    private static void readdress(byte[] packet, int field, int ip) {
        int protocol = packet[9] & 0xff;
        boolean isWhole = (packet[6] & 0x3f) == 0 && packet[7] == 0;
        int old = TestPacket.u32(packet, field);
        TestPacket.u32(packet, field, ip);
        withHeaderSum(packet);
        int checksum = protocol == Protocol.TCP ? 36 : 26;
        boolean isCovered = protocol == Protocol.TCP || protocol == Protocol.UDP;
        int sum = (packet[checksum] & 0xff) << 8 | (packet[checksum + 1] & 0xff);
        if (isWhole && isCovered && sum != 0) {
            long delta = (~old >>> 16) + (~old & 0xffffL) + (ip >>> 16) + (ip & 0xffffL);
            long whole = (~sum & 0xffff) + delta;
            while (whole > 0xffff) {
                whole = (whole & 0xffff) + (whole >> 16);
            }
            TestPacket.u16(packet, checksum, (int) ~whole);
        }
    }
}
