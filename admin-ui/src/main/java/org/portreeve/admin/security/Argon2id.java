package org.portreeve.admin.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Passwords as they are kept (RFC 9106), in PHC string format. Takes some 50 ms of one core and
 * {@link #MEMORY_KIB} of memory on purpose: worker threads only.
 */
final class Argon2id {
    /** The least that OWASP asks for; with two at a time a flood of logins stays below 40 MiB. */
    static final int MEMORY_KIB = 19_456;

    /** Passes over the memory; two make up for the little memory. */
    static final int PASSES = 2;

    /** One, as each login has one thread. */
    static final int LANES = 1;

    /** RFC 9106 §3.1 recommends 16 octets for passwords. */
    static final int SALT_LENGTH = 16;

    private static final int HASH_LENGTH = 32;

    /** A kept hash never makes this node take more than this. */
    private static final int MAX_MEMORY_KIB = 262_144;

    private static final int MAX_PASSES = 16;
    private static final int MAX_LANES = 8;

    private static final Pattern PHC =
            Pattern.compile(
                    "\\$argon2id\\$v=19\\$m=(\\d{1,7}),t=(\\d{1,3}),p=(\\d{1,2})"
                            + "\\$([A-Za-z0-9+/]{11,88})\\$([A-Za-z0-9+/]{22,88})");

    private Argon2id() {}

    /** What is kept of a password. */
    static String hash(String password, byte[] salt) {
        byte[] hash = hash(password, salt, MEMORY_KIB, PASSES, LANES, HASH_LENGTH);
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        return "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"
                .formatted(
                        MEMORY_KIB,
                        PASSES,
                        LANES,
                        base64.encodeToString(salt),
                        base64.encodeToString(hash));
    }

    /** Whether this is the password that was kept; the time taken does not tell how near it is. */
    static boolean matches(String password, String kept) {
        Matcher phc = PHC.matcher(kept);
        if (!phc.matches()) {
            return false;
        }
        int memoryKib = Integer.parseInt(phc.group(1));
        int passes = Integer.parseInt(phc.group(2));
        int lanes = Integer.parseInt(phc.group(3));
        if (lanes < 1
                || lanes > MAX_LANES
                || passes < 1
                || passes > MAX_PASSES
                || memoryKib < 8 * lanes
                || memoryKib > MAX_MEMORY_KIB) {
            return false;
        }
        byte[] expected = octets(phc.group(5));
        byte[] actual =
                hash(password, octets(phc.group(4)), memoryKib, passes, lanes, expected.length);
        return MessageDigest.isEqual(expected, actual);
    }

    private static byte[] octets(String base64) {
        // One character over a multiple of four encodes nothing.
        int whole = base64.length() % 4 == 1 ? base64.length() - 1 : base64.length();
        return Base64.getDecoder().decode(base64.substring(0, whole));
    }

    private static byte[] hash(
            String password, byte[] salt, int memoryKib, int passes, int lanes, int length) {
        var generator = new Argon2BytesGenerator();
        generator.init(
                new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                        .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                        .withMemoryAsKB(memoryKib)
                        .withIterations(passes)
                        .withParallelism(lanes)
                        .withSalt(salt)
                        .build());
        byte[] hash = new byte[length];
        generator.generateBytes(password.getBytes(StandardCharsets.UTF_8), hash);
        return hash;
    }
}
