package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.pcp.RawRequest.ANY_IPV4;
import static org.portreeve.pcp.RawRequest.MAP_LENGTH;
import static org.portreeve.pcp.RawRequest.NO_PORT;
import static org.portreeve.pcp.RawRequest.UDP;
import static org.portreeve.pcp.RawRequest.join;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.mapped;
import static org.portreeve.pcp.RawRequest.option;
import static org.portreeve.pcp.RawRequest.slice;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.control.policy.MapPolicy;
import org.portreeve.control.policy.NoncePolicy;
import org.portreeve.nat.Prefix;
import org.portreeve.pcp.wire.PcpOption.Prefix64;
import org.portreeve.testkit.Conformance;

/** PREFIX64 from the outside: raw octets of requests and answers (RFC 7225). */
class Prefix64OptionTest {
    private static final String CLIENT = "127.12.0.1";
    private static final int NONCE = 1;
    private static final int SUCCESS = 0;
    private static final int ANNOUNCE_LENGTH = 24;
    private static final Prefix64 WELL_KNOWN = new Prefix64(12, 0x0064_ff9bL << 32, 0, List.of());
    private static final Prefix64 OWN = new Prefix64(5, 0x2001_0db8_0100_0000L, 0, List.of());
    private static final Prefix64 SOME =
            new Prefix64(
                    8,
                    0x2001_0db8_0000_0064L,
                    0,
                    List.of(Prefix.of("192.0.2.0/24"), Prefix.of("198.51.100.0/25")));

    private PcpNode node;
    private RawClient client;

    @BeforeEach
    void start() throws Exception {
        node = PcpNode.on("127.0.0.1");
        client = node.client(CLIENT);
    }

    @AfterEach
    void stop() {
        client.close();
        node.close();
    }

    /** What a client asks with: prefix ::/96. */
    private static byte[] wanted() {
        return prefix64("000c" + "00".repeat(12));
    }

    private static byte[] prefix64(String hex) {
        return option(129, HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    private byte[] answered(long lifetimeSeconds, byte[]... options) throws Exception {
        byte[] request = map(CLIENT, NONCE, UDP, 80, lifetimeSeconds, NO_PORT, ANY_IPV4, options);
        byte[] answer = client.ask(SUCCESS, request);
        return slice(answer, MAP_LENGTH, answer.length);
    }

    @Test
    @Conformance("PCP-P64-003")
    void withoutAPrefixTheOptionIsNeverSent() throws Exception {
        assertEquals(0, answered(600, wanted()).length);
        assertEquals(0, answered(0, wanted()).length);
        node.use(new Nat64Prefixes(List.of(), true));
        assertEquals(0, answered(600, wanted()).length);
    }

    @Test
    @Conformance({"PCP-P64-001", "PCP-P64-002", "PCP-P64-005"})
    void prefixesAreToldThoseForSomeDestinationsFirst() throws Exception {
        node.use(new Nat64Prefixes(List.of(WELL_KNOWN, SOME, OWN), false));

        byte[] expected =
                join(
                        prefix64(
                                "0008 20010db800000064 00000000"
                                        + " 0002 0018 c0000200 0019 c6336400"),
                        prefix64("000c 0064ff9b00000000 00000000"),
                        prefix64("0005 20010db801000000 00000000"));
        assertArrayEquals(expected, answered(600, wanted()));
        assertArrayEquals(expected, answered(600, wanted()));
        assertEquals(0, answered(600).length);
    }

    @Test
    @Conformance("PCP-P64-004")
    void prefixesAreToldUnaskedWhereThatIsWanted() throws Exception {
        node.use(new Nat64Prefixes(List.of(WELL_KNOWN), true));

        assertArrayEquals(prefix64("000c 0064ff9b00000000 00000000"), answered(600));
        assertArrayEquals(prefix64("000c 0064ff9b00000000 00000000"), answered(600, wanted()));
    }

    private static byte[] announce(byte[]... options) {
        return join(RawRequest.announce(CLIENT), join(options));
    }

    private byte[] announced(byte[]... options) throws Exception {
        byte[] answer = client.ask(SUCCESS, announce(options));
        return slice(answer, ANNOUNCE_LENGTH, answer.length);
    }

    @Test
    @Conformance({"PCP-P64-001", "PCP-P64-003", "PCP-P64-004"})
    void announceIsAnsweredWithThePrefixesToo() throws Exception {
        assertEquals(0, announced(wanted()).length);
        node.use(new Nat64Prefixes(List.of(WELL_KNOWN), false));
        assertEquals(0, announced().length);
        byte[] told = prefix64("000c 0064ff9b00000000 00000000");
        assertArrayEquals(told, announced(wanted()));

        node.use(new Nat64Prefixes(List.of(WELL_KNOWN), true));

        assertArrayEquals(told, announced());
    }

    @Test
    @Conformance("PCP-P64-006")
    void anotherPrefixIsAnnouncedUnaskedAndNothingElseIs() throws Exception {
        try (var host = ListeningHost.of(2)) {
            node.use(new AnnounceSettings(true, true, 1, 5_000));
            // Instead of what is left of the announcement of the start.
            node.announce();
            while (!host.isSilent(node.address())) {
                // Once.
            }
            node.offerNatPmp(true);
            assertTrue(host.isSilent(node.address()));

            node.use(new Nat64Prefixes(List.of(WELL_KNOWN), false));
            byte[] heard = host.hear(node.address());

            assertArrayEquals(new byte[] {2, (byte) 0x80, 0, 0, 0, 0, 0, 0}, slice(heard, 0, 8));
            assertArrayEquals(
                    prefix64("000c 0064ff9b00000000 00000000"),
                    slice(heard, ANNOUNCE_LENGTH, heard.length));
            node.use(new Nat64Prefixes(List.of(OWN), true));
            byte[] other = host.hear(node.address());
            assertArrayEquals(
                    prefix64("0005 20010db801000000 00000000"),
                    slice(other, ANNOUNCE_LENGTH, other.length));
        }
    }

    @Test
    @Conformance("PCP-P64-002")
    void asManyAreToldAsFit() throws Exception {
        stop();
        var roomy = new MapPolicy(NoncePolicy.STRICT, 64, false, true);
        node = PcpNode.with(PcpNode.config(roomy), PcpServer.TOTAL);
        client = node.client(CLIENT);
        node.use(new Nat64Prefixes(Collections.nCopies(8, OWN), false));
        byte[] host = option(3, ByteBuffer.allocate(20).put(4, mapped("203.0.113.9")).array());
        host[5] = (byte) 128;
        byte[] filters = join(Collections.nCopies(40, host).toArray(byte[][]::new));

        // RFC 6887 §7: 1100 octets, of which 60 are no options; each prefix has 20.
        assertEquals(8 * 20, answered(600, wanted()).length);
        assertEquals(filters.length + 4 * 20, answered(600, filters, wanted()).length);
    }

    @Test
    @Conformance("PCP-P64-002")
    void askingTwiceIsMalformed() throws Exception {
        node.use(new Nat64Prefixes(List.of(OWN), false));

        client.ask(6, map(CLIENT, NONCE, UDP, 80, 600, NO_PORT, ANY_IPV4, wanted(), wanted()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "000c",
                "000b 0000000000000000 00000000",
                "000c 0000000000000000 000000",
                "000c 0000000000000000 00000000 0001",
                "000c 0000000000000000 00000000 0001 0021 c0000200",
                "000c 0000000000000000 00000000 0001 0018 c0000201"
            })
    void whatIsNoPrefixIsPassedOver(String data) throws Exception {
        node.use(new Nat64Prefixes(List.of(OWN), false));

        assertEquals(0, answered(600, prefix64(data)).length);
    }
}
