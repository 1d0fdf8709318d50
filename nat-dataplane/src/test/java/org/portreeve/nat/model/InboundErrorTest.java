package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.portreeve.nat.model.Story.HOST;
import static org.portreeve.nat.model.Story.INET_X;
import static org.portreeve.nat.model.Story.INET_Y;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.io.memory.MemoryPacket;
import org.portreeve.nat.model.Story.Translated;
import org.portreeve.nat.model.TestPacket.Checksum;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.TcpHeader;
import org.portreeve.testkit.Conformance;

/** ICMP errors from outside about packets of a host, compared by octets. */
@ParameterizedClass(name = "shards={0}")
@ValueSource(ints = {1, 3})
class InboundErrorTest {
    private static final int ROUTER = Ipv4.of("192.0.2.77");
    private static final int IP_BYTES = 20;

    /** Octet 5: the quote is 128 octets long, extensions follow. */
    private static final int QUOTE_OF_128 = 32 << 16;

    @Parameter int shards;
    private Story story;

    @BeforeEach
    void open() {
        story = new Story(shards);
    }

    private static List<TestPacket> oneOfEachKind() {
        return List.of(
                TestPacket.udp(HOST, INET_X),
                TestPacket.tcp(HOST, INET_X, TcpHeader.SYN),
                TestPacket.echo(HOST, INET_X.ip(), IcmpHeader.ECHO),
                TestPacket.echo(HOST, INET_Y.ip(), IcmpHeader.TIMESTAMP));
    }

    @Test
    @Conformance({
        "NAT-ICMP-009",
        "NAT-ICMP-012",
        "NAT-ICMP-013",
        "NAT-ICMP-016",
        "NAT-ICMP-017",
        "NAT-CSUM-003"
    })
    void hostReceivesEveryErrorAboutWhatItSentWithItsOwnTuple() {
        for (TestPacket packet : oneOfEachKind()) {
            Translated sent = story.translated(packet);
            for (int code = 0; code <= 15; code++) {
                assertDelivered(sent, IcmpHeader.UNREACHABLE, code);
            }
            assertDelivered(sent, IcmpHeader.TIME_EXCEEDED, 0);
            assertDelivered(sent, IcmpHeader.PARAMETER_PROBLEM, 0);
        }
    }

    private void assertDelivered(Translated sent, int type, int code) {
        TestError error =
                TestError.about(type, code, sent.after().bytes()).from(ROUTER).rest(1_400);
        assertDelivered(error, error.to(HOST.ip()).quoting(sent.before().bytes()));
    }

    private void assertDelivered(TestError error, TestError expected) {
        for (int shard = 0; shard < shards; shard++) {
            List<MemoryPacket> left =
                    story.node.raw(shard, PacketPort.OUTSIDE, error.bytes(), NatCounter.FORWARDED);
            assertEquals(1, left.size(), "left");
            assertEquals(PacketPort.INSIDE, left.getFirst().side());
            assertArrayEquals(expected.bytes(), left.getFirst().bytes(), error::toString);
        }
    }

    @Test
    @Conformance("NAT-ICMP-006")
    void optionsOfTheQuotedHeaderAreSkipped() {
        for (TestPacket packet : oneOfEachKind()) {
            for (int options : new int[] {4, 40}) {
                assertDelivered(story.translated(packet.shaped(9, options, Checksum.RIGHT)), 3, 1);
            }
        }
    }

    @Test
    @Conformance("NAT-CSUM-004")
    void eightOctetsOfTransportAreEnough() {
        for (TestPacket packet : oneOfEachKind()) {
            Translated sent = story.translated(packet);
            for (int quoted : new int[] {28, 36, 38, 39, 40}) {
                TestError error = error(sent).cutTo(quoted);
                byte[] before = Arrays.copyOf(sent.before().bytes(), quoted);
                assertDelivered(error, error.to(HOST.ip()).quoting(before));
            }
            assertDropped(error(sent).cutTo(27).bytes(), NatCounter.DROP_ICMP_QUOTE);
        }
    }

    @Test
    @Conformance("NAT-ICMP-007")
    void quotedTransportMayHaveAWrongChecksumWhichStaysWrong() {
        for (TestPacket packet : oneOfEachKind()) {
            assertDelivered(story.translated(packet.shaped(13, 0, Checksum.WRONG)), 3, 1);
        }
        Translated none =
                story.translated(TestPacket.udp(HOST, INET_X).shaped(13, 0, Checksum.NONE));
        assertDelivered(none, 3, 3);
    }

    @Test
    @Conformance("NAT-ICMP-008")
    void extensionsAndWhatFillsTheQuoteUpSurvive() {
        byte[] extension = {0x20, 0, 1, 2, 0, 8, 1, 1, 0, 1, 0x10, 0x40};
        for (TestPacket packet : oneOfEachKind()) {
            Translated sent = story.translated(packet);
            byte[] quote = Arrays.copyOf(Arrays.copyOf(sent.after().bytes(), 28), 128);
            byte[] before = Arrays.copyOf(Arrays.copyOf(sent.before().bytes(), 28), 128);
            TestError error = error(sent).rest(QUOTE_OF_128).quoting(quote).followedBy(extension);
            assertDelivered(error, error.to(HOST.ip()).quoting(before));
        }
    }

    @Test
    @Conformance({"NAT-ICMP-004", "NAT-ICMP-005"})
    void wrongChecksumOfTheErrorOrOfTheQuotedHeaderIsTheEnd() {
        Translated sent = story.translated(TestPacket.udp(HOST, INET_X));
        byte[] wrong = error(sent).bytes();
        wrong[IP_BYTES + 2]++;
        assertDropped(wrong, NatCounter.DROP_ICMP_CHECKSUM);

        byte[] quote = sent.after().bytes();
        quote[10]++;
        assertDropped(error(sent).quoting(quote).bytes(), NatCounter.DROP_ICMP_CHECKSUM);
    }

    @Test
    @Conformance("NAT-ICMP-009")
    void errorAboutAPacketOfNoSessionIsTheEnd() {
        Translated sent = story.translated(TestPacket.udp(HOST, INET_X));
        Endpoint external = sent.after().source();
        var unmapped = new Endpoint(external.ip(), external.port() ^ 1);
        for (TestPacket other :
                List.of(
                        TestPacket.udp(unmapped, INET_X),
                        TestPacket.udp(external, INET_Y),
                        TestPacket.udp(external, new Endpoint(INET_X.ip(), 1)),
                        TestPacket.tcp(external, INET_X, TcpHeader.SYN))) {
            byte[] error = TestError.about(3, 1, other.bytes()).from(ROUTER).bytes();
            assertDropped(error, NatCounter.DROP_ICMP_NO_SESSION);
        }
        byte[] elsewhere = error(sent).to(external.ip() + 3).bytes();
        assertDropped(elsewhere, NatCounter.DROP_ICMP_NO_SESSION);
    }

    @Test
    @Conformance("NAT-ICMP-011")
    void errorNeitherKeepsNorEndsAnything() {
        for (TestPacket packet : oneOfEachKind().subList(0, 3)) {
            open();
            boolean isEcho = packet.type() == IcmpHeader.ECHO;
            long idle = packet.has(TcpHeader.SYN) && !isEcho ? 240 : isEcho ? 60 : 300;
            Translated sent = story.translated(packet);
            story.pass(idle - 1);
            for (int type : new int[] {3, 11, 12}) {
                assertDelivered(sent, type, 0);
            }
            TestPacket answer = answer(sent.after());
            assertEquals(Optional.of(HOST), story.delivered(answer), packet::toString);
            story.pass(2);
            assertEquals(Optional.empty(), story.delivered(answer), packet::toString);
            assertDropped(error(sent).bytes(), NatCounter.DROP_ICMP_NO_SESSION);
        }
    }

    private static TestPacket answer(TestPacket packet) {
        Endpoint remote = packet.destination();
        Endpoint external = packet.source();
        return switch (packet.protocol()) {
            case Protocol.ICMP ->
                    TestPacket.echo(
                            new Endpoint(remote.ip(), external.port()),
                            external.ip(),
                            IcmpHeader.ECHO_REPLY);
            case Protocol.TCP -> TestPacket.tcp(remote, external, TcpHeader.RST);
            default -> TestPacket.udp(remote, external);
        };
    }

    @Test
    @Conformance({"NAT-ICMP-017", "NAT-ICMP-018", "NAT-ICMP-025"})
    void otherKindsOfIcmpDoNotCross() {
        Translated sent = story.translated(TestPacket.udp(HOST, INET_X));
        for (int type : new int[] {1, 4, 5, 9, 10, 15, 16, 17, 18, 30, 40, 253}) {
            byte[] inbound = TestError.about(type, 0, sent.after().bytes()).from(ROUTER).bytes();
            assertDropped(inbound, NatCounter.DROP_ICMP);
            byte[] outbound =
                    TestError.about(type, 0, answer(sent.before()).bytes())
                            .from(HOST.ip())
                            .to(INET_X.ip())
                            .bytes();
            assertEquals(
                    List.of(),
                    story.node.raw(0, PacketPort.INSIDE, outbound, NatCounter.DROP_ICMP));
        }
    }

    @Test
    void errorAboutAnErrorOrALaterFragmentIsTheEnd() {
        Translated sent = story.translated(TestPacket.echo(HOST, INET_X.ip(), IcmpHeader.ECHO));
        byte[] error = error(sent).bytes();
        byte[] aboutError = TestError.about(3, 1, error).to(sent.after().source().ip()).bytes();
        assertDropped(aboutError, NatCounter.DROP_ICMP_QUOTE);

        byte[] fragment = sent.after().bytes();
        fragment[7] = 1;
        assertDropped(error(sent).quoting(fragment).bytes(), NatCounter.DROP_ICMP_QUOTE);
    }

    @Test
    void whatTheNodeItselfSaysFromAnInsideAddressComesFromTheExternalOne() {
        Translated sent = story.translated(TestPacket.udp(HOST, INET_X));
        TestError error = error(sent).from(Ipv4.of("100.64.0.1"));
        TestError expected = error.to(HOST.ip()).quoting(sent.before().bytes());
        assertDelivered(error, expected.from(sent.after().source().ip()));
    }

    @Test
    void nobodyOutsideMaySpeakFromAnAddressOfThePool() {
        Translated sent = story.translated(TestPacket.udp(HOST, INET_X));
        int pool = story.node.config.pool().addresses().getLast();
        assertDropped(error(sent).from(pool).bytes(), NatCounter.DROP_POOL_SOURCE);
        byte[] loopback = error(sent).from(Ipv4.of("127.0.0.1")).bytes();
        assertDropped(loopback, NatCounter.DROP_MARTIAN_SOURCE);
    }

    @Test
    void errorThatWouldDieBehindTheNodeDiesHere() {
        Translated sent = story.translated(TestPacket.udp(HOST, INET_X));
        assertDropped(error(sent).timeToLive(1).bytes(), NatCounter.DROP_TTL);
    }

    private static TestError error(Translated sent) {
        return TestError.about(3, 1, sent.after().bytes()).from(ROUTER);
    }

    private void assertDropped(byte[] error, NatCounter reason) {
        for (int shard = 0; shard < shards; shard++) {
            assertEquals(List.of(), story.node.raw(shard, PacketPort.OUTSIDE, error, reason));
        }
    }
}
