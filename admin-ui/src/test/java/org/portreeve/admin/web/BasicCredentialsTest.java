package org.portreeve.admin.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BasicCredentialsTest {
    @Test
    void nameEndsAtTheFirstColon() {
        assertEquals(
                Optional.of(new BasicCredentials("ann", "a:ü:")),
                BasicCredentials.read("BASIC " + base64("Ann:a:ü:")));
    }

    @Test
    void otherHeadersAreNone() {
        assertEquals(Optional.empty(), BasicCredentials.read(null));
        assertEquals(Optional.empty(), BasicCredentials.read(""));
        assertEquals(Optional.empty(), BasicCredentials.read("Bearer abc"));
        assertEquals(Optional.empty(), BasicCredentials.read("Basic ***"));
        assertEquals(Optional.empty(), BasicCredentials.read("Basic " + base64("no colon")));
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void anyHeaderIsReadWithoutThrowing(long seed) {
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 2000; round++) {
            var header = new StringBuilder(random.nextBoolean() ? "Basic " : "");
            int length = random.nextInt(40);
            for (int i = 0; i < length; i++) {
                header.append((char) random.nextInt(random.nextBoolean() ? 128 : 0x1_0000));
            }
            BasicCredentials.read(header.toString());
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
