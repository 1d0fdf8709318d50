package org.portreeve.control.store.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.portreeve.control.store.HistoryEntry;
import org.portreeve.control.store.HistoryStore;
import org.portreeve.control.store.StoreException;
import org.portreeve.control.store.sql.RecentHistory.Stretch;

/**
 * History in SQL: what was added lately, in the order in which it came, and what has settled, in
 * runs that are in the order of the ports. Any thread, but for {@link #add}, {@link #settle} and
 * {@link #ongoing}, which are for one.
 */
final class SqlHistory implements HistoryStore, AutoCloseable {
    /** What it takes for a time to put a million entries in order. */
    private static final long MAX_SETTLING_BYTES = 96L << 20;

    private static final String READ = "read the history";

    private final Transactions transactions;
    private final RecentHistory recent;
    private final RunTable runs;
    private final PageTable pages;
    private final SettledHistory settled;
    private final long maxBytes;

    /** The run that is made. */
    private Optional<Settling> settling = Optional.empty();

    SqlHistory(Transactions transactions, String node) {
        this(transactions, node, MAX_SETTLING_BYTES);
    }

    /** With less memory, so with more runs. */
    SqlHistory(Transactions transactions, String node, long maxBytes) {
        this.transactions = transactions;
        this.maxBytes = maxBytes;
        this.runs = new RunTable(node);
        this.pages = new PageTable(node);
        this.recent = new RecentHistory(node, runs);
        this.settled = new SettledHistory(runs, pages);
    }

    @Override
    public void add(List<HistoryEntry> entries) throws StoreException {
        transactions.append(
                "add to the history",
                connection -> {
                    recent.add(connection, entries);
                    return true;
                });
    }

    @Override
    public boolean settle() throws StoreException {
        boolean goesOn = false;
        try {
            goesOn = transactions.append("put the history in order", this::settle);
        } finally {
            // Of a step whose transaction failed half may have been done.
            if (!goesOn) {
                close();
            }
        }
        return goesOn;
    }

    private boolean settle(Connection connection) throws SQLException {
        boolean isTried = false;
        try {
            if (settling.isEmpty()) {
                settling = Optional.of(new Settling(connection, recent, runs, pages, maxBytes));
            }
            boolean goesOn = settling.get().step(connection);
            isTried = true;
            return goesOn;
        } finally {
            // It may be tried again at once.
            if (!isTried) {
                close();
            }
        }
    }

    /** Gives up what settles; it begins anew with the next call. */
    @Override
    public void close() {
        settling.ifPresent(Settling::close);
        settling = Optional.empty();
    }

    @Override
    public long unsettled() throws StoreException {
        return transactions.read(
                READ, connection -> recent.count(connection, runs.newest(connection).lastPlace()));
    }

    @Override
    public List<HistoryEntry> ongoing() throws StoreException {
        return transactions.read(
                READ,
                connection -> {
                    Set<HistoryEntry> ongoing = new LinkedHashSet<>();
                    SettledRun newest = runs.newest(connection);
                    settled.readOngoing(connection, newest, ongoing::add);
                    eachAfter(
                            newest.lastPlace(),
                            connection,
                            entry -> {
                                if (entry.isOngoing()) {
                                    ongoing.add(entry);
                                } else {
                                    ongoing.remove(entry.beginning());
                                }
                            });
                    return List.copyOf(ongoing);
                });
    }

    /** A stretch at a time: there may be millions of entries. */
    private void eachAfter(long place, Connection connection, Consumer<HistoryEntry> reader)
            throws SQLException {
        Optional<Stretch> next = recent.after(connection, place);
        while (next.isPresent()) {
            next.get().row().entries(_ -> true).forEach(reader);
            next = recent.after(connection, next.get().place());
        }
    }

    @Override
    public List<HistoryEntry> find(
            int externalIp, int port, int protocol, int remoteIp, long fromMillis, long toMillis)
            throws StoreException {
        var wanted = new Wanted(externalIp, port, protocol, remoteIp, fromMillis, toMillis);
        return transactions.read(READ, connection -> find(connection, wanted));
    }

    /**
     * What is recent is read first, the latest before the others, and what has settled after all of
     * it: what settles meanwhile is met there, and whoever meets a beginning has met its end.
     */
    private List<HistoryEntry> find(Connection connection, Wanted wanted) throws SQLException {
        var found = new FoundEntries(wanted);
        Optional<Stretch> last = recent.before(connection, RecentHistory.END);
        while (last.isPresent()) {
            last.get().row().entries(wanted::includes).reversed().forEach(found::addRecent);
            last = recent.before(connection, last.get().place());
        }
        settled.read(connection, wanted, found::addSettled);
        return found.latest();
    }
}
