package org.portreeve.pcp.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client makes of datagrams from its server (RFC 6887 §8.3). */
class ResponseDecoderTest {
    private static final byte[] GRANTED = Vectors.octets("map-response-granted");

    @ParameterizedTest
    @CsvSource({
        "3, TOO_SHORT",
        "4, BAD_LENGTH",
        "23, BAD_LENGTH",
        "24, BAD_LENGTH",
        "56, BAD_LENGTH",
        "61, BAD_LENGTH",
        "1104, BAD_LENGTH",
        "64, BROKEN_OPTIONS"
    })
    void impossibleLengthsAreIgnored(int lengthBytes, DecodedResponse.Reason reason) {
        assertIgnored(reason, Arrays.copyOf(GRANTED, lengthBytes));
    }

    @Test
    void requestsAndForeignVersionsAreIgnored() {
        assertIgnored(DecodedResponse.Reason.NOT_A_RESPONSE, Exchange.map(""));
        assertIgnored(
                DecodedResponse.Reason.UNKNOWN_VERSION, Exchange.with(GRANTED, 0, "03 81 00 00"));
        assertIgnored(
                DecodedResponse.Reason.UNKNOWN_OPCODE, Exchange.with(GRANTED, 0, "02 b2 00 00"));
    }

    @Test
    void natPmpServersAreUnderstoodWhenTheyRefuseOurVersion() {
        byte[] natPmp = Vectors.hex("00 81 00 01 00 00 00 4d");

        assertEquals(new DecodedResponse.VersionRefused(0, 1), ResponseDecoder.decode(natPmp));
    }

    @Test
    void optionsThatAClientDoesNotKnowArePassedOverEvenMandatoryOnes() {
        byte[] unknown = Vectors.hex("3c 00 00 04 01 02 03 04 02 00 00 04 00 00 00 00");
        byte[] answer = Exchange.joined(Arrays.copyOf(GRANTED, 60), unknown);

        var response = (PcpResponse.MapResponse) accepted(answer);

        assertEquals(List.of(), response.options());
    }

    @Test
    void codesOfExtensionsAreErrorsWithoutAName() {
        byte[] error = Exchange.with(GRANTED, 3, "17");

        var response = (PcpResponse.ErrorResponse) accepted(error);

        assertEquals(23, response.resultNumber());
        assertTrue(response.resultCode().isEmpty());
    }

    @ParameterizedTest
    @CsvSource({"24", "35", "36", "40", "41"})
    void errorIsOfTheRequestWithTheSameNonceProtocolAndPort(int offset) {
        byte[] octets = Exchange.map("");
        PcpRequest request = request(octets);
        byte[] other = octets.clone();
        other[offset] ^= 1;

        assertTrue(RequestEcho.of(octets).isOf(request));
        assertTrue(RequestEcho.of(Exchange.with(octets, 42, "00 01")).isOf(request));
        assertFalse(RequestEcho.of(other).isOf(request));
        assertFalse(RequestEcho.of(Exchange.with(octets, 1, "02")).isOf(request));
        assertFalse(RequestEcho.of(Arrays.copyOf(octets, 24)).isOf(request));
    }

    @ParameterizedTest
    @CsvSource({"24", "36", "41", "61", "64", "79"})
    void errorOfPeerIsOfTheRequestWithTheSameRemotePeer(int offset) {
        byte[] octets = Exchange.peer("");
        PcpRequest request = request(octets);
        byte[] other = octets.clone();
        other[offset] ^= 1;

        assertTrue(RequestEcho.of(octets).isOf(request));
        assertFalse(RequestEcho.of(other).isOf(request));
    }

    private static PcpRequest request(byte[] octets) {
        Decoded decoded = RequestDecoder.decode(octets, Exchange.SOURCE, PcpFeatures.ALL);
        return assertInstanceOf(Decoded.Accepted.class, decoded).request();
    }

    private static PcpResponse accepted(byte[] octets) {
        DecodedResponse decoded = ResponseDecoder.decode(octets);
        return assertInstanceOf(DecodedResponse.Accepted.class, decoded).response();
    }

    private static void assertIgnored(DecodedResponse.Reason reason, byte[] octets) {
        assertEquals(new DecodedResponse.Ignored(reason), ResponseDecoder.decode(octets));
    }
}
