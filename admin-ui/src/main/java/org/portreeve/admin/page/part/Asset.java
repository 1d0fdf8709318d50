package org.portreeve.admin.page.part;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The files that pages refer to, out of the program itself. Their addresses change with their
 * content, so that a browser may keep them. Immutable; any thread.
 */
public enum Asset {
    STYLE("portreeve.css", "text/css; charset=utf-8"),
    SCRIPT("portreeve.js", "text/javascript; charset=utf-8"),
    ICON("portreeve.svg", "image/svg+xml");

    private static final int FINGERPRINT_DIGITS = 12;

    private final String contentType;
    private final String content;
    private final String href;

    Asset(String file, String contentType) {
        this.contentType = contentType;
        content = read(file);
        href = "/static/" + fingerprint(content) + "/" + file;
    }

    /** Its media type. */
    public String contentType() {
        return contentType;
    }

    /** Its address. */
    public String href() {
        return href;
    }

    /** All of it. */
    public String content() {
        return content;
    }

    private static String read(String file) {
        try (InputStream in = Asset.class.getResourceAsStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + " of the program", e);
        }
    }

    private static String fingerprint(String content) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(content.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, FINGERPRINT_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
