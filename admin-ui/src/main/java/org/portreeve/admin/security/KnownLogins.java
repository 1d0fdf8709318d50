package org.portreeve.admin.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Names and passwords that were right a moment ago, so that a script with Basic authentication does
 * not pay for Argon2id at each request. Keeps digests with a secret of the process, never
 * passwords. Event loop only.
 */
final class KnownLogins {
    /** After this the password is looked at again. */
    private static final long MEMORY_SECONDS = 60;

    private static final int MAX_LOGINS = 64;

    private final byte[] salt;
    private final Map<String, Known> byName =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
                    return size() > MAX_LOGINS;
                }
            };

    /** What was right for a user of this version. Immutable. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared as a record.
    private record Known(byte[] digest, long userVersion, long atNs) {}

    KnownLogins(SecureRandom random) {
        salt = new byte[32];
        random.nextBytes(salt);
    }

    boolean isKnown(String name, String password, long userVersion, long nowNs) {
        Known known = byName.get(name);
        return known != null
                && known.userVersion == userVersion
                && nowNs - known.atNs < TimeUnit.SECONDS.toNanos(MEMORY_SECONDS)
                && MessageDigest.isEqual(known.digest, digest(name, password));
    }

    /** Stands for a name and a password, in this process alone. */
    String digestOf(String name, String password) {
        return HexFormat.of().formatHex(digest(name, password));
    }

    void onSuccess(String name, String password, long userVersion, long nowNs) {
        byName.put(name, new Known(digest(name, password), userVersion, nowNs));
    }

    private byte[] digest(String name, String password) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(salt);
            sha.update(name.getBytes(StandardCharsets.UTF_8));
            sha.update((byte) 0);
            sha.update(password.getBytes(StandardCharsets.UTF_8));
            return sha.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
