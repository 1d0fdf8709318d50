package org.portreeve.control.store.sql;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import org.portreeve.control.store.HistoryEntry;

/** The table of pages of settled history. One thread writes, any may read. */
final class PageTable {
    /** Pages that are removed at once: 700 KB. */
    private static final int SOME = 16;

    private static final String INSERT =
            "INSERT INTO history_page (node, part, run, page, entries) VALUES (?, ?, ?, ?, ?)";

    private static final String SELECT =
            "SELECT entries FROM history_page WHERE node = ? AND part = ? AND run = ? AND page = ?";

    private static final String DELETE =
            "DELETE FROM history_page WHERE node = ? AND part = ? AND run = ? AND page = ?";

    /** All columns of the key, or H2 sorts all rows instead of following it. */
    private static final String SELECT_SOME =
            """
            SELECT run, page FROM history_page WHERE node = ? AND part = ? AND run %s ?
            ORDER BY node, part, run, page FETCH FIRST %d ROWS ONLY
            """;

    private static final String SELECT_BEFORE = SELECT_SOME.formatted("<", SOME);
    private static final String SELECT_AFTER = SELECT_SOME.formatted(">", SOME);

    private final String node;

    PageTable(String node) {
        this.node = node;
    }

    void add(Connection connection, SettledPart part, long run, int page, byte[] entries)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            at(insert, part, run, page);
            insert.setBytes(5, entries);
            insert.executeUpdate();
        }
    }

    private void at(PreparedStatement statement, SettledPart part, long run, int page)
            throws SQLException {
        statement.setString(1, node);
        statement.setInt(2, part.column());
        statement.setLong(3, run);
        statement.setInt(4, page);
    }

    /** Entries of a row, packed. The octets are not to be changed. */
    record Page(long run, int number, ByteBuffer octets) {
        /** The entries of some {@link PortKey}s. */
        List<HistoryEntry> entries(LongPredicate keys) throws SQLException {
            try {
                return StretchCodec.decode(octets, keys);
            } catch (IllegalArgumentException e) {
                throw damaged(e);
            }
        }

        /** Shows all entries where they lie. */
        void forEach(Consumer<PackedEntry> reader) throws SQLException {
            try {
                StretchCodec.forEach(octets, reader);
            } catch (IllegalArgumentException e) {
                throw damaged(e);
            }
        }

        private SQLException damaged(IllegalArgumentException cause) {
            return new SQLException(
                    "history_page holds %s at page %d of run %d"
                            .formatted(cause.getMessage(), number, run),
                    cause);
        }
    }

    Optional<Page> find(Connection connection, SettledPart part, long run, int page)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(SELECT)) {
            at(select, part, run, page);
            ResultSet found = select.executeQuery();
            return found.next()
                    ? Optional.of(new Page(run, page, ByteBuffer.wrap(found.getBytes(1))))
                    : Optional.empty();
        }
    }

    /** For who cannot do without the page. */
    static SQLException missing(long run, int page) {
        return new SQLException("history_page has no page %d of run %d".formatted(page, run));
    }

    /**
     * Removes some of the pages that do not count: those of runs that were not finished, and those
     * of what was going on before the newest one.
     *
     * @return whether there were any
     */
    boolean tidy(Connection connection, long newest) throws SQLException {
        return remove(connection, SELECT_BEFORE, SettledPart.ONGOING, newest)
                || remove(connection, SELECT_AFTER, SettledPart.ONGOING, newest)
                || remove(connection, SELECT_AFTER, SettledPart.OVER, newest);
    }

    private boolean remove(Connection connection, String which, SettledPart part, long newest)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(which);
                PreparedStatement delete = connection.prepareStatement(DELETE)) {
            select.setString(1, node);
            select.setInt(2, part.column());
            select.setLong(3, newest);
            ResultSet rows = select.executeQuery();
            boolean isFound = false;
            while (rows.next()) {
                isFound = true;
                at(delete, part, rows.getLong(1), rows.getInt(2));
                delete.addBatch();
            }
            delete.executeBatch();
            return isFound;
        }
    }
}
