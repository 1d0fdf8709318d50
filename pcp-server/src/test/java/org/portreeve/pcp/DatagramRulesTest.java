package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.portreeve.pcp.RawRequest.DATA;
import static org.portreeve.pcp.RawRequest.LIFETIME;
import static org.portreeve.pcp.RawRequest.RESERVED;
import static org.portreeve.pcp.RawRequest.RESULT;
import static org.portreeve.pcp.RawRequest.TCP;
import static org.portreeve.pcp.RawRequest.UDP;
import static org.portreeve.pcp.RawRequest.announce;
import static org.portreeve.pcp.RawRequest.header;
import static org.portreeve.pcp.RawRequest.join;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.mapped;
import static org.portreeve.pcp.RawRequest.option;
import static org.portreeve.pcp.RawRequest.slice;
import static org.portreeve.pcp.RawRequest.u32;

import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.testkit.Conformance;

/** What is answered and what is not, in the order of RFC 6887 §8.2: raw octets, real sockets. */
class DatagramRulesTest {
    private static final String CLIENT = "127.2.0.1";
    private static final long LONG_ERROR = 1800;

    private static PcpNode node;
    private RawClient client;

    @BeforeAll
    static void start() throws Exception {
        node = PcpNode.on("127.0.0.1");
    }

    @AfterAll
    static void stop() throws Exception {
        node.close();
    }

    @BeforeEach
    void open() throws Exception {
        client = node.client(CLIENT);
    }

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    @Conformance({"PCP-SRV-001", "PCP-SRV-002", "PCP-SRV-004"})
    void whatIsNoRequestIsNotAnswered() throws Exception {
        client.assertSilence(new byte[0]);
        client.assertSilence(new byte[] {2});
        client.assertSilence(Arrays.copyOf(announce(CLIENT), 23));
        for (int version : new int[] {0, 1, 2, 9}) {
            byte[] response = announce(CLIENT);
            response[0] = (byte) version;
            response[1] = (byte) 0x80;
            client.assertSilence(response);
        }
    }

    @Test
    void whatIsNotAnsweredIsCountedByItsReason() throws Exception {
        long before = node.counters.value(PcpCounter.IGNORED_TOO_SHORT);
        long headersBefore = node.counters.value(PcpCounter.IGNORED_HEADER_CUT_SHORT);

        client.assertSilence(new byte[] {2});
        client.assertSilence(Arrays.copyOf(announce(CLIENT), 23));

        assertEquals(before + 1, node.counters.value(PcpCounter.IGNORED_TOO_SHORT));
        assertEquals(headersBefore + 1, node.counters.value(PcpCounter.IGNORED_HEADER_CUT_SHORT));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 9, 255})
    @Conformance({
        "PCP-SRV-003",
        "PCP-VER-001",
        "PCP-VER-002",
        "PCP-VER-003",
        "PCP-VER-004",
        "PCP-RSP-008"
    })
    void anotherVersionIsRefusedNamingOurs(int version) throws Exception {
        byte[] answer = client.ask(new byte[] {(byte) version, 0x31});

        assertEquals(24, answer.length);
        assertArrayEquals(new byte[] {2, (byte) 0xb1, 0, 1}, slice(answer, 0, LIFETIME));
        assertEquals(LONG_ERROR, u32(answer, LIFETIME));
    }

    @ParameterizedTest
    @ValueSource(ints = {1101, 1104, 1300, 9000})
    @Conformance({"PCP-SRV-006", "PCP-NET-006", "PCP-RSP-004"})
    void anOversizedMessageIsMalformedAndCutOff(int length) throws Exception {
        byte[] request = Arrays.copyOf(map(CLIENT, 1, TCP, 8080, 600), length);
        request[1099] = 7;

        byte[] answer = client.ask(3, request);

        assertEquals(1100, answer.length);
        assertEquals(LONG_ERROR, u32(answer, LIFETIME));
        assertArrayEquals(slice(request, RESERVED, 1100), slice(answer, RESERVED, 1100));
    }

    @ParameterizedTest
    @ValueSource(ints = {24, 56, 57, 61, 62, 63})
    @Conformance({"PCP-SRV-006", "PCP-RSP-006"})
    void aMapOfAnImpossibleLengthIsMalformed(int length) throws Exception {
        byte[] request = Arrays.copyOf(map(CLIENT, 1, TCP, 8080, 600), length);

        byte[] answer = client.ask(3, request);

        assertEquals((length + 3) / 4 * 4, answer.length);
        assertArrayEquals(slice(request, RESERVED, length), slice(answer, RESERVED, length));
    }

    @Test
    @Conformance({"PCP-NET-006", "PCP-RSP-005"})
    void theLongestRequestIsServed() throws Exception {
        byte[] padding = option(200, new byte[1100 - 60 - 4]);
        byte[] request = map(CLIENT, 2, UDP, 4001, 600, 0, RawRequest.ANY_IPV4, padding);
        assertEquals(1100, request.length);

        byte[] answer = client.ask(0, request);

        assertEquals(RawRequest.MAP_LENGTH, answer.length);
    }

    @Test
    @Conformance({"PCP-HDR-003", "PCP-HDR-004"})
    void anIpv4ClientIsAcceptedInItsMappedFormAlone() throws Exception {
        client.ask(0, announce(CLIENT));
        byte[] compatible = announce(CLIENT);
        Arrays.fill(compatible, 18, 20, (byte) 0);

        client.ask(12, compatible);
    }

    @Test
    @Conformance({"PCP-SRV-007", "PCP-HDR-004"})
    void aClientBehindAnotherTranslatorIsToldSo() throws Exception {
        byte[] notMapped = mapped(CLIENT);
        notMapped[0] = 0x20;
        for (byte[] address : new byte[][] {mapped("127.2.0.2"), new byte[16], notMapped}) {
            byte[] request = map(CLIENT, 3, TCP, 4002, 600);
            System.arraycopy(address, 0, request, 8, address.length);

            assertEquals(LONG_ERROR, u32(client.ask(12, request), LIFETIME));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 50, 126, 127})
    @Conformance({"PCP-SRV-008", "PCP-RSP-007", "PCP-RSP-001"})
    void anOperationThatIsNotOfferedIsRefused(int opcode) throws Exception {
        byte[] data = new byte[80];
        Arrays.fill(data, (byte) 0x5a);

        byte[] answer = client.ask(4, join(header(opcode, 600, mapped(CLIENT)), data));

        assertEquals((byte) (0x80 | opcode), answer[1]);
        assertEquals(LONG_ERROR, u32(answer, LIFETIME));
        assertArrayEquals(data, slice(answer, DATA, answer.length));
    }

    @Test
    @Conformance({"PCP-SRV-009", "PCP-OPT-006"})
    void brokenOptionsAreSeenBeforeTheProtocol() throws Exception {
        byte[] broken = {60, 0, 1, (byte) 0xf4};
        byte[] request = join(map(CLIENT, 4, 253, 4003, 600), broken);

        assertEquals(6, client.ask(request)[RESULT]);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 60, 127})
    @Conformance({"PCP-OPT-004", "PCP-OPT-011"})
    void aMandatoryOptionThatIsNotOfferedIsRefused(int code) throws Exception {
        byte[] unknown = option(code, new byte[16]);
        byte[] request = map(CLIENT, 5, TCP, 4004, 600, 0, RawRequest.ANY_IPV4, unknown);

        byte[] answer = client.ask(5, request);

        assertEquals(LONG_ERROR, u32(answer, LIFETIME));
        assertArrayEquals(
                slice(request, DATA, request.length), slice(answer, DATA, request.length));
    }
}
