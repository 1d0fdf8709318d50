package org.portreeve.control.policy;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What the subscribers of a profile may be kept from, part by part: operations and options of PCP,
 * each with its name there, and NAT-PMP as a whole. One that this node does not offer to anybody is
 * withheld from all.
 */
public enum Service {
    ANNOUNCE,
    MAP,
    PEER,
    THIRD_PARTY,
    PREFER_FAILURE,
    FILTER,
    DESCRIPTION,
    PREFIX64,
    PORT_SET,
    NAT_PMP;

    /** Its name in the configuration. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What a word of the configuration says. */
    public static Service of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /** All words, in their order. */
    public static List<String> words() {
        return Arrays.stream(values()).map(Service::word).toList();
    }
}
