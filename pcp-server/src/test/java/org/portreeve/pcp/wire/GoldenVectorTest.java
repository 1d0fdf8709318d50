package org.portreeve.pcp.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.control.Nonce;
import org.portreeve.nat.Ipv4;
import org.portreeve.testkit.Conformance;

/** Messages written down by hand from the figures of RFC 6887 §7, §11 to §14. */
class GoldenVectorTest {
    private static final byte UNWRITTEN = (byte) 0xa5;

    private static final PcpAddress CLIENT = ip("100.64.0.7");
    private static final PcpAddress POOL = ip("198.51.100.9");
    private static final PcpAddress CLIENT6 = new PcpAddress(0x2001_0db8_0000_0000L, 7);
    private static final PcpAddress REMOTE6 = new PcpAddress(0x2001_0db8_ffff_0000L, 1);
    private static final Nonce NONCE_A = new Nonce(0xa1a2_a3a4_a5a6_a7a8L, 0xa9aa_abac);
    private static final Nonce NONCE_0 = new Nonce(0x0001_0203_0405_0607L, 0x0809_0a0b);
    private static final Nonce NONCE_F = new Nonce(0xfffe_fdfc_fbfa_f9f8L, 0xf7f6_f5f4);
    private static final Nonce NONCE_1 = new Nonce(0x1011_1213_1415_1617L, 0x1819_1a1b);

    static Stream<Arguments> requests() {
        return Stream.of(
                Arguments.of("announce-request", new PcpRequest.AnnounceRequest(CLIENT, 0)),
                Arguments.of("map-request-tcp-8080", map8080()),
                Arguments.of("map-request-prefer-failure", mapPreferFailure()),
                Arguments.of("map-request-third-party-two-filters", mapThirdParty()),
                Arguments.of("map-request-port-set", mapSet(100)),
                Arguments.of("peer-request-udp-ipv6", peer6()));
    }

    static Stream<Arguments> responses() {
        var accepted = new Decoded.Accepted(map8080(), echo("map-request-tcp-8080"));
        var natPmp = new Decoded.Refused(ResultCode.UNSUPP_VERSION, RequestEcho.of(new byte[2]));
        var filter = new PcpOption.Filter(128, 0, ip("203.0.113.5"));
        return Stream.of(
                Arguments.of(
                        "announce-response-after-restart", new PcpResponse.AnnounceResponse(5)),
                Arguments.of(
                        "map-response-granted",
                        map8080()
                                .withOptions(List.of(filter))
                                .granted(3_600, 20_080, POOL, 0x0102_0304)),
                Arguments.of(
                        "map-response-static-forever",
                        mapPreferFailure().granted(0xffff_ffffL, 9_308, POOL, 0xffff_ffffL)),
                Arguments.of(
                        "map-response-port-set",
                        mapSet(32).granted(3_600, 37_056, POOL, 0x0102_0304)),
                Arguments.of(
                        "map-error-user-ex-quota", accepted.refuse(ResultCode.USER_EX_QUOTA, 77)),
                Arguments.of(
                        "map-error-malformed-request",
                        accepted.refuse(ResultCode.MALFORMED_REQUEST, 77)),
                Arguments.of("peer-response-granted", peer6().granted(600, 5_060, CLIENT6, 77)),
                Arguments.of("error-unsupp-version-of-nat-pmp-request", natPmp.answer(77)));
    }

    private static PcpRequest.MapRequest mapSet(int size) {
        return new PcpRequest.MapRequest(
                CLIENT,
                3_600,
                NONCE_0,
                17,
                50_000,
                0,
                PcpAddress.ANY_IPV4,
                List.of(new PcpOption.PortSet(size, 50_000, true)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("requests")
    @Conformance({"PCP-NET-005", "PCP-MAP-001", "PCP-PEER-001", "PCP-FLT-001", "PCP-PS-001"})
    void requestIsWrittenOctetForOctet(String name, PcpRequest request) {
        byte[] expected = Vectors.octets(name);

        assertEquals(expected.length, PcpEncoder.lengthBytes(request));
        assertWritten(expected, octets -> PcpEncoder.encode(request, octets));
        assertArrayEquals(expected, PcpEncoder.octets(request));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("requests")
    @Conformance({"PCP-HDR-003", "PCP-MAP-001", "PCP-PEER-001", "PCP-FLT-001"})
    void requestIsReadFromItsOctets(String name, PcpRequest request) {
        Decoded decoded =
                RequestDecoder.decode(
                        Vectors.octets(name), request.clientAddress(), PcpFeatures.ALL);

        assertEquals(new Decoded.Accepted(request, echo(name)), decoded);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("responses")
    @Conformance({
        "PCP-RSP-001",
        "PCP-RSP-002",
        "PCP-MAP-001",
        "PCP-MAP-002",
        "PCP-MAP-003",
        "PCP-MAP-004",
        "PCP-PEER-002",
        "PCP-FLT-010",
        "PCP-ANN-001"
    })
    void responseIsWrittenOctetForOctet(String name, PcpResponse response) {
        byte[] expected = Vectors.octets(name);

        assertEquals(expected.length, PcpEncoder.lengthBytes(response));
        assertWritten(expected, octets -> PcpEncoder.encode(response, octets));
        assertArrayEquals(expected, PcpEncoder.octets(response));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("responses")
    void responseIsReadFromItsOctets(String name, PcpResponse response) {
        DecodedResponse expected =
                response.resultNumber() == ResultCode.UNSUPP_VERSION.number()
                        ? new DecodedResponse.VersionRefused(2, 0)
                        : new DecodedResponse.Accepted(response);

        assertEquals(expected, ResponseDecoder.decode(Vectors.octets(name)));
    }

    /** Writes into octets that are all 0xa5, so that a forgotten one shows, and not beyond. */
    private static void assertWritten(byte[] expected, Consumer<ByteBuffer> encode) {
        byte[] octets = new byte[expected.length + 8];
        Arrays.fill(octets, UNWRITTEN);
        ByteBuffer buffer = ByteBuffer.wrap(octets).position(4);

        encode.accept(buffer);

        byte[] framed = new byte[octets.length];
        Arrays.fill(framed, UNWRITTEN);
        System.arraycopy(expected, 0, framed, 4, expected.length);
        assertArrayEquals(framed, octets);
        assertEquals(4 + expected.length, buffer.position());
    }

    private static PcpRequest.MapRequest map8080() {
        return new PcpRequest.MapRequest(
                CLIENT, 3_600, NONCE_A, 6, 8_080, 8_080, PcpAddress.ANY_IPV4, List.of());
    }

    private static PcpRequest.MapRequest mapPreferFailure() {
        return new PcpRequest.MapRequest(
                CLIENT,
                0xffff_ffffL,
                NONCE_0,
                17,
                9_308,
                9_308,
                POOL,
                List.of(new PcpOption.PreferFailure()));
    }

    private static PcpRequest.MapRequest mapThirdParty() {
        return new PcpRequest.MapRequest(
                CLIENT,
                120,
                NONCE_F,
                6,
                50_000,
                0,
                PcpAddress.ANY_IPV6,
                List.of(
                        new PcpOption.ThirdParty(ip("100.64.9.9")),
                        new PcpOption.Filter(0, 0, PcpAddress.ANY_IPV6),
                        new PcpOption.Filter(120, 443, ip("203.0.113.0"))));
    }

    private static PcpRequest.PeerRequest peer6() {
        return new PcpRequest.PeerRequest(
                CLIENT6,
                600,
                NONCE_1,
                17,
                5_060,
                0,
                PcpAddress.ANY_IPV6,
                5_061,
                REMOTE6,
                List.of());
    }

    private static RequestEcho echo(String name) {
        return RequestEcho.of(Vectors.octets(name));
    }

    private static PcpAddress ip(String text) {
        return PcpAddress.ofIpv4(Ipv4.of(text));
    }
}
