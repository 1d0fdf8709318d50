package org.portreeve.pcp.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.portreeve.pcp.wire.Exchange.announce;
import static org.portreeve.pcp.wire.Exchange.answer;
import static org.portreeve.pcp.wire.Exchange.assertCode;
import static org.portreeve.pcp.wire.Exchange.code;
import static org.portreeve.pcp.wire.Exchange.lifetime;
import static org.portreeve.pcp.wire.Exchange.map;
import static org.portreeve.pcp.wire.Exchange.peer;
import static org.portreeve.pcp.wire.Exchange.with;

import java.util.Arrays;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.testkit.Conformance;

/** What a server makes of options; raw octets in, raw octets out (RFC 6887 §7.3, §13). */
class RequestOptionsTest {
    private static final String PREFER_FAILURE = "02 00 00 00";
    private static final String THIRD_PARTY =
            "01 00 00 10  00 00 00 00 00 00 00 00 00 00 ff ff 64 40 09 09";
    private static final String FILTER_X =
            "03 00 00 14  00 78 01 bb  00 00 00 00 00 00 00 00 00 00 ff ff cb 00 71 00";
    private static final String FILTER_NONE =
            "03 00 00 14  00 00 00 00  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00";
    private static final String MAPPED_PREFIX = "00 00 00 00 00 00 00 00 00 00 ff ff";
    private static final String IPV6_PREFIX = "20 01 0d b8 00 00 00 00 00 00 00 00";
    private static final String PORT_SET = "82 00 00 05  00 10 1f 90 00 00 00 00";
    private static final String UNKNOWN_MANDATORY = "3c 00 00 00";
    private static final String UNKNOWN_OPTIONAL = "c8 00 00 00";

    @Test
    @Conformance({"PCP-OPT-001", "PCP-OPT-009"})
    void paddingIsNotPartOfTheLength() {
        assertEchoed(PORT_SET + FILTER_X, map(PORT_SET + FILTER_X));
    }

    @Test
    @Conformance("PCP-OPT-001")
    void reservedOctetOfAnOptionIsIgnoredAndSentAsZero() {
        assertEchoed(PREFER_FAILURE, map("02 ff 00 00"));
    }

    @Test
    @Conformance("PCP-OPT-002")
    void optionWithoutDataIsUnderstood() {
        assertEchoed(PREFER_FAILURE, map(PREFER_FAILURE));
        assertCode(6, map("02 00 00 04 00 00 00 00"));
    }

    @Test
    @Conformance({"PCP-OPT-003", "PCP-OPT-004", "PCP-OPT-009", "PCP-RSP-005"})
    void unknownOptionsAreRefusedWhenMandatoryAndPassedOverWhenNot() {
        assertCode(5, map(UNKNOWN_MANDATORY));
        assertEchoed(PREFER_FAILURE, map(UNKNOWN_OPTIONAL + PREFER_FAILURE));
        assertEchoed("", map("e0 00 00 00"));
        assertCode(5, map("7e 00 00 00"));
    }

    @ParameterizedTest
    @CsvSource({"00, 5", "7f, 5", "ff, 0"})
    @Conformance("PCP-OPT-011")
    void reservedCodesAreUnknownOnes(String number, int code) {
        byte[] answer = answer(map(number + " 00 00 00"));

        assertEquals(code, code(answer));
        assertEquals(code == 0 ? 60 : 64, answer.length);
    }

    @Test
    @Conformance("PCP-OPT-004")
    void optionsThatAreOffAreUnsupported() {
        var without =
                new PcpFeatures(
                        EnumSet.allOf(Opcode.class), EnumSet.of(OptionCode.PREFER_FAILURE), false);

        byte[] answer = answer(map(THIRD_PARTY), without);
        assertEquals(5, code(answer));
        assertEquals(1_800, lifetime(answer));
        assertEquals(5, code(answer(map(FILTER_X), without)));
        assertEquals(0, code(answer(map(PREFER_FAILURE), without)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "03 00 00 13  00 78 01 bb  00 00 00 00 00 00 00 00 00 00 ff ff cb 00 71 00",
                "03 00 00 15  00 78 01 bb 00 00 00 00 00 00 00 00 00 00 ff ff cb 00 71 00 00000000",
                "01 00 00 0c  00 00 00 00 00 00 ff ff 64 40 09 09",
                "01 00 00 14  00 00 00 00 00 00 00 00 00 00 ff ff 64 40 09 09 00 00 00 00",
                "01 00 00 00"
            })
    @Conformance({"PCP-OPT-005", "PCP-TP-001", "PCP-FLT-001"})
    void wrongLengthsAreMalformed(String option) {
        byte[] answer = answer(map(option));

        assertEquals(6, code(answer));
        assertArrayEquals(new byte[12], Arrays.copyOfRange(answer, 12, 24));
    }

    @ParameterizedTest
    @ValueSource(strings = {"02 00 01 f4", "c8 00 01 f4", "3c 00 ff ff", "c8 00 00 01"})
    @Conformance({"PCP-OPT-006", "PCP-RSP-004"})
    void lengthBeyondTheMessageIsMalformedAndTheAddressStays(String option) {
        byte[] request = map(option);

        byte[] answer = answer(request);

        assertEquals(6, code(answer));
        assertArrayEquals(Arrays.copyOfRange(request, 12, 24), Arrays.copyOfRange(answer, 12, 24));
    }

    @Test
    @Conformance({"PCP-OPT-006", "PCP-SRV-009"})
    void brokenStructureIsFoundBeforeAnyOptionIsLookedAt() {
        assertCode(6, map(UNKNOWN_MANDATORY + "c8 00 00 01"));
        assertCode(5, map(UNKNOWN_MANDATORY + "c8 00 00 00"));
    }

    @ParameterizedTest
    @ValueSource(strings = {THIRD_PARTY, PREFER_FAILURE})
    @Conformance({"PCP-OPT-007", "PCP-TP-001"})
    void optionsThatMayStandOnceAreMalformedTwice(String option) {
        assertCode(0, map(option));
        assertCode(6, map(option + option));
        assertCode(6, map(option + UNKNOWN_OPTIONAL + option));
    }

    @Test
    @Conformance({"PCP-OPT-008", "PCP-FLT-001", "PCP-FLT-010", "PCP-RSP-005"})
    void optionsKeepTheirOrder() {
        assertEchoed(FILTER_NONE + FILTER_X, map(FILTER_NONE + FILTER_X));
        assertEchoed(FILTER_X + FILTER_NONE + FILTER_X, map(FILTER_X + FILTER_NONE + FILTER_X));
    }

    @Test
    @Conformance({"PCP-OPT-008", "PCP-SRV-009"})
    void theFirstFaultInTheOrderSentIsTheAnswer() {
        byte[] noPort = with(map(PREFER_FAILURE + UNKNOWN_MANDATORY), 42, "00 00");

        assertCode(6, noPort);
        assertCode(5, with(map(UNKNOWN_MANDATORY + PREFER_FAILURE), 42, "00 00"));
        assertCode(5, map(PREFER_FAILURE + UNKNOWN_MANDATORY));
    }

    @Test
    @Conformance({"PCP-OPT-010", "PCP-FLT-001"})
    void optionsInTheWrongPlaceAreMalformed() {
        assertCode(6, peer(FILTER_X));
        assertCode(6, announce(THIRD_PARTY));
        assertCode(6, announce(FILTER_X));
        assertCode(6, announce(PREFER_FAILURE));
        assertCode(6, withLifetimeZero(map(PREFER_FAILURE)));
        assertCode(6, withLifetimeZero(map(FILTER_X)));
        assertCode(0, withLifetimeZero(map(THIRD_PARTY)));
    }

    @Test
    @Conformance({"PCP-OPT-010", "PCP-PEER-009", "PCP-RSP-004"})
    void preferFailureInPeerMakesTheRequestMalformed() {
        byte[] request = peer(PREFER_FAILURE);

        byte[] answer = answer(request);

        assertEquals(3, code(answer));
        assertEquals(1_800, lifetime(answer));
        assertArrayEquals(Arrays.copyOfRange(request, 12, 24), Arrays.copyOfRange(answer, 12, 24));
    }

    @Test
    @Conformance({"PCP-OPT-010", "PCP-OPT-012"})
    void optionalOptionsInTheWrongPlaceArePassedOver() {
        assertEquals(80, answer(peer(PORT_SET)).length);
        assertCode(0, peer(PORT_SET));
        assertArrayEquals(answer(announce("")), answer(announce("81 00 00 02 00 00 00 00")));
    }

    @Test
    @Conformance("PCP-TP-001")
    void thirdPartyIsForMapAndPeer() {
        assertEchoed(THIRD_PARTY, map(THIRD_PARTY));
        byte[] answer = answer(peer(THIRD_PARTY));
        assertArrayEquals(Vectors.hex(THIRD_PARTY), tail(answer, 80));
    }

    @Test
    @Conformance("PCP-TP-004")
    void nobodyIsAThirdPartyToItself() {
        assertCode(3, map(THIRD_PARTY.replace("64 40 09 09", "64 40 00 07")));
    }

    @Test
    @Conformance("PCP-PF-002")
    void preferFailureNeedsASuggestedPort() {
        assertCode(6, with(map(PREFER_FAILURE), 42, "00 00"));
        assertCode(0, with(map(""), 42, "00 00"));
    }

    @ParameterizedTest
    @CsvSource({"00, 0", "01, 6", "5f, 6", "60, 0", "78, 0", "80, 0", "81, 6", "ff, 6"})
    @Conformance("PCP-FLT-002")
    void prefixLengthsOfIpv4CountTheMappedPrefix(String prefixLength, int code) {
        assertCode(code, map(FILTER_X.replace("78", prefixLength)));
    }

    @ParameterizedTest
    @CsvSource({"00, 0", "01, 0", "5f, 0", "80, 0", "81, 6"})
    @Conformance("PCP-FLT-002")
    void prefixLengthsOfIpv6CountFromTheFirstBit(String prefixLength, int code) {
        String filter6 = FILTER_X.replace(MAPPED_PREFIX, IPV6_PREFIX).replace("78", prefixLength);
        String thirdParty6 = THIRD_PARTY.replace(MAPPED_PREFIX, IPV6_PREFIX);

        assertCode(code, map(thirdParty6 + filter6));
    }

    @Test
    @Conformance("PCP-FLT-009")
    void filterHasTheFamilyOfTheInternalHost() {
        String filter6 = FILTER_X.replace(MAPPED_PREFIX, IPV6_PREFIX);
        String thirdParty6 = THIRD_PARTY.replace(MAPPED_PREFIX, IPV6_PREFIX);

        assertCode(6, map(filter6));
        assertCode(0, map(thirdParty6 + filter6));
        assertCode(0, map(filter6 + thirdParty6));
        assertCode(6, map(thirdParty6 + FILTER_X));
    }

    @Test
    @Conformance("PCP-FLT-008")
    void oneBadFilterFailsTheWholeRequest() {
        assertCode(6, map(FILTER_X + FILTER_X + FILTER_X.replace("78", "5f")));
    }

    @Test
    @Conformance({"PCP-RSP-006", "PCP-RSP-004"})
    void errorBringsTheWholeRequestBack() {
        byte[] request = map(UNKNOWN_OPTIONAL + FILTER_X + UNKNOWN_MANDATORY);

        byte[] answer = answer(request);

        assertEquals(5, code(answer));
        assertArrayEquals(new byte[12], Arrays.copyOfRange(answer, 12, 24));
        assertArrayEquals(tail(request, 24), tail(answer, 24));
    }

    @Test
    @Conformance({"PCP-RSP-001", "PCP-RSP-003"})
    void successAndErrorCarryTheEpochAtTheSamePlace() {
        byte[] epoch = Vectors.hex("01 02 03 04");

        assertArrayEquals(epoch, Arrays.copyOfRange(answer(map("")), 8, 12));
        assertArrayEquals(epoch, Arrays.copyOfRange(answer(map(UNKNOWN_MANDATORY)), 8, 12));
    }

    /** Asserts a success whose options are exactly these. */
    private static void assertEchoed(String options, byte[] request) {
        byte[] answer = answer(request);
        assertEquals(0, code(answer));
        assertArrayEquals(Vectors.hex(options), tail(answer, 60));
    }

    private static byte[] withLifetimeZero(byte[] request) {
        return with(request, 4, "00 00 00 00");
    }

    private static byte[] tail(byte[] message, int from) {
        return Arrays.copyOfRange(message, from, message.length);
    }
}
