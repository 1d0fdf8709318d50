package org.portreeve.pcp.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.testkit.Conformance;

/**
 * Goal: the codec keeps its laws for any message and any octets. Method: messages in good form go
 * round; random octets, and hand-made messages with a few octets changed, are decoded as a server
 * and as a client would.
 */
class AnyMessageTest {
    private static final int MESSAGES = 5_000;
    private static final int DATAGRAMS = 600_000;
    private static final int MAX_RANDOM_BYTES = 160;
    private static final int MAX_CHANGES = 6;

    private static final PcpAddress SOURCE = PcpAddress.ofIpv4(0x6440_0007);

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void requestsSurviveTheWire(long seed) {
        var messages = new RandomMessages(seed);
        for (int count = 0; count < MESSAGES; count++) {
            PcpRequest request = messages.request();
            byte[] octets = PcpEncoder.octets(request);

            Decoded decoded =
                    RequestDecoder.decode(octets, request.clientAddress(), PcpFeatures.ALL);

            assertEquals(new Decoded.Accepted(request, RequestEcho.of(octets)), decoded);
        }
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void responsesSurviveTheWire(long seed) {
        var messages = new RandomMessages(seed);
        for (int count = 0; count < MESSAGES; count++) {
            PcpResponse response = messages.response();

            DecodedResponse decoded = ResponseDecoder.decode(PcpEncoder.octets(response));

            assertEquals(new DecodedResponse.Accepted(response), decoded);
        }
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    @Conformance({"PCP-NET-006", "PCP-RSP-001"})
    void noOctetsBreakTheDecodersAndEachAnswerIsWellFormed(long seed) {
        var random = new SplittableRandom(seed);
        List<byte[]> golden =
                Stream.concat(Vectors.REQUESTS.stream(), Vectors.RESPONSES.stream())
                        .map(Vectors::octets)
                        .toList();
        int accepted = 0;
        for (int count = 0; count < DATAGRAMS; count++) {
            byte[] datagram =
                    random.nextInt(4) == 0
                            ? randomOctets(random)
                            : changed(golden.get(random.nextInt(golden.size())), random);

            ResponseDecoder.decode(datagram);
            switch (RequestDecoder.decode(datagram, SOURCE, PcpFeatures.ALL)) {
                case Decoded.Accepted request -> {
                    accepted++;
                    assertAnswers(datagram, request.refuse(ResultCode.NO_RESOURCES, 9));
                }
                case Decoded.Refused refused -> assertAnswers(datagram, refused.answer(9));
                case Decoded.NatPmp _, Decoded.Ignored _ -> {}
            }
        }
        assertTrue(accepted > DATAGRAMS / 100, "changed messages are hardly ever accepted");
    }

    private static void assertAnswers(byte[] datagram, PcpResponse.ErrorResponse error) {
        byte[] answer = PcpEncoder.octets(error);
        boolean wellFormed =
                answer.length >= 24
                        && answer.length <= 1_100
                        && answer.length % 4 == 0
                        && answer[0] == 2
                        && answer[1] == (byte) (0x80 | datagram[1])
                        && answer[2] == 0
                        && answer[3] != 0;
        assertTrue(wellFormed, "answer of " + answer.length + " octets");
    }

    private static byte[] randomOctets(SplittableRandom random) {
        byte[] octets = new byte[random.nextInt(MAX_RANDOM_BYTES)];
        random.nextBytes(octets);
        if (octets.length > 1 && random.nextBoolean()) {
            octets[0] = 2;
            octets[1] = (byte) random.nextInt(4);
        }
        return octets;
    }

    /** Some octets changed, then perhaps cut short or made longer, up to beyond the limit. */
    private static byte[] changed(byte[] golden, SplittableRandom random) {
        int lengthBytes =
                switch (random.nextInt(8)) {
                    case 0 -> random.nextInt(golden.length + 1);
                    case 1 -> golden.length + 4 * random.nextInt(12);
                    case 2 -> random.nextInt(256) == 0 ? random.nextInt(1_300) : golden.length;
                    default -> golden.length;
                };
        byte[] octets = Arrays.copyOf(golden, lengthBytes);
        int changes = random.nextInt(MAX_CHANGES);
        for (int change = 0; change < changes && lengthBytes > 0; change++) {
            octets[random.nextInt(lengthBytes)] = (byte) random.nextInt();
        }
        return octets;
    }
}
