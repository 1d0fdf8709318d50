package org.portreeve.pcp.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.portreeve.natpmp.wire.NatPmpResponse;
import org.portreeve.natpmp.wire.NatPmpResult;

/** What an independent decoder reads in our messages; left out where tshark is not installed. */
class TsharkTest {
    private static final int MESSAGES = 500;
    private static final int LINKTYPE_RAW_IP = 101;
    private static final int UDP = 17;

    @TempDir private Path directory;

    @Test
    void tsharkReadsEachMessageWithoutAWarning() throws Exception {
        assumeTrue(isInstalled(), "tshark");
        var messages = new RandomMessages(20_251);
        List<byte[]> octets =
                Stream.generate(() ->
                                Stream.of(
                                        PcpEncoder.octets(messages.request()),
                                        PcpEncoder.octets(messages.response())))
                        .limit(MESSAGES)
                        .flatMap(pair -> pair)
                        .toList();
        Path capture = directory.resolve("pcp.pcap");
        Files.write(capture, pcap(octets));

        List<String> lines =
                withoutRealms(fields(capture, "portcontrol.version", "_ws.expert.message"));

        assertEquals(octets.stream().map(_ -> "2|").toList(), lines);
    }

    @Test
    void tsharkReadsEachGoldenMessageWithoutAWarning() throws Exception {
        assumeTrue(isInstalled(), "tshark");
        List<byte[]> octets =
                Stream.concat(Vectors.REQUESTS.stream(), Vectors.RESPONSES.stream())
                        .map(Vectors::octets)
                        .toList();
        Path capture = directory.resolve("golden.pcap");
        Files.write(capture, pcap(octets));

        List<String> lines =
                withoutRealms(fields(capture, "portcontrol.version", "_ws.expert.message"));

        assertEquals(octets.stream().map(_ -> "2|").toList(), lines);
    }

    /** It does not know THIRD_PARTY_ID (RFC 7843), and steps over it. */
    private static List<String> withoutRealms(List<String> lines) {
        return lines.stream().map(line -> line.replace("Unknown option: 13", "")).toList();
    }

    @Test
    void tsharkReadsEachNatPmpMessageWithoutAWarning() throws Exception {
        assumeTrue(isInstalled(), "tshark");
        List<NatPmpResponse> answers = new ArrayList<>();
        for (NatPmpResult result : NatPmpResult.values()) {
            answers.add(new NatPmpResponse.ExternalAddress(result, 7, 0xc633_6409));
            answers.add(new NatPmpResponse.Mapped(6, result, 7, 80, 20_080, 7_200));
            answers.add(new NatPmpResponse.Mapped(17, result, 7, 80, 20_080, 7_200));
        }
        Path capture = directory.resolve("nat-pmp.pcap");
        Files.write(capture, pcap(answers.stream().map(NatPmpResponse::octets).toList()));

        List<String> lines =
                fields(capture, "nat-pmp.version", "nat-pmp.result_code", "_ws.expert.message");

        assertEquals(
                answers.stream().map(answer -> "0|" + answer.octets()[3] + "|").toList(), lines);
    }

    @Test
    void tsharkReadsTheFieldsThatWeWrote() throws Exception {
        assumeTrue(isInstalled(), "tshark");
        Path capture = directory.resolve("golden.pcap");
        Files.write(
                capture,
                pcap(
                        Stream.of("map-request-third-party-two-filters", "map-response-granted")
                                .map(Vectors::octets)
                                .toList()));

        List<String> lines =
                fields(
                        capture,
                        "portcontrol.opcode",
                        "portcontrol.map.internal_port",
                        "portcontrol.map.rsp_assigned_external_port",
                        "portcontrol.map.rsp_assigned_ext_ip",
                        "portcontrol.epoch_time",
                        "portcontrol.option.code",
                        "portcontrol.option.filter.prefix_length");

        assertEquals(
                List.of(
                        "1|50000||||1,3,3|0,120",
                        "1|8080|20080|::ffff:198.51.100.9|16909060|3|128"),
                lines);
    }

    private static boolean isInstalled() {
        return Stream.of(System.getenv("PATH").split(":", -1))
                .anyMatch(place -> Files.isExecutable(Path.of(place, "tshark")));
    }

    /** One line for each message, the fields divided by bars. */
    private List<String> fields(Path capture, String... fields) throws Exception {
        List<String> command =
                Stream.concat(
                                Stream.of("tshark", "-n", "-r", capture.toString(), "-T", "fields"),
                                Stream.concat(
                                        Stream.of("-E", "separator=|"),
                                        Stream.of(fields).flatMap(f -> Stream.of("-e", f))))
                        .toList();
        Path output = directory.resolve("fields");
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(output.toFile())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        assertEquals(0, process.waitFor());
        return Files.readAllLines(output, StandardCharsets.UTF_8);
    }

    /** A capture of these messages as UDP datagrams to and from port 5351. */
    private static byte[] pcap(List<byte[]> messages) throws IOException {
        ByteBuffer file =
                ByteBuffer.allocate(24 + messages.stream().mapToInt(m -> 16 + 28 + m.length).sum());
        file.putInt(0xa1b2_c3d4).putShort((short) 2).putShort((short) 4);
        file.putInt(0).putInt(0).putInt(65_535).putInt(LINKTYPE_RAW_IP);
        for (byte[] message : messages) {
            int lengthBytes = 28 + message.length;
            file.putInt(1).putInt(0).putInt(lengthBytes).putInt(lengthBytes);
            boolean response = message[1] < 0;
            file.putInt(0x4500_0000 | lengthBytes).putInt(0).putInt(64 << 24 | UDP << 16);
            file.putInt(0x6440_0007).putInt(0x6440_0001);
            file.putShort((short) (response ? 5_351 : 40_000));
            file.putShort((short) (response ? 40_000 : 5_351));
            file.putShort((short) (8 + message.length)).putShort((short) 0).put(message);
        }
        return file.array();
    }
}
