package org.portreeve.admin.page.part;

/**
 * How much of a limit is used. Immutable.
 *
 * @param label what is counted
 */
public record Use(String label, long used, long limit) {
    private static final int WHOLE = 100;
    private static final int NEARLY_FULL = 80;

    /** Of a hundred parts, at most all; what is used at all shows as one at least. */
    public int percent() {
        if (limit <= 0) {
            return used > 0 ? WHOLE : 0;
        }
        return used <= 0 ? 0 : Math.clamp(used * WHOLE / limit, 1, WHOLE);
    }

    /** How worrying it is. */
    public Tone tone() {
        if (percent() >= WHOLE) {
            return Tone.BAD;
        }
        return percent() >= NEARLY_FULL ? Tone.WARN : Tone.ACCENT;
    }

    /** Used and limit in digits. */
    public String share() {
        return Words.count(used) + " / " + Words.count(limit);
    }

    /** The same as a sentence. */
    public String sentence() {
        return label + ": " + Words.count(used) + " of " + Words.count(limit) + " used";
    }
}
