package org.portreeve.control.store.sql;

/**
 * What says where in a run of settled history a port is. Immutable.
 *
 * @param number rises from run to run
 * @param lastPlace what is recent up to there is in this run or an earlier one
 * @param mostPorts as many as an entry has at most
 * @param over of the pages of what is over
 * @param ongoing of the pages of what was going on when the run was made
 */
record SettledRun(long number, long lastPlace, int mostPorts, PageKeys over, PageKeys ongoing) {
    /** What counts when nothing has settled yet. */
    static final SettledRun NONE =
            new SettledRun(0, RecentHistory.START, 1, PageKeys.NONE, PageKeys.NONE);

    PageKeys pages(SettledPart part) {
        return switch (part) {
            case OVER -> over;
            case ONGOING -> ongoing;
        };
    }
}
