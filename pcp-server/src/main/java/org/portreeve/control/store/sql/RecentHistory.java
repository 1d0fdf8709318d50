package org.portreeve.control.store.sql;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.portreeve.control.store.HistoryEntry;

/**
 * The table of what was added to the history lately: stretches of entries in the order of their
 * places. One thread adds and forgets, any may read.
 */
final class RecentHistory {
    /** Before all places. */
    static final long START = Long.MIN_VALUE;

    /** What is added comes after it. */
    private static final long ORIGIN = 0;

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
            "SELECT SUM(entry_count) FROM history_recent WHERE node = ? AND place > ?";

    private static final String SELECT_FIRST =
            "SELECT place FROM history_recent WHERE node = ? ORDER BY node, place"
                    + " FETCH FIRST 1 ROWS ONLY";

    private static final String FORGET = "DELETE FROM history_recent WHERE node = ? AND place <= ?";

    /** Stretches that are removed at once. */
    private static final int SOME = 16;

    private final String node;
    private final RunTable runs;

    /** The last place that was given; {@link #START} when what there is was not looked at yet. */
    private final AtomicLong lastPlace = new AtomicLong(START);

    RecentHistory(String node, RunTable runs) {
        this.node = node;
        this.runs = runs;
    }

    /** A row and its place. */
    record Stretch(long place, PackedRow row) {}

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

    /** Adds entries after a place, and returns the last one that they took. */
    long add(Connection connection, List<HistoryEntry> entries, long last) throws SQLException {
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

    /** What has settled may be gone already, and its places are not given again. */
    private long lastPlace(Connection connection) throws SQLException {
        if (lastPlace.get() > START) {
            return lastPlace.get();
        }
        long added = before(connection, END).map(Stretch::place).orElse(ORIGIN);
        long settled = runs.newest(connection).lastPlace();
        return Math.max(Math.max(added, settled), ORIGIN);
    }

    /** The first stretch after a place. */
    Optional<Stretch> after(Connection connection, long place) throws SQLException {
        return stretch(connection, SELECT_NEXT, place);
    }

    /** The last stretch before a place. */
    Optional<Stretch> before(Connection connection, long place) throws SQLException {
        return stretch(connection, SELECT_LAST, place);
    }

    private Optional<Stretch> stretch(Connection connection, String query, long place)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(query)) {
            select.setString(1, node);
            select.setLong(2, place);
            ResultSet found = select.executeQuery();
            if (!found.next()) {
                return Optional.empty();
            }
            long at = found.getLong(1);
            var octets = ByteBuffer.wrap(found.getBytes(2));
            return Optional.of(
                    new Stretch(at, new PackedRow("history_recent at place " + at, octets)));
        }
    }

    /** How many entries there are after a place. */
    long count(Connection connection, long place) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(COUNT)) {
            select.setString(1, node);
            select.setLong(2, place);
            ResultSet found = select.executeQuery();
            found.next();
            return found.getLong(1);
        }
    }

    /**
     * Removes some of those up to a place, the first ones.
     *
     * @return whether there were any
     */
    boolean forget(Connection connection, long place) throws SQLException {
        OptionalLong first = first(connection);
        if (first.isEmpty() || first.getAsLong() > place) {
            return false;
        }
        try (PreparedStatement delete = connection.prepareStatement(FORGET)) {
            delete.setString(1, node);
            delete.setLong(2, Math.min(place, first.getAsLong() + SOME - 1));
            delete.executeUpdate();
            return true;
        }
    }

    private OptionalLong first(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(SELECT_FIRST)) {
            select.setString(1, node);
            ResultSet found = select.executeQuery();
            return found.next() ? OptionalLong.of(found.getLong(1)) : OptionalLong.empty();
        }
    }
}
