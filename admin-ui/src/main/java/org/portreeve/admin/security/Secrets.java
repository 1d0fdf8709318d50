package org.portreeve.admin.security;

import java.security.SecureRandom;
import java.util.Base64;

/** Secrets that nobody can guess. Immutable; any thread. */
final class Secrets {
    /** 256 bits: guessing is hopeless at any rate. */
    private static final int TOKEN_LENGTH = 32;

    /** No letter looks like another or like a digit. */
    private static final String LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

    /** 20 letters of 31 are 99 bits. */
    private static final int GROUPS = 4;

    private static final int GROUP_LENGTH = 5;

    private final SecureRandom random;

    Secrets(SecureRandom random) {
        this.random = random;
    }

    /** For a session, in letters that a cookie may hold. */
    String token() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(octets(TOKEN_LENGTH));
    }

    /** For a person to type once. */
    String password() {
        var password = new StringBuilder();
        for (int letter = 0; letter < GROUPS * GROUP_LENGTH; letter++) {
            if (letter > 0 && letter % GROUP_LENGTH == 0) {
                password.append('-');
            }
            password.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return password.toString();
    }

    byte[] octets(int length) {
        byte[] octets = new byte[length];
        random.nextBytes(octets);
        return octets;
    }
}
