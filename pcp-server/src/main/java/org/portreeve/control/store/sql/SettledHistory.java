package org.portreeve.control.store.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import org.portreeve.control.store.HistoryEntry;
import org.portreeve.control.store.sql.PageKeys.Range;
import org.portreeve.control.store.sql.PageTable.Page;

/** Reads what has settled. Any thread. */
final class SettledHistory {
    private final RunTable runs;
    private final PageTable pages;

    SettledHistory(RunTable runs, PageTable pages) {
        this.runs = runs;
        this.pages = pages;
    }

    /** Shows all that may be wanted. */
    void read(Connection connection, Wanted wanted, Consumer<HistoryEntry> reader)
            throws SQLException {
        ongoing(connection, wanted).forEach(reader);
        for (long run : runs.between(connection, wanted.fromMillis(), wanted.toMillis())) {
            read(connection, runs.find(connection, run), SettledPart.OVER, wanted, reader);
        }
    }

    /** A newer run may take the pages away while they are read: then its own are. */
    private List<HistoryEntry> ongoing(Connection connection, Wanted wanted) throws SQLException {
        List<HistoryEntry> ongoing = new ArrayList<>();
        long newest = runs.newest(connection);
        long former;
        do {
            former = newest;
            ongoing.clear();
            SettledRun run = runs.find(connection, former);
            read(connection, run, SettledPart.ONGOING, wanted, ongoing::add);
            newest = runs.newest(connection);
        } while (newest != former);
        return ongoing;
    }

    private void read(
            Connection connection,
            SettledRun run,
            SettledPart part,
            Wanted wanted,
            Consumer<HistoryEntry> reader)
            throws SQLException {
        long single = PortKey.single(wanted.externalIp(), wanted.port());
        Range having = run.pages(part).between(single, single);
        read(connection, run, part, having, key -> key == single, reader);
        // A range that has the port begins with it or before.
        int lowest = Math.max(0, wanted.port() - run.mostPorts() + 1);
        long first = PortKey.range(wanted.externalIp(), lowest);
        long last = PortKey.range(wanted.externalIp(), wanted.port());
        Range around = run.pages(part).between(first, last);
        read(connection, run, part, around, key -> first <= key && key <= last, reader);
    }

    /** Shows what is going on as of the newest run. For the thread that settles. */
    void readOngoing(Connection connection, SettledRun newest, Consumer<HistoryEntry> reader)
            throws SQLException {
        Range all = newest.ongoing().all();
        read(connection, newest, SettledPart.ONGOING, all, _ -> true, reader);
    }

    private void read(
            Connection connection,
            SettledRun run,
            SettledPart part,
            Range numbers,
            LongPredicate keys,
            Consumer<HistoryEntry> reader)
            throws SQLException {
        for (int number = numbers.first(); number <= numbers.last(); number++) {
            Optional<Page> page = pages.find(connection, part, run.number(), number);
            if (page.isPresent()) {
                page.get().entries(keys).forEach(reader);
            } else if (part == SettledPart.OVER || runs.newest(connection) == run.number()) {
                throw PageTable.missing(run.number(), number);
            }
        }
    }
}
