package org.portreeve.pcp.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/** The hand-made messages under {@code vectors/pcp}: hexadecimal octets, comments after a hash. */
public final class Vectors {
    static final List<String> REQUESTS =
            List.of(
                    "announce-request",
                    "map-request-tcp-8080",
                    "map-request-prefer-failure",
                    "map-request-third-party-two-filters",
                    "map-request-port-set",
                    "peer-request-udp-ipv6");
    static final List<String> RESPONSES =
            List.of(
                    "announce-response-after-restart",
                    "map-response-granted",
                    "map-response-static-forever",
                    "map-response-port-set",
                    "map-error-user-ex-quota",
                    "map-error-malformed-request",
                    "peer-response-granted",
                    "error-unsupp-version-of-nat-pmp-request");

    private Vectors() {}

    /** The octets of a vector. */
    public static byte[] octets(String name) {
        String resource = "/vectors/pcp/" + name + ".hex";
        try (InputStream in = Vectors.class.getResourceAsStream(resource)) {
            String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
            return hex(
                    text.lines()
                            .filter(line -> !line.startsWith("#"))
                            .collect(Collectors.joining()));
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }

    /** The octets that a text of digits and spaces stands for. */
    static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }
}
