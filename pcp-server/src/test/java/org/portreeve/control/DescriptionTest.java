package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DescriptionTest {
    @ParameterizedTest
    @CsvSource({
        "'  a game  ', 'a game'",
        "'Übergröße 漢字 🎲', 'Übergröße 漢字 🎲'",
        "'two\r\nlines\t', twolines",
        "'red\u001b[31m', 'red[31m'",
        "'c1\u009b31m', c131m",
        "'exe\u202egpj', exegpj",
        "'a\u2066b\u2069', ab",
        "'zero\u200bwidth\ufeff', zerowidth",
        "'line\u2028paragraph\u2029', lineparagraph",
        "'\u0000', ''",
        "'', ''"
    })
    void whatWouldChangeItsSurroundingsIsTakenOut(String text, String sane) {
        assertEquals(sane, Description.sanitised(text));
    }

    @Test
    void halfACharacterIsReplaced() {
        String half = "a" + Character.highSurrogate(0x1f3b2) + "b";

        assertEquals("a\ufffdb", Description.sanitised(half));
        assertFalse(Description.isSane(half));
    }

    @Test
    void whatIsTooLongIsCutBetweenCharacters() {
        assertEquals("🎲".repeat(32), Description.sanitised("🎲".repeat(33)));
        assertEquals("x" + "🎲".repeat(31), Description.sanitised("x" + "🎲".repeat(32)));
        assertEquals("漢".repeat(42), Description.sanitised("漢".repeat(43)));
    }

    @ParameterizedTest
    @CsvSource({"x, 128", "ü, 64", "🎲, 32"})
    void asManyOctetsAreKeptAsAreAllowedAndNoneMore(String character, int count) {
        String longest = character.repeat(count);

        assertTrue(Description.isSane(longest));
        assertFalse(Description.isSane(longest + "x"));
        assertEquals(longest, Description.sanitised(longest + "x"));
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void whatIsSanitisedStaysAsItIs(long seed) {
        var random = new SplittableRandom(seed);
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder();
            for (int length = random.nextInt(200); length > 0; length--) {
                int range = random.nextBoolean() ? 0x100 : 0x1_0000;
                text.append((char) random.nextInt(range));
            }
            String sane = Description.sanitised(text.toString());
            assertTrue(Description.isSane(sane), sane);
        }
    }
}
