package org.portreeve.pcp.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

/** The codec of PCP under octets that a fuzzer looks for. */
class PcpFuzzTest {
    private static final PcpAddress SOURCE = PcpAddress.ofIpv4(0x6440_0007);
    private static final int OPTIONS = 60;
    private static final int LIFETIME_SECONDS = 600;
    private static final int TCP = 6;
    private static final int PORT = 8080;

    @FuzzTest(maxDuration = "1m")
    void anyRequestIsAnsweredInGoodForm(byte[] datagram) {
        switch (RequestDecoder.decode(datagram, SOURCE, PcpFeatures.ALL)) {
            case Decoded.Accepted accepted -> {
                assertGoesRound(accepted.request());
                assertAnswers(datagram, accepted.refuse(ResultCode.NO_RESOURCES, 9));
            }
            case Decoded.Refused refused -> assertAnswers(datagram, refused.answer(9));
            case Decoded.NatPmp _, Decoded.Ignored _ -> {}
        }
    }

    @FuzzTest(maxDuration = "1m")
    void anyOptionsOfAGoodRequestAreJudged(byte[] options) {
        ByteBuffer request = ByteBuffer.allocate(OPTIONS + options.length);
        request.put((byte) PcpFormat.VERSION).put((byte) Opcode.MAP.number()).putShort((short) 0);
        request.putInt(LIFETIME_SECONDS);
        SOURCE.write(request);
        request.putLong(1).putInt(2).putInt(TCP << 24);
        request.putShort((short) PORT).putShort((short) PORT);
        PcpAddress.ANY_IPV4.write(request);
        request.put(options);

        anyRequestIsAnsweredInGoodForm(request.array());
    }

    @FuzzTest(maxDuration = "1m")
    void anyResponseIsReadAsAClientWould(byte[] datagram) {
        if (ResponseDecoder.decode(datagram)
                instanceof DecodedResponse.Accepted(PcpResponse response)) {
            assertEquals(
                    new DecodedResponse.Accepted(response),
                    ResponseDecoder.decode(PcpEncoder.octets(response)));
        }
    }

    private static void assertGoesRound(PcpRequest request) {
        byte[] octets = PcpEncoder.octets(request);

        assertEquals(
                new Decoded.Accepted(request, RequestEcho.of(octets)),
                RequestDecoder.decode(octets, SOURCE, PcpFeatures.ALL));
    }

    private static void assertAnswers(byte[] datagram, PcpResponse.ErrorResponse error) {
        byte[] answer = PcpEncoder.octets(error);

        assertTrue(answer.length >= PcpFormat.HEADER_BYTES && answer.length % 4 == 0);
        assertTrue(answer.length <= PcpFormat.MAX_MESSAGE_BYTES);
        assertEquals(PcpFormat.VERSION, answer[0]);
        assertEquals((byte) (PcpFormat.RESPONSE_BIT | datagram[1]), answer[1]);
        assertTrue(answer[PcpFormat.RESULT_CODE] != 0);
    }
}
