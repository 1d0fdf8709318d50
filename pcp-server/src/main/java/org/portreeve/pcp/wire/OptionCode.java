package org.portreeve.pcp.wire;

import java.util.Optional;

/** The options of RFC 6887 §13, and those of RFC 7220, 7225, 7753 and 7843. Immutable. */
public enum OptionCode {
    THIRD_PARTY(1, 16, 16, false),
    PREFER_FAILURE(2, 0, 0, false),
    FILTER(3, 20, 20, true),
    THIRD_PARTY_ID(13, 0, RealmId.MAX_BYTES, false),
    DESCRIPTION(128, 0, 1_016, false),
    PREFIX64(129, 14, 1_036, false),
    PORT_SET(130, 5, 5, false);

    private static final OptionCode[] ALL = values();

    /** RFC 6887 §19.4: codes from here up may be ignored by who does not know them. */
    private static final int FIRST_OPTIONAL = 128;

    private final int number;
    private final int leastBytes;
    private final int mostBytes;
    private final boolean repeatable;

    OptionCode(int number, int leastBytes, int mostBytes, boolean repeatable) {
        this.number = number;
        this.leastBytes = leastBytes;
        this.mostBytes = mostBytes;
        this.repeatable = repeatable;
    }

    /** The code with this number, or empty when it is not understood. */
    public static Optional<OptionCode> of(int number) {
        for (OptionCode code : ALL) {
            if (code.number == number) {
                return Optional.of(code);
            }
        }
        return Optional.empty();
    }

    /** Whether a server that does not offer this option must refuse the request. */
    static boolean isMandatory(int number) {
        return number < FIRST_OPTIONAL;
    }

    /** The number on the wire. */
    public int number() {
        return number;
    }

    /** Whether a server passes over this option where it does not fit (RFC 6887 §7.3). */
    boolean isOptional() {
        return !isMandatory(number);
    }

    /**
     * Whether data that cannot be read is a fault though the server may pass over the option: half
     * of what it asks for would be done (PCP-PS-001).
     */
    boolean isStrict() {
        return this == PORT_SET;
    }

    /** Whether its data may be so long. */
    boolean allows(int dataBytes) {
        return leastBytes <= dataBytes && dataBytes <= mostBytes;
    }

    /** The length of its data, where there is only one. */
    int dataBytes() {
        assert leastBytes == mostBytes : "data of this option may have any length";
        return leastBytes;
    }

    /** Whether a request may carry it more than once. */
    boolean isRepeatable() {
        return repeatable;
    }
}
