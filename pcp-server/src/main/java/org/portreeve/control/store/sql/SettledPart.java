package org.portreeve.control.store.sql;

/** Which pages of a run of settled history. */
enum SettledPart {
    /** What has ended. */
    OVER(0),
    /** What was going on when the run was made; of the newest run alone it counts. */
    ONGOING(1);

    private final int column;

    SettledPart(int column) {
        this.column = column;
    }

    /** What the table has for it. */
    int column() {
        return column;
    }
}
