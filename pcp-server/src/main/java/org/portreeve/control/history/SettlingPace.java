package org.portreeve.control.history;

/**
 * When the history settles, and how much. What does not settle makes questions slow. To settle it
 * takes a processor, and what the database keeps of it the collector copies: so it is done in the
 * first seconds of each minute, and the others have peace. One thread.
 */
final class SettlingPace {
    /** Entries that settle at once: they take a processor for some 50 ms. */
    static final int AT_ONCE = 1_000;

    /**
     * Entries that the store has to look through for each question, in a quarter of a second, and
     * that take 500 MB there; beyond them more settle, whatever requests come.
     */
    static final long MAX_UNSETTLED = 10_000_000;

    /** As many are not left to the night: they settle whenever few requests come. */
    private static final long MANY_UNSETTLED = MAX_UNSETTLED / 2;

    /** Entries beyond {@link #MAX_UNSETTLED} that settle in one call, in some seconds. */
    private static final int MOST_BEYOND = 100_000;

    private static final long MINUTE_NS = 60_000_000_000L;

    /** Time for some 40,000 entries, so for 50 million a day. */
    private static final long WINDOW_NS = MINUTE_NS / 10;

    private long minuteNs;

    /** Begins with a minute. */
    SettlingPace(long nowNs) {
        minuteNs = nowNs;
    }

    /** How many of so many entries are to settle now. */
    int due(long nowNs, long unsettled, Rush rush) {
        if (nowNs - minuteNs >= MINUTE_NS) {
            minuteNs = nowNs;
        }
        if (unsettled > MAX_UNSETTLED) {
            return (int) Math.min(unsettled - MAX_UNSETTLED, MOST_BEYOND);
        }
        boolean isTime = nowNs - minuteNs < WINDOW_NS && !rush.isBusy();
        boolean isLong = unsettled >= MANY_UNSETTLED && rush.isQuiet();
        return isTime || isLong ? (int) Math.min(unsettled, AT_ONCE) : 0;
    }
}
