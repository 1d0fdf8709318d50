package org.portreeve.control.policy;

import java.util.Locale;

/** What becomes of new port blocks while the journal does not keep their records. */
public enum OnFailure {
    /** They are used, and recorded when the journal works again. */
    CONTINUE,
    /** They are refused: nobody uses a port that no record names. */
    REFUSE_NEW;

    /** Its name in the configuration. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What a word of the configuration says. */
    public static OnFailure of(String word) {
        return word.equals(CONTINUE.word()) ? CONTINUE : REFUSE_NEW;
    }
}
