package org.portreeve.upnp.ssdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.testkit.Conformance;

class SearchRequestTest {
    private static final String GOOD =
            String.join(
                    "\r\n",
                    "M-SEARCH * HTTP/1.1",
                    "Host: 239.255.255.250:1900",
                    "ST: upnp:rootdevice",
                    "MAN: \"ssdp:discover\"",
                    "MX: 3",
                    "",
                    "");

    @Test
    void searchIsRead() {
        assertEquals(
                Optional.of(new SearchRequest("upnp:rootdevice", OptionalInt.of(3))), read(GOOD));
    }

    @Test
    @Conformance("IGD-QRK-009")
    void looseSpellingsAreRead() {
        assertTrue(read(GOOD.replace("ST: ", "st:")).isPresent());
        assertTrue(read(GOOD.replace("\"", "")).isPresent());
        assertTrue(read(GOOD.replace("\r\n", "\n")).isPresent());
        assertEquals(
                OptionalInt.empty(), read(GOOD.replace("MX: 3\r\n", "")).get().maxWaitSeconds());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\r\n",
                "NOTIFY * HTTP/1.1\r\n\r\n",
                "M-SEARCH / HTTP/1.1\r\n\r\n",
                "M-SEARCH * HTTP/1.1",
                "HTTP/1.1 200 OK\r\nST: x\r\n\r\n"
            })
    void whatIsNoSearchIsNotRead(String text) {
        assertEquals(Optional.empty(), read(text));
    }

    @Test
    void boundsHold() {
        assertEquals(Optional.empty(), read(GOOD.replace("rootdevice", "x".repeat(300))));
        assertEquals(Optional.empty(), read(GOOD + "x".repeat(1024)));
        assertEquals(Optional.empty(), read(GOOD.replace("rootdevice", "a b")));
        assertEquals(Optional.empty(), read(GOOD.replace("MX: 3", "MX: -1")));
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void anyOctetsAreReadWithoutHarm(long seed) {
        var random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            byte[] octets = GOOD.getBytes(StandardCharsets.ISO_8859_1);
            if (round % 2 == 0) {
                octets = new byte[random.nextInt(200)];
                random.nextBytes(octets);
            } else {
                for (int i = 0; i <= random.nextInt(6); i++) {
                    octets[random.nextInt(octets.length)] = (byte) random.nextInt(256);
                }
            }
            SearchRequest.read(octets)
                    .ifPresent(search -> {
                        String target = search.target();
                        assertTrue(target.chars().allMatch(c -> c > ' ' && c < 0x7f));
                        assertTrue(search.maxWaitSeconds().orElse(1) >= 1);
                    });
        }
    }

    private static Optional<SearchRequest> read(String text) {
        return SearchRequest.read(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
