package org.portreeve.control.store.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Queue;

/** What was going on as of the newest run, in the order of the keys. The thread that settles. */
final class OngoingPages {
    private final PageTable pages;
    private final long run;
    private final int pageCount;
    private final Queue<PackedEntry> page = new ArrayDeque<>();
    private int pagesRead;

    OngoingPages(PageTable pages, long run, int pageCount) {
        this.pages = pages;
        this.run = run;
        this.pageCount = pageCount;
    }

    boolean hasNext(Connection connection) throws SQLException {
        while (page.isEmpty() && pagesRead < pageCount) {
            int number = pagesRead;
            pages.find(connection, SettledPart.ONGOING, run, number)
                    .orElseThrow(() -> PageTable.missing(run, number))
                    .forEach(page::add);
            pagesRead++;
        }
        return !page.isEmpty();
    }

    /** The key of the next entry, which there is. */
    long nextKey() {
        return page.element().key();
    }

    PackedEntry next() {
        return page.remove();
    }
}
