package org.portreeve.pcp.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.portreeve.pcp.wire.Exchange.answer;
import static org.portreeve.pcp.wire.Exchange.assertCode;
import static org.portreeve.pcp.wire.Exchange.code;
import static org.portreeve.pcp.wire.Exchange.lifetime;
import static org.portreeve.pcp.wire.Exchange.map;
import static org.portreeve.pcp.wire.Exchange.peer;
import static org.portreeve.pcp.wire.Exchange.with;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.testkit.Conformance;

/** What a server makes of headers, lengths, versions and opcodes; raw octets in, raw octets out. */
class RequestHeaderTest {
    private static final byte[] MAP = map("");

    @Test
    @Conformance("PCP-HDR-001")
    void reservedOctetsAreIgnoredAndNotCopied() {
        byte[] answer = answer(with(MAP, 2, "ab cd"));

        assertArrayEquals(Vectors.hex("02 81 00 00"), Arrays.copyOf(answer, 4));
    }

    @Test
    @Conformance("PCP-HDR-002")
    void lifetimeIsUnsigned() {
        assertEquals(0xffff_ffffL, accepted(with(MAP, 4, "ff ff ff ff")).lifetimeSeconds());
        assertEquals(0x0102_0304L, accepted(with(MAP, 4, "01 02 03 04")).lifetimeSeconds());
    }

    @Test
    @Conformance({"PCP-HDR-003", "PCP-SRV-007", "PCP-ANN-003"})
    void anotherClientAddressIsAMismatchForEveryOpcode() {
        assertCode(0, MAP);
        for (byte[] request : new byte[][] {MAP, peer(""), Exchange.announce("")}) {
            byte[] answer = answer(with(request, 23, "08"));
            assertEquals(12, code(answer));
            assertEquals(1_800, lifetime(answer));
        }
        String thirdParty = "01 00 00 10 00 00 00 00 00 00 00 00 00 00 ff ff 64 40 09 09";
        assertCode(12, with(map(thirdParty), 23, "08"));
    }

    @Test
    @Conformance("PCP-HDR-004")
    void mappedMeansThatAll96BitsMatch() {
        assertCode(12, with(MAP, 8, "20 01"));
        assertCode(12, with(MAP, 17, "01"));
        assertCode(12, with(MAP, 18, "00 00"));
    }

    @Test
    @Conformance("PCP-HDR-005")
    void bothAllZeroAddressesMeanNoPreference() {
        var ipv4 = (PcpRequest.MapRequest) accepted(MAP);
        var ipv6 = (PcpRequest.MapRequest) accepted(with(MAP, 54, "00 00"));

        assertEquals(PcpAddress.ANY_IPV4, ipv4.suggestedExternalAddress());
        assertEquals(PcpAddress.ANY_IPV6, ipv6.suggestedExternalAddress());
        assertEquals(true, ipv4.suggestedExternalAddress().isAny());
        assertEquals(true, ipv6.suggestedExternalAddress().isAny());
    }

    @Test
    @Conformance("PCP-HDR-006")
    void optionsBeginRightAfterTheOpcodeData() {
        byte[] answer = answer(map("02 00 00 00"));

        assertEquals(64, answer.length);
        assertEquals(2, answer[60]);
        assertCode(6, map("00 00 00 ff 02 00 00 00"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    @Conformance("PCP-SRV-001")
    void lessThanTwoOctetsGetNoAnswer(int lengthBytes) {
        assertIgnored(Decoded.Reason.TOO_SHORT, Arrays.copyOf(MAP, lengthBytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"02", "09", "00", "01"})
    @Conformance("PCP-SRV-002")
    void responsesGetNoAnswerWhateverTheirVersion(String version) {
        assertIgnored(Decoded.Reason.NOT_A_REQUEST, with(with(MAP, 0, version), 1, "81"));
    }

    @ParameterizedTest
    @CsvSource({"3, 30", "1, 24", "255, 60", "9, 2", "0, 2", "3, 61", "3, 1200"})
    @Conformance({
        "PCP-SRV-003",
        "PCP-VER-001",
        "PCP-VER-002",
        "PCP-VER-004",
        "PCP-RSP-008",
        "PCP-NET-006"
    })
    void otherVersionsAreToldTheNearestOne(int version, int lengthBytes) {
        byte[] request = Arrays.copyOf(MAP, lengthBytes);
        request[0] = (byte) version;

        byte[] answer = answer(request);

        assertArrayEquals(
                Vectors.hex("02 81 00 01 00 00 07 08 01 02 03 04"), Arrays.copyOf(answer, 12));
        int padded = (lengthBytes + 3) / 4 * 4;
        assertEquals(Math.min(1_100, Math.max(24, padded)), answer.length);
    }

    @Test
    @Conformance({"PCP-VER-001", "PCP-VER-002"})
    void versionOneIsRefusedAlsoBesideNatPmp() {
        byte[] answer = answer(with(MAP, 0, "01"), PcpFeatures.ALL);

        assertArrayEquals(Vectors.hex("02 81 00 01"), Arrays.copyOf(answer, 4));
    }

    @Test
    @Conformance("PCP-VER-003")
    void refusalOfVersionZeroIsReadableAsNatPmp() {
        byte[] answer = answer(new byte[] {0, 0});

        assertArrayEquals(Vectors.hex("00 01"), Arrays.copyOfRange(answer, 2, 4));
        assertEquals((byte) 0x80, answer[1]);
    }

    @Test
    @Conformance("PCP-SRV-003")
    void versionZeroIsLeftToNatPmpWhenThatIsOn() {
        byte[] request = {0, 0};

        Decoded decoded = RequestDecoder.decode(request, Exchange.SOURCE, PcpFeatures.ALL);

        assertEquals(new Decoded.NatPmp(), decoded);
    }

    @ParameterizedTest
    @CsvSource({"2, 0", "23, 0", "23, 1", "23, 50"})
    @Conformance("PCP-SRV-004")
    void version2WithoutAWholeHeaderGetsNoAnswer(int lengthBytes, int opcode) {
        byte[] request = Arrays.copyOf(MAP, lengthBytes);
        request[1] = (byte) opcode;

        assertIgnored(Decoded.Reason.HEADER_CUT_SHORT, request);
    }

    @ParameterizedTest
    @CsvSource({
        "1104, 1, 1100",
        "1101, 1, 1100",
        "61, 1, 64",
        "56, 1, 56",
        "24, 1, 24",
        "76, 2, 76",
        "25, 0, 28",
        "65, 50, 68"
    })
    @Conformance({"PCP-SRV-006", "PCP-RSP-004", "PCP-NET-006"})
    void impossibleLengthsAreMalformed(int lengthBytes, int opcode, int answerBytes) {
        byte[] request = Arrays.copyOf(MAP, lengthBytes);
        request[1] = (byte) opcode;

        byte[] answer = answer(request);

        assertEquals(3, code(answer));
        assertEquals(answerBytes, answer.length);
        assertArrayEquals(Arrays.copyOfRange(request, 12, 24), Arrays.copyOfRange(answer, 12, 24));
    }

    @Test
    @Conformance({"PCP-SRV-006", "PCP-NET-006"})
    void theLargestMessageIsStillAnsweredInFull() {
        byte[] request = Arrays.copyOf(MAP, 1_100);
        for (int offset = 60; offset < request.length; offset += 4) {
            request[offset] = (byte) 200;
        }

        assertEquals(60, answer(request).length);
        assertEquals(1_100, answer(with(request, 1_096, "3c")).length);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 50, 126, 127})
    @Conformance({"PCP-SRV-008", "PCP-RSP-007", "PCP-RSP-004"})
    void unknownOpcodesAreRefusedAndTheirDataComesBackUnread(int opcode) {
        byte[] request = Arrays.copyOf(MAP, 44);
        request[1] = (byte) opcode;
        request[41] = (byte) 0xff;

        byte[] answer = answer(request);

        assertArrayEquals(
                Vectors.hex("02 %02x 00 04 00 00 07 08".formatted(0x80 | opcode)),
                Arrays.copyOf(answer, 8));
        assertArrayEquals(new byte[12], Arrays.copyOfRange(answer, 12, 24));
        assertArrayEquals(Arrays.copyOfRange(request, 24, 44), Arrays.copyOfRange(answer, 24, 44));
    }

    @Test
    void opcodesThatAreOffAreUnsupportedWhileTheOthersGoOn() {
        var mapOnly = new PcpFeatures(EnumSet.of(Opcode.MAP), Set.of(), false);

        byte[] refused = answer(peer(""), mapOnly);

        assertEquals(4, code(refused));
        assertEquals(1_800, lifetime(refused));
        assertEquals(0, code(answer(MAP, mapOnly)));
    }

    @Test
    @Conformance("PCP-SRV-009")
    void brokenOptionsComeBeforeTheRulesOfTheOpcode() {
        byte[] badProtocol = with(map("02 00 01 f4"), 36, "00");

        assertCode(6, badProtocol);
        assertCode(3, Arrays.copyOf(badProtocol, 60));
    }

    @ParameterizedTest
    @ValueSource(strings = {"00 00 0e 10", "00 00 00 00"})
    @Conformance("PCP-MAP-013")
    void aPortOfAllProtocolsIsMalformed(String lifetime) {
        byte[] request = with(with(MAP, 4, lifetime), 36, "00");

        assertCode(3, request);
        assertCode(0, with(request, 40, "00 00"));
    }

    @ParameterizedTest
    @CsvSource({"36, 00", "40, 0000", "60, 0000"})
    @Conformance("PCP-PEER-003")
    void peerNeedsProtocolAndBothPorts(int offset, String zeros) {
        assertCode(3, with(peer(""), offset, zeros));
        assertCode(0, peer(""));
    }

    @Test
    @Conformance({"PCP-ANN-001", "PCP-ANN-002"})
    void announceIsAnsweredWithTheEpochAlone() {
        byte[] answer = answer(with(Exchange.announce(""), 4, "00 00 00 4d"));

        assertArrayEquals(
                Vectors.hex("02 80 00 00 00 00 00 00 01 02 03 04" + "00".repeat(12)), answer);
    }

    private static PcpRequest accepted(byte[] request) {
        Decoded decoded = RequestDecoder.decode(request, Exchange.SOURCE, PcpFeatures.ALL);
        return assertInstanceOf(Decoded.Accepted.class, decoded).request();
    }

    private static void assertIgnored(Decoded.Reason reason, byte[] request) {
        assertEquals(
                new Decoded.Ignored(reason),
                RequestDecoder.decode(request, Exchange.SOURCE, PcpFeatures.ALL));
    }
}
