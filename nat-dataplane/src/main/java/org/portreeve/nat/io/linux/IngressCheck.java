package org.portreeve.nat.io.linux;

import java.util.Locale;

/** What the kernel makes of a packet that comes by an inside interface which does not lead back. */
public enum IngressCheck {
    /**
     * It is dropped and counted before a socket or the translator sees it (RFC 6887 §17.1, RFC 6888
     * §7): the reverse path filter of RFC 3704 §2.2.
     */
    STRICT("1"),
    /** It is taken: subscribers' packets may come by another way than those to them go. */
    OFF("0");

    /** The value of the kernel's {@code rp_filter}. */
    private final String reversePathFilter;

    IngressCheck(String reversePathFilter) {
        this.reversePathFilter = reversePathFilter;
    }

    String reversePathFilter() {
        return reversePathFilter;
    }

    /** Its name in the configuration. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What a word of the configuration says. */
    public static IngressCheck of(String word) {
        return word.equals(OFF.word()) ? OFF : STRICT;
    }
}
