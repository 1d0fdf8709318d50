package org.portreeve.pcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.pcp.RawRequest.ANY_IPV4;
import static org.portreeve.pcp.RawRequest.DATA;
import static org.portreeve.pcp.RawRequest.EXTERNAL_PORT;
import static org.portreeve.pcp.RawRequest.MAP_LENGTH;
import static org.portreeve.pcp.RawRequest.NO_PORT;
import static org.portreeve.pcp.RawRequest.UDP;
import static org.portreeve.pcp.RawRequest.announce;
import static org.portreeve.pcp.RawRequest.header;
import static org.portreeve.pcp.RawRequest.join;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.mapped;
import static org.portreeve.pcp.RawRequest.option;
import static org.portreeve.pcp.RawRequest.slice;
import static org.portreeve.pcp.RawRequest.u16;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.HexFormat;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.control.reservation.ReservationDraft;
import org.portreeve.control.reservation.Resolution;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.testkit.Conformance;

/** DESCRIPTION from the outside, and what staff see of it (RFC 7220). */
class DescriptionOptionTest {
    private static final int DESCRIPTION = 128;
    private static final int NONCE = 1;
    private static final int SUCCESS = 0;
    private static final int PORT = 8080;

    private static PcpNode node;
    private static int subscribers;
    private RawClient client;

    @BeforeAll
    static void start() {
        node = PcpNode.on("127.0.0.1");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    /** Each test is another subscriber. */
    @BeforeEach
    void open() throws Exception {
        client = node.client("127.10.0." + ++subscribers);
    }

    @AfterEach
    void close() {
        client.close();
    }

    private static byte[] named(String text) {
        return option(DESCRIPTION, text.getBytes(UTF_8));
    }

    private byte[] request(byte[]... options) {
        return map(client.ip, NONCE, UDP, PORT, 600, NO_PORT, ANY_IPV4, options);
    }

    /** The options of the answer. */
    private byte[] answered(byte[]... options) throws Exception {
        byte[] answer = client.ask(SUCCESS, request(options));
        return slice(answer, MAP_LENGTH, answer.length);
    }

    /** What staff see. */
    private String shown() {
        return node.mappingsOf(client.ip).getFirst().description();
    }

    @ParameterizedTest
    @ValueSource(strings = {"FTP server", "Überwachungskamera", "漢字", "🎲", "x"})
    void aTextIsKeptShownAndReturned(String text) throws Exception {
        assertArrayEquals(named(text), answered(named(text)));
        assertEquals(text, shown());
    }

    @Test
    @Conformance({"PCP-DSC-003", "PCP-DSC-006"})
    void aRenewalReplacesKeepsOrErases() throws Exception {
        answered(named("a"));
        assertArrayEquals(named("b"), answered(named("b")));
        assertEquals("b", shown());

        assertEquals(0, answered().length);
        assertEquals("b", shown());

        assertArrayEquals(named(""), answered(named("")));
        assertEquals("", shown());
    }

    @Test
    @Conformance("PCP-DSC-004")
    void aLongTextIsCutBetweenCharactersAndReturnedAsItIsKept() throws Exception {
        String dice = "🎲".repeat(125);

        assertArrayEquals(named("🎲".repeat(32)), answered(named(dice)));
        assertArrayEquals(named("x" + "🎲".repeat(31)), answered(named("x" + dice)));
        assertEquals("x" + "🎲".repeat(31), shown());
    }

    @Test
    @Conformance("PCP-DSC-007")
    void whereATextIsCutIsForTheOperatorToSay() throws Exception {
        node.cutDescriptionsAt(5);

        assertArrayEquals(named("xüü"), answered(named("xüüü")));
        assertEquals("xüü", shown());
        node.cutDescriptionsAt(128);
        assertArrayEquals(named("xüüü"), answered(named("xüüü")));
    }

    /** RFC 6887 §12.1, to a remote peer. */
    private byte[] peer(long lifetimeSeconds, byte[]... options) {
        byte[] tuple = slice(map(client.ip, NONCE, UDP, PORT, 0), DATA, MAP_LENGTH);
        byte[] remote = join(new byte[] {1, (byte) 0xbb, 0, 0}, mapped("203.0.113.9"));
        byte[] bare = join(header(2, lifetimeSeconds, mapped(client.ip)), tuple, remote);
        return join(bare, join(options));
    }

    private byte[] peered(long lifetimeSeconds, byte[]... options) throws Exception {
        byte[] answer = client.ask(SUCCESS, peer(lifetimeSeconds, options));
        return slice(answer, MAP_LENGTH + 20, answer.length);
    }

    @Test
    @Conformance({"PCP-DSC-001", "PCP-DSC-003", "PCP-DSC-006"})
    void whatAPeerKeepsHasATextToo() throws Exception {
        assertArrayEquals(named("漢字 🎲"), peered(600, named("漢字 🎲")));
        assertEquals("漢字 🎲, 203.0.113.9:443", shown());

        assertEquals(0, peered(600).length);
        assertEquals("漢字 🎲, 203.0.113.9:443", shown());
        // It only asks, and calls nothing anything.
        assertEquals(0, peered(0, named("b")).length);
        assertArrayEquals(named("b"), peered(600, named("b")));
        assertEquals("b, 203.0.113.9:443", shown());
        assertArrayEquals(named(""), peered(600, named("")));
        assertEquals("203.0.113.9:443", shown());
    }

    @Test
    @Conformance("PCP-DSC-004")
    void a128OctetsAreKept() throws Exception {
        String longest = "ü".repeat(64);

        assertArrayEquals(named(longest), answered(named(longest)));
        assertEquals(longest, shown());
    }

    @ParameterizedTest
    @ValueSource(strings = {"c0af", "610062", "ff", "e6bc", "eda080"})
    @Conformance({"PCP-DSC-005", "PCP-DSC-002"})
    void whatIsNoTextIsIgnoredAndTheMappingIsMade(String octets) throws Exception {
        answered(named("before"));

        assertEquals(0, answered(option(DESCRIPTION, HexFormat.of().parseHex(octets))).length);

        assertEquals("before", shown());
    }

    @Test
    void aTextThatIsLongerThanAllowedIsIgnored() throws Exception {
        assertEquals(0, answered(named("x".repeat(1017))).length);
    }

    @Test
    @Conformance("PCP-DSC-007")
    void whatWouldChangeHowAPageReadsIsTakenOut() throws Exception {
        assertArrayEquals(named("evil<b>txt"), answered(named("evil\u202e\n<b>\u0007txt ")));
        assertEquals("evil<b>txt", shown());
    }

    @Test
    @Conformance("PCP-OPT-007")
    void twoTextsAreMalformed() throws Exception {
        client.ask(6, request(named("a"), named("a")));
    }

    @Test
    @Conformance({"PCP-OPT-010", "PCP-OPT-012"})
    void whereItDoesNotFitItIsPassedOver() throws Exception {
        byte[] answer = client.ask(SUCCESS, join(announce(client.ip), named("a")));
        assertEquals(24, answer.length);

        byte[] deletion = map(client.ip, NONCE, UDP, PORT, 0, NO_PORT, ANY_IPV4, named("a"));
        assertEquals(MAP_LENGTH, client.ask(SUCCESS, deletion).length);
    }

    @Test
    @Conformance({"PCP-RSP-010", "PCP-RSP-009"})
    void aRequestWhoseAnswerWouldBeTooLongIsMalformedAndMakesNothing() throws Exception {
        // U+0378 is nobody's: two octets that are kept as three.
        byte[] text = named("\u0378".repeat(42));
        byte[] host = option(3, ByteBuffer.allocate(20).put(4, mapped("203.0.113.9")).array());
        host[5] = (byte) 128;
        byte[] filters = join(Collections.nCopies(39, host).toArray(byte[][]::new));

        client.ask(3, request(text, filters));

        assertTrue(node.mappingsOf(client.ip).isEmpty());
    }

    @Test
    void theTextOfAStaticForwardIsStaffsToChoose() throws Exception {
        var tuple = InternalTuple.of(UDP, Ipv4.of(client.ip), PORT);
        var draft = new ReservationDraft(tuple, OptionalInt.empty(), 999, "by staff");
        node.reservations()
                .create(draft, Resolution.REFUSE, "ada")
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);

        byte[] answer = client.ask(SUCCESS, request(named("mine")));

        assertEquals(999, u16(answer, EXTERNAL_PORT));
        assertEquals(MAP_LENGTH, answer.length);
        assertEquals("by staff", shown());
    }
}
