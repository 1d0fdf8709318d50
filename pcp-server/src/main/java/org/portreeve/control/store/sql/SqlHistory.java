package org.portreeve.control.store.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import org.portreeve.control.store.HistoryEntry;
import org.portreeve.control.store.HistoryStore;
import org.portreeve.control.store.StoreException;
import org.portreeve.control.store.sql.RecentHistory.Stretch;

/**
 * History in SQL: what was added lately, in the order in which it came, and what has settled, in
 * runs that are in the order of the ports. Any thread, but for {@link #add}, {@link #settle} and
 * {@link #ongoing}, which are for one.
 */
final class SqlHistory implements HistoryStore {
    private static final String READ = "read the history";

    private final Transactions transactions;
    private final RecentHistory recent;
    private final RunTable runs;
    private final PageTable pages;
    private final SettledHistory settled;

    /** The run that is made. */
    private Optional<Settling> settling = Optional.empty();

    SqlHistory(Transactions transactions, String node) {
        this.transactions = transactions;
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
        try {
            boolean goesOn = transactions.append("put the history in order", this::settle);
            if (!goesOn) {
                giveUp();
            }
            return goesOn;
        } catch (StoreException e) {
            giveUp();
            throw e;
        }
    }

    private boolean settle(Connection connection) throws SQLException {
        if (settling.isEmpty()) {
            settling = Optional.of(new Settling(recent, runs, pages, newest(connection)));
        }
        try {
            return settling.get().step(connection);
        } catch (SQLException e) {
            // Whether this step is tried again or not: half of it may have been done.
            giveUp();
            throw e;
        }
    }

    private SettledRun newest(Connection connection) throws SQLException {
        return runs.find(connection, runs.newest(connection));
    }

    private void giveUp() {
        settling.ifPresent(Settling::close);
        settling = Optional.empty();
    }

    @Override
    public long unsettled() throws StoreException {
        return transactions.read(
                READ, connection -> recent.count(connection, newest(connection).lastPlace()));
    }

    @Override
    public List<HistoryEntry> ongoing() throws StoreException {
        return transactions.read(
                READ,
                connection -> {
                    Set<HistoryEntry> ongoing = new LinkedHashSet<>();
                    SettledRun newest = newest(connection);
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
            next.get().entries(_ -> true).forEach(reader);
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
        LongPredicate isWanted = key -> PortKey.externalIp(key) == wanted.externalIp();
        Optional<Stretch> last = recent.before(connection, RecentHistory.END);
        while (last.isPresent()) {
            last.get().entries(isWanted).reversed().forEach(found::addRecent);
            last = recent.before(connection, last.get().place());
        }
        settled.read(connection, wanted, found::addSettled);
        return found.latest();
    }
}
