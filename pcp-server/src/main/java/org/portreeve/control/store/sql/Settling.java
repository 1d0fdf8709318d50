package org.portreeve.control.store.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
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

    /** Octets of recent history in a run at most: they are in memory while it is made. */
    private static final long MAX_BYTES = 64L << 20;

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
    private final StagedEntries staged = new StagedEntries();
    private final SettledRun former;
    private final OngoingPages ongoing;
    private final PageWriter over;
    private final PageWriter left;

    /** What goes on at one key. */
    private final Set<PackedEntry> open = new LinkedHashSet<>();

    private Stage stage = Stage.TIDYING;
    private long lastPlace;
    private Span span = Span.EMPTY;
    private int mostPorts;

    Settling(RecentHistory recent, RunTable runs, PageTable pages, SettledRun former) {
        this.recent = recent;
        this.runs = runs;
        this.pages = pages;
        this.former = former;
        this.lastPlace = former.lastPlace();
        this.mostPorts = former.mostPorts();
        this.ongoing = new OngoingPages(pages, former);
        this.over = new PageWriter(pages, SettledPart.OVER, number());
        this.left = new PageWriter(pages, SettledPart.ONGOING, number());
    }

    private long number() {
        return former.number() + 1;
    }

    /** Does some of the work, and returns whether there is more. */
    boolean step(Connection connection) throws SQLException {
        stage =
                switch (stage) {
                    case TIDYING -> tidy(connection, former.number(), Stage.STAGING);
                    case STAGING -> stage(connection);
                    case SORTING -> staged.sort() ? Stage.SORTING : Stage.WRITING;
                    case WRITING -> write(connection);
                    case CLEARING -> tidy(connection, number(), Stage.DONE);
                    case DONE -> Stage.DONE;
                };
        return stage != Stage.DONE;
    }

    /** Removes what does not count; who gave up may have left some. */
    private Stage tidy(Connection connection, long newest, Stage next) throws SQLException {
        boolean isFound = recent.forget(connection, lastPlace) || pages.tidy(connection, newest);
        return isFound ? stage : next;
    }

    private Stage stage(Connection connection) throws SQLException {
        for (int i = 0; i < SOME; i++) {
            Optional<Stretch> next = recent.after(connection, lastPlace);
            if (next.isEmpty() || staged.bytes() >= MAX_BYTES) {
                return staged.isEmpty() ? Stage.DONE : Stage.SORTING;
            }
            stage(next.get());
        }
        return stage;
    }

    private void stage(Stretch stretch) throws SQLException {
        try {
            staged.add(stretch.octets());
        } catch (IllegalArgumentException e) {
            throw stretch.damaged(e);
        }
        lastPlace = stretch.place();
    }

    private Stage write(Connection connection) throws SQLException {
        int enough = over.count() + left.count() + SOME;
        while (over.count() + left.count() < enough) {
            boolean isOngoing = ongoing.hasNext(connection);
            if (!isOngoing && !staged.hasNext()) {
                finish(connection);
                return Stage.CLEARING;
            }
            if (isOngoing && !(staged.hasNext() && staged.nextKey() <= ongoing.nextKey())) {
                left.add(connection, ongoing.next());
            } else {
                merge(connection, staged.nextKey());
            }
        }
        return stage;
    }

    /** What goes on at a key, and what began and ended there since. */
    private void merge(Connection connection, long key) throws SQLException {
        open.clear();
        while (ongoing.hasNext(connection) && ongoing.nextKey() == key) {
            open.add(ongoing.next());
        }
        while (staged.hasNext() && staged.nextKey() == key) {
            PackedEntry entry = staged.next();
            mostPorts = Math.max(mostPorts, entry.portCount());
            if (entry.isOngoing()) {
                open.add(entry);
            } else {
                open.remove(entry);
                over.add(connection, entry);
                span = span.with(entry);
            }
        }
        for (PackedEntry entry : open) {
            left.add(connection, entry);
        }
    }

    private void finish(Connection connection) throws SQLException {
        over.finish(connection);
        left.finish(connection);
        var run = new SettledRun(number(), lastPlace, mostPorts, over.keys(), left.keys());
        runs.add(connection, run, span);
    }

    @Override
    public void close() {
        staged.close();
    }
}
