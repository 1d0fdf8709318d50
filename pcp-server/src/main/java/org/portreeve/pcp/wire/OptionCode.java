package org.portreeve.pcp.wire;

import java.util.Optional;

/** The options of RFC 6887 §13. Immutable. */
public enum OptionCode {
    THIRD_PARTY(1, 16, false),
    PREFER_FAILURE(2, 0, false),
    FILTER(3, 20, true);

    private static final OptionCode[] ALL = values();

    /** RFC 6887 §19.4: codes from here up may be ignored by who does not know them. */
    private static final int FIRST_OPTIONAL = 128;

    private final int number;
    private final int dataBytes;
    private final boolean repeatable;

    OptionCode(int number, int dataBytes, boolean repeatable) {
        this.number = number;
        this.dataBytes = dataBytes;
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

    /** The only length its data may have. */
    int dataBytes() {
        return dataBytes;
    }

    /** Whether a request may carry it more than once. */
    boolean isRepeatable() {
        return repeatable;
    }
}
