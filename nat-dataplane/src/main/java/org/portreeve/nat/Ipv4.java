package org.portreeve.nat;

import java.util.OptionalInt;

/**
 * IPv4 addresses as the translator keeps them: an {@code int} in network order, most significant
 * octet first, so that {@code 100.64.0.1} is {@code 0x64400001}. Any thread.
 */
public final class Ipv4 {
    private Ipv4() {}

    /** The address that dotted-quad text names, or empty when the text is not exactly that. */
    public static OptionalInt parse(String text) {
        String[] octets = text.split("\\.", -1);
        if (octets.length != 4) {
            return OptionalInt.empty();
        }
        int ip = 0;
        for (String octet : octets) {
            boolean digits = !octet.isEmpty() && octet.chars().allMatch(c -> '0' <= c && c <= '9');
            if (!digits || octet.length() > 3 || Integer.parseInt(octet) > 255) {
                return OptionalInt.empty();
            }
            ip = ip << 8 | Integer.parseInt(octet);
        }
        return OptionalInt.of(ip);
    }

    /** The address of text that is known to be a dotted quad; throws when it is not. */
    public static int of(String text) {
        return parse(text)
                .orElseThrow(() -> new IllegalArgumentException("not an IPv4 address: " + text));
    }

    /** Dotted-quad text. */
    public static String format(int ip) {
        return (ip >>> 24) + "." + (ip >>> 16 & 255) + "." + (ip >>> 8 & 255) + "." + (ip & 255);
    }
}
