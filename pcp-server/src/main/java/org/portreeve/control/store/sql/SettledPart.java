package org.portreeve.control.store.sql;

/** The pages of a run of settled history. */
enum SettledPart {
    /** What has ended. */
    OVER(0, 2),
    /** What was going on when the run was made; of the newest run alone it counts. */
    ONGOING(1, 3);

    private final int pages;
    private final int keys;

    SettledPart(int pages, int keys) {
        this.pages = pages;
        this.keys = keys;
    }

    /** What column part has for its pages. */
    int pages() {
        return pages;
    }

    /** What column part has for the keys that its pages begin with. */
    int keys() {
        return keys;
    }
}
