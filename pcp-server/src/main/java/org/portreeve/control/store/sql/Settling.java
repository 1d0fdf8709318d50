package org.portreeve.control.store.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.Optional;
import org.portreeve.control.store.sql.RecentHistory.Stretch;
import org.portreeve.control.store.sql.RunTable.Span;

/**
 * Makes a run of what is recent, a part at a time: what has ended becomes pages of the run for
 * good, and what goes on is put together with what went on as of the run before. Until the row of
 * the run is there nothing of it counts, so it may be given up at any time. The thread that adds.
 */
final class Settling implements AutoCloseable {
    /** Stretches that are read in a step, or pages that are written: some milliseconds. */
    private static final int SOME = 8;

    /**
     * Pages of what is over that are written together, 3 MB: each time something of a transaction
     * of other pages is left for good, and the database does not use its room again.
     */
    private static final int SOME_OVER = 64;

    /** Entries that are looked at in a step, or moved. */
    private static final int SOME_ENTRIES = 20_000;

    private enum Stage {
        TIDYING,
        STAGING,
        SORTING,
        WRITING,
        CLEARING,
        DONE
    }

    private final RecentHistory recent;
    private final RunTable runs;
    private final PageTable pages;
    private final long maxBytes;
    private final StagedEntries staged = new StagedEntries();
    private final long number;
    private final OngoingPages ongoing;
    private final PageWriter over;
    private final PageWriter left;

    /** What goes on at the key that is merged. */
    private final LinkedHashSet<PackedEntry> open = new LinkedHashSet<>();

    private Stage stage = Stage.TIDYING;
    private long lastPlace;
    private long key = -1;
    private Span span = Span.EMPTY;
    private int mostPorts;
    private boolean isMerged;

    /**
     * Begins with the oldest that is recent.
     *
     * @param maxBytes memory that is taken for a time, some more at most
     */
    Settling(
            Connection connection,
            RecentHistory recent,
            RunTable runs,
            PageTable pages,
            long maxBytes)
            throws SQLException {
        this.recent = recent;
        this.runs = runs;
        this.pages = pages;
        this.maxBytes = maxBytes;
        SettledRun former = runs.newest(connection);
        PageKeys keys = pages.keys(connection, SettledPart.ONGOING, former.number());
        this.ongoing = new OngoingPages(pages, former.number(), keys.count());
        this.number = former.number() + 1;
        this.over = new PageWriter(pages, SettledPart.OVER, number);
        this.left = new PageWriter(pages, SettledPart.ONGOING, number);
        this.lastPlace = former.lastPlace();
        this.mostPorts = former.mostPorts();
    }

    /**
     * Does some of the work, and returns whether there is more. Who fails, or whose transaction
     * does, is to be given up.
     */
    boolean step(Connection connection) throws SQLException {
        stage =
                switch (stage) {
                    case TIDYING -> tidy(connection, number - 1, Stage.STAGING);
                    case STAGING -> stage(connection);
                    case SORTING -> staged.sort() ? Stage.SORTING : Stage.WRITING;
                    case WRITING -> write(connection);
                    case CLEARING -> tidy(connection, number, Stage.DONE);
                    case DONE -> Stage.DONE;
                };
        return stage != Stage.DONE;
    }

    /** Removes what does not count; who was given up may have left some. */
    private Stage tidy(Connection connection, long newest, Stage next) throws SQLException {
        boolean isFound = recent.forget(connection, lastPlace) || pages.tidy(connection, newest);
        return isFound ? stage : next;
    }

    private Stage stage(Connection connection) throws SQLException {
        for (int i = 0; i < SOME; i++) {
            Optional<Stretch> next = recent.after(connection, lastPlace);
            if (next.isEmpty() || staged.bytes() >= maxBytes) {
                return staged.isEmpty() ? Stage.DONE : Stage.SORTING;
            }
            staged.add(next.get().row());
            lastPlace = next.get().place();
        }
        return stage;
    }

    /**
     * Pages of one part in a transaction: those of what goes on are removed with the next run, and
     * the database uses the room of a transaction again when nothing of it is left.
     */
    private Stage write(Connection connection) throws SQLException {
        if (over.unwritten() >= (isMerged ? 1 : SOME_OVER)) {
            over.write(connection);
        } else if (left.unwritten() >= (isMerged ? 1 : SOME)) {
            left.write(connection);
        } else if (!isMerged) {
            isMerged = merge(connection);
        } else {
            over.writeKeys(connection);
            left.writeKeys(connection);
            runs.add(connection, new SettledRun(number, lastPlace, mostPorts), span);
            return Stage.CLEARING;
        }
        return stage;
    }

    /** Puts together what went on and what began and ended since; returns whether that is done. */
    private boolean merge(Connection connection) throws SQLException {
        for (int i = 0; i < SOME_ENTRIES; i++) {
            boolean isOngoing = ongoing.hasNext(connection);
            if (isOngoing && ongoing.nextKey() == key) {
                open.add(ongoing.next());
            } else if (staged.hasNext() && staged.nextKey() == key) {
                take(staged.next());
            } else if (!open.isEmpty()) {
                left.add(open.removeFirst());
            } else if (isOngoing || staged.hasNext()) {
                key = nextKey(isOngoing);
            } else {
                over.endPage();
                left.endPage();
                return true;
            }
        }
        return false;
    }

    private void take(PackedEntry entry) {
        mostPorts = Math.max(mostPorts, entry.portCount());
        if (entry.isOngoing()) {
            open.add(entry);
        } else {
            open.remove(entry);
            over.add(entry);
            span = span.with(entry);
        }
    }

    private long nextKey(boolean isOngoing) {
        if (!isOngoing) {
            return staged.nextKey();
        }
        return staged.hasNext() ? Math.min(staged.nextKey(), ongoing.nextKey()) : ongoing.nextKey();
    }

    @Override
    public void close() {
        staged.close();
    }
}
