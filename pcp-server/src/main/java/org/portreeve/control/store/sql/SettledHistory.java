package org.portreeve.control.store.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.portreeve.control.store.HistoryEntry;
import org.portreeve.control.store.sql.PageKeys.Range;

/** Reads what has settled. Any thread. */
final class SettledHistory {
    private final RunTable runs;
    private final PageTable pages;

    SettledHistory(RunTable runs, PageTable pages) {
        this.runs = runs;
        this.pages = pages;
    }

    /** Shows all that is wanted. */
    void read(Connection connection, Wanted wanted, Consumer<HistoryEntry> reader)
            throws SQLException {
        ongoing(connection, wanted).forEach(reader);
        for (SettledRun run : runs.between(connection, wanted.fromMillis(), wanted.toMillis())) {
            read(connection, run, SettledPart.OVER, wanted, reader);
        }
    }

    /** A newer run may take the pages away while they are read: then its own are. */
    private List<HistoryEntry> ongoing(Connection connection, Wanted wanted) throws SQLException {
        List<HistoryEntry> ongoing = new ArrayList<>();
        SettledRun newest = runs.newest(connection);
        SettledRun former;
        do {
            former = newest;
            ongoing.clear();
            read(connection, former, SettledPart.ONGOING, wanted, ongoing::add);
            newest = runs.newest(connection);
        } while (newest.number() != former.number());
        return ongoing;
    }

    private void read(
            Connection connection,
            SettledRun run,
            SettledPart part,
            Wanted wanted,
            Consumer<HistoryEntry> reader)
            throws SQLException {
        PageKeys keys = pages.keys(connection, part, run.number());
        Predicate<PackedEntry> isWanted =
                entry -> wanted.includes(entry) && wanted.isNotOverBefore(entry.toMillis());
        long single = PortKey.single(wanted.externalIp(), wanted.port());
        Range alone = keys.between(single, single);
        read(connection, run, part, alone, isWanted, reader);
        // A range that has the port begins with it or before; it may be on a page read already.
        int lowest = Math.max(0, wanted.port() - run.mostPorts() + 1);
        long first = PortKey.range(wanted.externalIp(), lowest);
        long last = PortKey.range(wanted.externalIp(), wanted.port());
        Range among = keys.between(first, last).after(alone);
        read(connection, run, part, among, isWanted, reader);
    }

    /** Shows what is going on as of the newest run. For the thread that settles. */
    void readOngoing(Connection connection, SettledRun newest, Consumer<HistoryEntry> reader)
            throws SQLException {
        Range all = pages.keys(connection, SettledPart.ONGOING, newest.number()).all();
        read(connection, newest, SettledPart.ONGOING, all, _ -> true, reader);
    }

    private void read(
            Connection connection,
            SettledRun run,
            SettledPart part,
            Range numbers,
            Predicate<PackedEntry> filter,
            Consumer<HistoryEntry> reader)
            throws SQLException {
        for (int number = numbers.first(); number <= numbers.last(); number++) {
            Optional<PackedRow> page = pages.find(connection, part, run.number(), number);
            if (page.isPresent()) {
                page.get().entries(filter).forEach(reader);
            } else if (part == SettledPart.OVER || isNewest(connection, run)) {
                throw PageTable.missing(run.number(), number);
            }
        }
    }

    private boolean isNewest(Connection connection, SettledRun run) throws SQLException {
        return runs.newest(connection).number() == run.number();
    }
}
