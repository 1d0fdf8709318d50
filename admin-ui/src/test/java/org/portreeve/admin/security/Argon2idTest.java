package org.portreeve.admin.security;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class Argon2idTest {
    private static final byte[] SALT = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

    /** What the reference program makes of "password" and the salt "somesalt". */
    private static final String OF_THE_REFERENCE =
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

    @Test
    void passwordMatchesWhatWasKeptOfItAndNoOtherDoes() {
        String kept = Argon2id.hash("correct horse", SALT);

        assertTrue(Argon2id.matches("correct horse", kept));
        assertFalse(Argon2id.matches("correct horsf", kept));
        assertFalse(Argon2id.matches("", kept));
    }

    @Test
    void sameAsTheReferenceProgram() {
        assertTrue(Argon2id.matches("password", OF_THE_REFERENCE));
        assertFalse(Argon2id.matches("Password", OF_THE_REFERENCE));
    }

    @Test
    void saltMakesEqualPasswordsDiffer() {
        assertNotEquals(Argon2id.hash("same", SALT), Argon2id.hash("same", new byte[16]));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "password",
                "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHApl8",
                "$argon2id$v=19$m=9999999,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHApl8",
                "$argon2id$v=19$m=64,t=999,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHApl8",
                "$argon2id$v=19$m=64,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHApl8",
                "$argon2id$v=19$m=1,t=1,p=0$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHApl8"
            })
    void whatIsNoHashOrCostsTooMuchMatchesNothing(String kept) {
        assertFalse(Argon2id.matches("password", kept));
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void mutilatedHashesThrowNothing(long seed) {
        RandomGenerator random = new java.util.SplittableRandom(seed);
        String kept = Argon2id.hash("pass", SALT).replace("m=19456", "m=16");
        for (int round = 0; round < 300; round++) {
            var text = new StringBuilder(kept);
            text.setCharAt(random.nextInt(text.length()), (char) (32 + random.nextInt(95)));
            text.setLength(random.nextInt(text.length() + 1));

            // Trailing bits of Base64 encode nothing, so that some of these match still.
            Argon2id.matches("pass", text.toString());
        }
    }
}
