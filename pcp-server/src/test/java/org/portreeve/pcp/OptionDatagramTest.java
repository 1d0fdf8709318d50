package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.portreeve.pcp.RawRequest.ANY_IPV4;
import static org.portreeve.pcp.RawRequest.DATA;
import static org.portreeve.pcp.RawRequest.LIFETIME;
import static org.portreeve.pcp.RawRequest.MAP_LENGTH;
import static org.portreeve.pcp.RawRequest.RESERVED;
import static org.portreeve.pcp.RawRequest.RESULT;
import static org.portreeve.pcp.RawRequest.TCP;
import static org.portreeve.pcp.RawRequest.announce;
import static org.portreeve.pcp.RawRequest.join;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.option;
import static org.portreeve.pcp.RawRequest.preferFailure;
import static org.portreeve.pcp.RawRequest.slice;
import static org.portreeve.pcp.RawRequest.u32;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.testkit.Conformance;

/** Options from the outside (RFC 6887 §7.3): raw octets over real sockets. */
class OptionDatagramTest {
    private static final int NONCE = 1;
    private static final int SUCCESS = 0;
    private static final int UNSUPP_OPTION = 5;
    private static final int MALFORMED_OPTION = 6;
    private static final long LONG_ERROR = 1800;
    private static final int FIRST_PORT = 5000;

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
        client = node.client("127.6.0." + ++subscribers);
    }

    @AfterEach
    void close() {
        client.close();
    }

    /** A MAP that suggests a port which is nobody else's. */
    private byte[] request(byte[]... options) {
        return request(600, options);
    }

    private byte[] request(long lifetimeSeconds, byte[]... options) {
        int port = FIRST_PORT + subscribers;
        return map(client.ip, NONCE, TCP, 80, lifetimeSeconds, port, ANY_IPV4, options);
    }

    private void assertEchoed(byte[] options, byte[] request) throws Exception {
        byte[] answer = client.ask(SUCCESS, request);

        assertArrayEquals(options, slice(answer, MAP_LENGTH, answer.length));
    }

    @Test
    @Conformance({"PCP-HDR-006", "PCP-OPT-002"})
    void optionsBeginRightAfterTheOpcodeData() throws Exception {
        assertEchoed(preferFailure(), request(preferFailure()));
        client.ask(MALFORMED_OPTION, request(new byte[] {0, 0, 0, (byte) 0xff}, preferFailure()));
    }

    @Test
    @Conformance("PCP-HDR-005")
    void bothAllZeroAddressesInsistOnNone() throws Exception {
        int port = FIRST_PORT + subscribers;
        for (byte[] any : new byte[][] {ANY_IPV4, new byte[16]}) {
            client.ask(SUCCESS, map(client.ip, NONCE, TCP, 80, 600, port, any, preferFailure()));
        }
        byte[] other = ANY_IPV4.clone();
        other[0] = 0x20;
        client.ask(11, map(client.ip, NONCE, TCP, 80, 600, port, other, preferFailure()));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4, 5, 7, 8})
    @Conformance({"PCP-OPT-001", "PCP-OPT-009", "PCP-RSP-005"})
    void anOptionIsFollowedByItsPadding(int dataOctets) throws Exception {
        byte[] unknown = option(200, new byte[dataOctets]);

        assertEchoed(preferFailure(), request(unknown, preferFailure()));
        assertEchoed(preferFailure(), request(preferFailure(), unknown));
    }

    @Test
    @Conformance("PCP-OPT-001")
    void theReservedOctetIsIgnoredAndSentAsZero() throws Exception {
        assertEchoed(preferFailure(), request(new byte[] {2, (byte) 0xff, 0, 0}));
    }

    @ParameterizedTest
    @ValueSource(ints = {131, 129, 200, 254})
    @Conformance({"PCP-OPT-003", "PCP-OPT-009"})
    void anUnknownOptionalOptionIsPassedOver(int code) throws Exception {
        assertEchoed(new byte[0], request(option(code, (byte) 1)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 60, 126})
    @Conformance({"PCP-OPT-003", "PCP-OPT-004"})
    void anUnknownMandatoryOptionIsNotSupported(int code) throws Exception {
        byte[] answer = client.ask(UNSUPP_OPTION, request(option(code)));

        assertEquals(LONG_ERROR, u32(answer, LIFETIME));
        assertArrayEquals(new byte[12], slice(answer, RESERVED, DATA));
    }

    @Test
    @Conformance("PCP-OPT-011")
    void reservedCodesAreLikeUnknownOnes() throws Exception {
        client.ask(UNSUPP_OPTION, request(option(0)));
        client.ask(UNSUPP_OPTION, request(option(127)));
        assertEchoed(new byte[0], request(option(255)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 16})
    @Conformance("PCP-OPT-005")
    void dataWhereThereMustBeNoneIsMalformed(int dataOctets) throws Exception {
        byte[] request = request(option(2, new byte[dataOctets]));

        byte[] answer = client.ask(MALFORMED_OPTION, request);

        assertEquals(LONG_ERROR, u32(answer, LIFETIME));
        assertArrayEquals(new byte[12], slice(answer, RESERVED, DATA));
        assertArrayEquals(slice(request, DATA, request.length), slice(answer, DATA, answer.length));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 60, 200})
    @Conformance({"PCP-OPT-006", "PCP-RSP-004", "PCP-RSP-006"})
    void aLengthBeyondTheMessageIsMalformedAndTheAddressStays(int code) throws Exception {
        byte[] request = request(new byte[] {(byte) code, 0, 1, (byte) 0xf4});

        byte[] answer = client.ask(MALFORMED_OPTION, request);

        assertArrayEquals(
                slice(request, RESERVED, request.length), slice(answer, RESERVED, answer.length));
    }

    @Test
    @Conformance("PCP-OPT-007")
    void whatMayStandOnceIsMalformedTwice() throws Exception {
        byte[] between = option(200, (byte) 1);

        client.ask(MALFORMED_OPTION, request(preferFailure(), preferFailure()));
        client.ask(MALFORMED_OPTION, request(preferFailure(), between, preferFailure()));
        assertEchoed(preferFailure(), request(preferFailure(), between, between));
    }

    @Test
    @Conformance({"PCP-OPT-008", "PCP-SRV-009"})
    void theFirstFaultInTheOrderSentIsTheAnswer() throws Exception {
        byte[] unknown = option(60);
        byte[] misfit = option(2, new byte[4]);

        client.ask(UNSUPP_OPTION, request(unknown, misfit));
        client.ask(MALFORMED_OPTION, request(misfit, unknown));
    }

    @Test
    @Conformance("PCP-OPT-006")
    void brokenStructureIsSeenBeforeAnyOptionIsLookedAt() throws Exception {
        client.ask(MALFORMED_OPTION, request(option(60), new byte[] {(byte) 200, 0, 0, 1}));
    }

    @Test
    @Conformance("PCP-OPT-010")
    void anOptionInTheWrongPlaceIsMalformedOrPassedOver() throws Exception {
        client.ask(MALFORMED_OPTION, request(0, preferFailure()));
        client.ask(MALFORMED_OPTION, join(announce(client.ip), preferFailure()));
        assertEquals(DATA, client.ask(SUCCESS, join(announce(client.ip), option(130))).length);
    }

    @Test
    @Conformance("PCP-OPT-012")
    void announceIsReadToItsEnd() throws Exception {
        byte[] prefix64 = option(129, new byte[14]);

        byte[] answer = client.ask(SUCCESS, join(announce(client.ip), prefix64));

        assertEquals(DATA, answer.length);
        assertEquals(UNSUPP_OPTION, client.ask(join(announce(client.ip), option(60)))[RESULT]);
    }
}
