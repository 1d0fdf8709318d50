package org.portreeve.daemon.config;

import java.util.List;

/**
 * One row of the key table: all that is known of a key. Immutable.
 *
 * @param path dashed words joined by dots; {@code []} marks the elements of a list
 * @param kind what the value, or each element of it, may be
 * @param isList whether the value is a list
 * @param defaults the value that holds when the key is left out, one element unless a list
 * @param availability whether this version does what the key says
 * @param isLive whether a reload changes it; else it keeps its value until the next start
 * @param sentence what the key is for
 */
record ConfigKey(
        String path,
        ValueKind kind,
        boolean isList,
        List<String> defaults,
        Availability availability,
        boolean isLive,
        String sentence) {

    /** Whether a key that the contract names does something yet. */
    enum Availability {
        /** It works. */
        WORKS,
        /** Only the default is accepted; anything else is refused with a clear word. */
        DEFAULT_ONLY
    }

    static ConfigKey one(String path, ValueKind kind, String value, String sentence) {
        return new ConfigKey(
                path, kind, false, List.of(value), Availability.WORKS, false, sentence);
    }

    static ConfigKey list(String path, ValueKind kind, List<String> values, String sentence) {
        return new ConfigKey(path, kind, true, values, Availability.WORKS, false, sentence);
    }

    /** The same key, of which only the default works in this version. */
    ConfigKey defaultOnly() {
        return new ConfigKey(
                path, kind, isList, defaults, Availability.DEFAULT_ONLY, isLive, sentence);
    }

    /** The same key, which a reload changes. */
    ConfigKey live() {
        return new ConfigKey(path, kind, isList, defaults, availability, true, sentence);
    }

    /** Whether its value stays out of the log: an identifier says who somebody is (RFC 7843 §7). */
    boolean isConfidential() {
        return kind instanceof ValueKind.Identifier;
    }

    /** Whether this version lets a value of the right kind stand in the file. */
    boolean isAvailable(List<String> texts) {
        return switch (availability) {
            case WORKS -> true;
            case DEFAULT_ONLY -> texts.equals(defaults);
        };
    }

    /** The default as one would write it. */
    String defaultText() {
        if (isList) {
            return "[" + String.join(", ", defaults) + "]";
        }
        String text = defaults.getFirst();
        return text.isEmpty() ? "\"\"" : text;
    }

    /** The phrase that says what may be written. */
    String allowed() {
        return isList ? "a list; each element " + kind.allowed() : kind.allowed();
    }
}
