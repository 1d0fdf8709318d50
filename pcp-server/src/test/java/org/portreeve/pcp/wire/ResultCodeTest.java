package org.portreeve.pcp.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.portreeve.testkit.Conformance;

/** Result codes as a later step of a server puts them on the wire. */
class ResultCodeTest {
    @ParameterizedTest
    @CsvSource({
        "UNSUPP_VERSION, 1, 1800",
        "NOT_AUTHORIZED, 2, 1800",
        "MALFORMED_REQUEST, 3, 1800",
        "UNSUPP_OPCODE, 4, 1800",
        "UNSUPP_OPTION, 5, 1800",
        "MALFORMED_OPTION, 6, 1800",
        "NETWORK_FAILURE, 7, 30",
        "NO_RESOURCES, 8, 30",
        "UNSUPP_PROTOCOL, 9, 1800",
        "USER_EX_QUOTA, 10, 30",
        "CANNOT_PROVIDE_EXTERNAL, 11, 30",
        "ADDRESS_MISMATCH, 12, 1800",
        "EXCESSIVE_REMOTE_PEERS, 13, 1800"
    })
    @Conformance({"PCP-RC-001", "PCP-RC-003", "PCP-RC-004", "PCP-RSP-002"})
    void refusalCarriesItsNumberAndUsualLifetime(ResultCode code, int number, long lifetime) {
        byte[] answer = PcpEncoder.octets(accepted().refuse(code, 77));

        assertEquals(number, Exchange.code(answer));
        assertEquals(lifetime, Exchange.lifetime(answer));
    }

    @Test
    void refusalCarriesTheLifetimeOfItsCause() {
        var refused = accepted().refuse(ResultCode.CANNOT_PROVIDE_EXTERNAL, 720, 77);

        assertEquals(720, Exchange.lifetime(PcpEncoder.octets(refused)));
    }

    @ParameterizedTest
    @EnumSource(
            value = ResultCode.class,
            names = {"SUCCESS"},
            mode = EnumSource.Mode.EXCLUDE)
    @Conformance("PCP-RSP-004")
    void onlyARequestThatWasNotParsedKeepsThe96Bits(ResultCode code) {
        byte[] request = Exchange.map("");
        byte[] answer = PcpEncoder.octets(accepted().refuse(code, 77));
        boolean kept = List.of(1, 3).contains(code.number());

        byte[] expected = kept ? Arrays.copyOfRange(request, 12, 24) : new byte[12];
        assertArrayEquals(expected, Arrays.copyOfRange(answer, 12, 24));
    }

    @ParameterizedTest
    @EnumSource(ResultCode.class)
    void everyCodeHasASentenceAndIsFoundByItsNumber(ResultCode code) {
        assertTrue(code.meaning().endsWith("."));
        assertEquals(code, ResultCode.of(code.number()).orElseThrow());
    }

    @Test
    void numbersOfExtensionsHaveNoCode() {
        assertTrue(ResultCode.of(14).isEmpty());
        assertTrue(ResultCode.of(255).isEmpty());
    }

    private static Decoded.Accepted accepted() {
        return (Decoded.Accepted)
                RequestDecoder.decode(Exchange.map(""), Exchange.SOURCE, PcpFeatures.ALL);
    }
}
