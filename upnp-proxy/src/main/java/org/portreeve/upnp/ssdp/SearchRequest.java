package org.portreeve.upnp.ssdp;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A well-formed M-SEARCH (UDA 1.1 §1.3.2). Immutable.
 *
 * @param target what is searched
 * @param maxWaitSeconds how long the searcher waits at most, at least 1; searches by unicast need
 *     not say it
 */
record SearchRequest(String target, OptionalInt maxWaitSeconds) {
    /** Searches are a few hundred octets; what is longer is not one. */
    static final int MAX_BYTES = 1024;

    private static final int MAX_TARGET_LENGTH = 256;
    private static final String REQUEST_LINE = "M-SEARCH * HTTP/1.1";
    private static final String DISCOVER = "ssdp:discover";

    /** Reads a datagram; empty for whatever is not a search. */
    static Optional<SearchRequest> read(byte[] datagram) {
        if (datagram.length > MAX_BYTES) {
            return Optional.empty();
        }
        String[] lines = new String(datagram, StandardCharsets.ISO_8859_1).split("\r?\n", -1);
        if (!lines[0].strip().equals(REQUEST_LINE)) {
            return Optional.empty();
        }
        Map<String, String> headers = headers(lines);
        String target = headers.getOrDefault("ST", "");
        String man = headers.getOrDefault("MAN", "").replace("\"", "");
        OptionalInt wait = maxWait(headers.getOrDefault("MX", ""));
        boolean isBadWait = headers.containsKey("MX") && wait.isEmpty();
        boolean isSearch =
                man.equals(DISCOVER)
                        && !target.isEmpty()
                        && target.length() <= MAX_TARGET_LENGTH
                        && target.chars().allMatch(c -> c > ' ' && c < 0x7f)
                        && !isBadWait;
        return isSearch ? Optional.of(new SearchRequest(target, wait)) : Optional.empty();
    }

    private static Map<String, String> headers(String[] lines) {
        var headers = new HashMap<String, String>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon > 0) {
                String name = lines[i].substring(0, colon).strip().toUpperCase(Locale.ROOT);
                headers.putIfAbsent(name, lines[i].substring(colon + 1).strip());
            }
        }
        return headers;
    }

    private static OptionalInt maxWait(String text) {
        return text.matches("0{0,3}[1-9][0-9]{0,5}")
                ? OptionalInt.of(Integer.parseInt(text))
                : OptionalInt.empty();
    }
}
