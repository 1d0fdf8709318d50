package org.portreeve.control.store.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntPredicate;
import org.portreeve.control.store.HistoryEntry;

/**
 * The table of what was added to the history lately: stretches of entries in the order of their
 * places. One thread adds and forgets, any may read.
 */
final class RecentHistory {
    /** Before all places. */
    static final long START = 0;

    /** After all places. */
    static final long END = Long.MAX_VALUE;

    private static final String INSERT =
            "INSERT INTO history_recent (node, place, entry_count, entries) VALUES (?, ?, ?, ?)";

    /** Both columns, or H2 sorts all rows instead of following the key. */
    private static final String SELECT_NEXT =
            """
            SELECT place, entries FROM history_recent WHERE node = ? AND place > ?
            ORDER BY node, place FETCH FIRST 1 ROWS ONLY
            """;

    private static final String SELECT_LAST =
            """
            SELECT place, entries FROM history_recent WHERE node = ? AND place < ?
            ORDER BY node DESC, place DESC FETCH FIRST 1 ROWS ONLY
            """;

    private static final String COUNT =
            "SELECT SUM(entry_count) FROM history_recent WHERE node = ?";

    private static final String FORGET = "DELETE FROM history_recent WHERE node = ? AND place <= ?";

    private final String node;

    /** The last place that was given; {@link #START} when what there is was not looked at yet. */
    private final AtomicLong lastPlace = new AtomicLong(START);

    RecentHistory(String node) {
        this.node = node;
    }

    /** Entries and the place of their row. */
    record Stretch(long place, List<HistoryEntry> entries) {}

    /** Adds entries, in as many rows as they need. */
    void add(Connection connection, List<HistoryEntry> entries) throws SQLException {
        try {
            lastPlace.set(add(connection, entries, lastPlace(connection)));
        } catch (SQLException e) {
            // Somebody else may have taken the place: looked for anew the next time.
            lastPlace.set(START);
            throw e;
        }
    }

    private long add(Connection connection, List<HistoryEntry> entries, long last)
            throws SQLException {
        long place = last;
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            int from = 0;
            while (from < entries.size()) {
                int count = StretchCodec.fitting(entries, from);
                place++;
                insert.setString(1, node);
                insert.setLong(2, place);
                insert.setInt(3, count);
                insert.setBytes(4, StretchCodec.encode(entries.subList(from, from + count)));
                insert.addBatch();
                from += count;
            }
            insert.executeBatch();
        }
        return place;
    }

    private long lastPlace(Connection connection) throws SQLException {
        return lastPlace.get() > START
                ? lastPlace.get()
                : before(connection, END, _ -> false).map(Stretch::place).orElse(START);
    }

    /** The first stretch after a place. */
    Optional<Stretch> after(Connection connection, long place) throws SQLException {
        return stretch(connection, SELECT_NEXT, place, _ -> true);
    }

    /** The last stretch before a place, with its entries of some external addresses. */
    Optional<Stretch> before(Connection connection, long place, IntPredicate externalIps)
            throws SQLException {
        return stretch(connection, SELECT_LAST, place, externalIps);
    }

    private Optional<Stretch> stretch(
            Connection connection, String query, long place, IntPredicate externalIps)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(query)) {
            select.setString(1, node);
            select.setLong(2, place);
            ResultSet found = select.executeQuery();
            return found.next() ? Optional.of(stretch(found, externalIps)) : Optional.empty();
        }
    }

    private static Stretch stretch(ResultSet row, IntPredicate externalIps) throws SQLException {
        long place = row.getLong(1);
        try {
            return new Stretch(place, StretchCodec.decode(row.getBytes(2), externalIps));
        } catch (IllegalArgumentException e) {
            throw new SQLException(
                    "history_recent holds %s at place %d".formatted(e.getMessage(), place), e);
        }
    }

    /** How many entries there are. */
    long count(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(COUNT)) {
            select.setString(1, node);
            ResultSet found = select.executeQuery();
            found.next();
            return found.getLong(1);
        }
    }

    /** Removes all up to a place. */
    void forget(Connection connection, long place) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(FORGET)) {
            delete.setString(1, node);
            delete.setLong(2, place);
            delete.executeUpdate();
        }
    }
}
