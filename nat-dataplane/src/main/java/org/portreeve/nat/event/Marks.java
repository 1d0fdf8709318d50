package org.portreeve.nat.event;

/**
 * When something is used so much that somebody should be told, and when that is over: it is high
 * from the high mark on until it falls below the low one, so that a use which wavers round a mark
 * is told once (RFC 7422 §2.2). Immutable.
 *
 * @param highPercent 1 to 100
 * @param lowPercent at most {@code highPercent}
 */
public record Marks(int highPercent, int lowPercent) {
    /** The defaults: warned early enough to add addresses. */
    public static final Marks USUAL = new Marks(80, 70);

    private static final long PERCENT = 100;

    /** Asserts what the configuration reader has checked. */
    public Marks {
        assert 1 <= highPercent && highPercent <= PERCENT : "a high mark of " + highPercent;
        assert 0 <= lowPercent && lowPercent <= highPercent : "a low mark above the high one";
    }

    /**
     * Whether the use is high now.
     *
     * @param wasHigh what this said before
     * @param capacity what can be used; of nothing, nothing is ever too much
     */
    public boolean isHigh(boolean wasHigh, long used, long capacity) {
        int percent = wasHigh ? lowPercent : highPercent;
        return capacity > 0 && used > 0 && PERCENT * used >= percent * capacity;
    }
}
