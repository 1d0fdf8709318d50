package org.portreeve.control.store.sql;

/**
 * A run of settled history. Immutable.
 *
 * @param number rises from run to run
 * @param lastPlace what is recent up to there is in this run or an earlier one
 * @param mostPorts as many as an entry of this run or an earlier one has at most
 */
record SettledRun(long number, long lastPlace, int mostPorts) {
    /** What counts when nothing has settled yet. */
    static final SettledRun NONE = new SettledRun(0, RecentHistory.START, 1);
}
