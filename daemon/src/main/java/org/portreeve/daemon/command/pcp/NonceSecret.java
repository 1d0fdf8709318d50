package org.portreeve.daemon.command.pcp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.portreeve.control.Nonce;
import org.portreeve.daemon.exit.CommandFailedException;

/**
 * A secret of the user, from which the nonce of each mapping is derived: a later command renews or
 * deletes the mapping without anything being kept per mapping. Any thread.
 */
public final class NonceSecret {
    private static final int SECRET_BYTES = 32;
    private static final String ALGORITHM = "HmacSHA256";

    private final byte[] secret;

    private NonceSecret(byte[] secret) {
        this.secret = secret;
    }

    /** The secret of this user; made on first use, readable by nobody else. */
    static NonceSecret ofThisUser() throws CommandFailedException {
        String state =
                Optional.ofNullable(System.getenv("XDG_STATE_HOME"))
                        .filter(directory -> !directory.isBlank())
                        .orElseGet(() -> System.getProperty("user.home") + "/.local/state");
        return at(Path.of(state, "portreeve", "nonce-secret"));
    }

    /** The secret that a file holds; it is made when it is not there. */
    public static NonceSecret at(Path file) throws CommandFailedException {
        try {
            if (!Files.exists(file)) {
                create(file);
            }
            byte[] secret = Files.readAllBytes(file);
            if (secret.length == SECRET_BYTES) {
                return new NonceSecret(secret);
            }
        } catch (IOException e) {
            throw new CommandFailedException(
                    "the secret that nonces are made from, %s, cannot be used (%s);"
                                    .formatted(file, e)
                            + " let this user read and write there, or give --nonce",
                    e);
        }
        throw new CommandFailedException(
                "the secret that nonces are made from, %s, is damaged; remove it to have a new"
                                .formatted(file)
                        + " one made, or give --nonce: mappings made with it end by themselves");
    }

    private static void create(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        var ownerOnly =
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Path whole = Files.createTempFile(file.getParent(), "nonce", ".new", ownerOnly);
        try {
            Files.write(whole, secret, StandardOpenOption.WRITE);
            // A link, not a move: of two commands at once the second must find the first's.
            Files.createLink(file, whole);
        } catch (FileAlreadyExistsException _) {
            // Somebody was faster; theirs is as good.
        } finally {
            Files.delete(whole);
        }
    }

    /** The nonce of one mapping, the same each time. */
    public Nonce nonceOf(String mapping) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
            byte[] digest = mac.doFinal(mapping.getBytes(StandardCharsets.UTF_8));
            return Nonce.of(Arrays.copyOf(digest, Nonce.LENGTH));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has " + ALGORITHM, e);
        }
    }

    /** The nonce of hexadecimal text; empty when it is not one. */
    public static Optional<Nonce> parse(String hex) {
        return hex.matches("[0-9a-fA-F]{24}")
                ? Optional.of(Nonce.of(HexFormat.of().parseHex(hex)))
                : Optional.empty();
    }
}
