package org.portreeve.admin.page.part;

/**
 * A sentence on top of a page. Immutable.
 *
 * @param tone how it is meant; the words say it too
 */
public record Notice(Tone tone, String text) {
    /** What was asked was done. */
    public static Notice good(String text) {
        return new Notice(Tone.GOOD, text);
    }

    /** It was done in part, or waits. */
    public static Notice warn(String text) {
        return new Notice(Tone.WARN, text);
    }

    /** It was not done. */
    public static Notice bad(String text) {
        return new Notice(Tone.BAD, text);
    }

    /** Whether a screen reader should interrupt for it. */
    public String role() {
        return tone == Tone.GOOD ? "status" : "alert";
    }
}
