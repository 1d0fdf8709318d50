package org.portreeve.control.store.sql;

import static java.lang.Integer.toUnsignedLong;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.portreeve.control.store.HistoryEntry;
import org.portreeve.control.store.HistoryStore;
import org.portreeve.control.store.StoreException;
import org.portreeve.control.store.sql.RecentHistory.Stretch;

/**
 * History in SQL: a table of all history with its indexes, and one of what was added lately. Any
 * thread.
 */
final class SqlHistory implements HistoryStore {
    private static final long HIGHEST_IP = 0xffff_ffffL;

    private static final String SELECT =
            "SELECT DISTINCT "
                    + HistoryRows.COLUMNS
                    + """
                     FROM history
                    WHERE node = ? AND external_ip = ? AND first_port <= ? AND last_port >= ?
                        AND (protocol = ? OR protocol = 0) AND from_millis <= ? AND to_millis >= ?
                        AND (remote_ip BETWEEN ? AND ? OR remote_ip = 0)
                    ORDER BY from_millis DESC, protocol FETCH FIRST ? ROWS ONLY
                    """;

    private static final String SELECT_ONGOING =
            "SELECT " + HistoryRows.COLUMNS + " FROM history WHERE to_millis = ? AND node = ?";

    private static final Comparator<HistoryEntry> LATEST_FIRST =
            Comparator.comparingLong(HistoryEntry::fromMillis)
                    .reversed()
                    .thenComparingInt(HistoryEntry::protocol);

    private final Transactions transactions;
    private final String node;
    private final HistoryRows rows;
    private final RecentHistory recent;

    SqlHistory(Transactions transactions, String node) {
        this.transactions = transactions;
        this.node = node;
        this.rows = new HistoryRows(node);
        this.recent = new RecentHistory(node);
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
    public int settle(int most) throws StoreException {
        return transactions.append(
                "put the history in order",
                connection -> {
                    List<HistoryEntry> entries = new ArrayList<>();
                    long place = RecentHistory.START;
                    Optional<Stretch> next = recent.after(connection, place);
                    while (next.isPresent()
                            && (entries.isEmpty()
                                    || entries.size() + next.get().entries().size() <= most)) {
                        entries.addAll(next.get().entries());
                        place = next.get().place();
                        next = recent.after(connection, place);
                    }
                    rows.put(connection, SettledStretch.of(entries));
                    recent.forget(connection, place);
                    return entries.size();
                });
    }

    @Override
    public long unsettled() throws StoreException {
        return transactions.read("read the history", recent::count);
    }

    @Override
    public List<HistoryEntry> ongoing() throws StoreException {
        return transactions.read(
                "read the history",
                connection -> {
                    Set<HistoryEntry> ongoing = new LinkedHashSet<>();
                    try (PreparedStatement select = connection.prepareStatement(SELECT_ONGOING)) {
                        select.setLong(1, HistoryEntry.ONGOING);
                        select.setString(2, node);
                        ongoing.addAll(HistoryRows.entries(select.executeQuery()));
                    }
                    eachRecent(
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
    private void eachRecent(Connection connection, Consumer<HistoryEntry> reader)
            throws SQLException {
        Optional<Stretch> next = recent.after(connection, RecentHistory.START);
        while (next.isPresent()) {
            next.get().entries().forEach(reader);
            next = recent.after(connection, next.get().place());
        }
    }

    @Override
    public List<HistoryEntry> find(
            int externalIp, int port, int protocol, int remoteIp, long fromMillis, long toMillis)
            throws StoreException {
        var wanted = new Wanted(externalIp, port, protocol, remoteIp, fromMillis, toMillis);
        return transactions.read(
                "read the history",
                connection -> {
                    Map<HistoryEntry, HistoryEntry> latest = latest(connection, wanted);
                    return wanted.from(latest, settled(connection, wanted, latest.size()));
                });
    }

    /**
     * What recent history says last of each that is wanted, by its beginning. The latest is read
     * first, and the table after all of them: what settles meanwhile is met there, and whoever
     * meets a beginning here has met its end before.
     */
    private Map<HistoryEntry, HistoryEntry> latest(Connection connection, Wanted wanted)
            throws SQLException {
        Map<HistoryEntry, HistoryEntry> latest = new LinkedHashMap<>();
        IntPredicate isWanted = ip -> ip == wanted.externalIp;
        Optional<Stretch> last = recent.before(connection, RecentHistory.END, isWanted);
        while (last.isPresent()) {
            for (HistoryEntry entry : last.get().entries().reversed()) {
                if (wanted.includes(entry)) {
                    latest.putIfAbsent(entry.beginning(), entry);
                }
            }
            last = recent.before(connection, last.get().place(), isWanted);
        }
        return latest;
    }

    /**
     * What the table has.
     *
     * @param more how many of them recent history may say to be over before what is wanted
     */
    private List<HistoryEntry> settled(Connection connection, Wanted wanted, int more)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(SELECT)) {
            select.setString(1, node);
            select.setLong(2, toUnsignedLong(wanted.externalIp));
            select.setInt(3, wanted.port);
            select.setInt(4, wanted.port);
            select.setInt(5, wanted.protocol);
            select.setLong(6, wanted.toMillis);
            select.setLong(7, wanted.fromMillis);
            select.setLong(8, wanted.isOfAnyRemote() ? 0 : toUnsignedLong(wanted.remoteIp));
            select.setLong(
                    9, wanted.isOfAnyRemote() ? HIGHEST_IP : toUnsignedLong(wanted.remoteIp));
            select.setInt(10, MAX_FOUND + more);
            return HistoryRows.entries(select.executeQuery());
        }
    }

    /** What is looked for, as {@link HistoryStore#find} has it. */
    private record Wanted(
            int externalIp, int port, int protocol, int remoteIp, long fromMillis, long toMillis) {
        boolean isOfAnyRemote() {
            return remoteIp == HistoryEntry.ANY_REMOTE;
        }

        /** Whether an entry of the address is one, but for its end, which another may tell. */
        boolean includes(HistoryEntry entry) {
            return entry.firstPort() <= port
                    && entry.lastPort() >= port
                    && (entry.protocol() == protocol
                            || entry.protocol() == HistoryEntry.ANY_PROTOCOL)
                    && entry.fromMillis() <= toMillis
                    && (isOfAnyRemote()
                            || entry.remoteIp() == remoteIp
                            || entry.remoteIp() == HistoryEntry.ANY_REMOTE);
        }

        /** What is recent says more than what is settled: an end, of what was going on there. */
        List<HistoryEntry> from(
                Map<HistoryEntry, HistoryEntry> latest, List<HistoryEntry> settled) {
            Map<HistoryEntry, HistoryEntry> found = new LinkedHashMap<>();
            // Of two that began in the same millisecond the later one is not the shorter one.
            settled.forEach(entry -> found.merge(entry.beginning(), entry, Wanted::longer));
            found.putAll(latest);
            return found.values().stream()
                    .filter(entry -> entry.toMillis() >= fromMillis)
                    .sorted(LATEST_FIRST)
                    .limit(MAX_FOUND)
                    .toList();
        }

        private static HistoryEntry longer(HistoryEntry one, HistoryEntry other) {
            return one.toMillis() >= other.toMillis() ? one : other;
        }
    }
}
