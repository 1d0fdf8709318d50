package org.portreeve.admin.web;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/**
 * Name and password as a program sends them with each request (RFC 7617). Immutable.
 *
 * @param name in lower case, as names are kept
 */
record BasicCredentials(String name, String password) {
    private static final String SCHEME = "basic ";

    /** The credentials of an Authorization header, which may be null; empty for anything else. */
    static Optional<BasicCredentials> read(String header) {
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Optional.empty();
        }
        try {
            byte[] octets = Base64.getDecoder().decode(header.substring(SCHEME.length()).strip());
            String pair = new String(octets, StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            return colon < 0
                    ? Optional.empty()
                    : Optional.of(
                            new BasicCredentials(
                                    pair.substring(0, colon).toLowerCase(Locale.ROOT),
                                    pair.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            // Not Base64: as good as no header, and answered like none.
            return Optional.empty();
        }
    }
}
