package org.portreeve.control.store.sql;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

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

    private static final int KEYS_PAGE = 0;

    private final String node;

    PageTable(String node) {
        this.node = node;
    }

    void add(Connection connection, SettledPart part, long run, int page, byte[] entries)
            throws SQLException {
        insert(connection, part.pages(), run, page, entries);
    }

    void addKeys(Connection connection, SettledPart part, long run, PageKeys keys)
            throws SQLException {
        insert(connection, part.keys(), run, KEYS_PAGE, keys.octets());
    }

    private void insert(Connection connection, int part, long run, int page, byte[] octets)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            at(insert, part, run, page);
            insert.setBytes(5, octets);
            insert.executeUpdate();
        }
    }

    private void at(PreparedStatement statement, int part, long run, int page) throws SQLException {
        statement.setString(1, node);
        statement.setInt(2, part);
        statement.setLong(3, run);
        statement.setInt(4, page);
    }

    Optional<PackedRow> find(Connection connection, SettledPart part, long run, int page)
            throws SQLException {
        Optional<byte[]> octets = octets(connection, part.pages(), run, page);
        String where = "history_page at page %d of run %d".formatted(page, run);
        return octets.map(found -> new PackedRow(where, ByteBuffer.wrap(found)));
    }

    /** For who cannot do without the page. */
    static SQLException missing(long run, int page) {
        return new SQLException("history_page has no page %d of run %d".formatted(page, run));
    }

    /** With which port each page of a run begins. */
    PageKeys keys(Connection connection, SettledPart part, long run) throws SQLException {
        return octets(connection, part.keys(), run, KEYS_PAGE)
                .map(PageKeys::of)
                .orElse(PageKeys.NONE);
    }

    private Optional<byte[]> octets(Connection connection, int part, long run, int page)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(SELECT)) {
            at(select, part, run, page);
            ResultSet found = select.executeQuery();
            return found.next() ? Optional.of(found.getBytes(1)) : Optional.empty();
        }
    }

    /**
     * Removes some of the pages that do not count: those of runs that were not finished, and those
     * of what was going on before the newest one.
     *
     * @return whether there were any
     */
    boolean tidy(Connection connection, long newest) throws SQLException {
        int ongoing = SettledPart.ONGOING.pages();
        int ongoingKeys = SettledPart.ONGOING.keys();
        return remove(connection, SELECT_BEFORE, ongoing, newest)
                || remove(connection, SELECT_BEFORE, ongoingKeys, newest)
                || remove(connection, SELECT_AFTER, ongoing, newest)
                || remove(connection, SELECT_AFTER, SettledPart.OVER.pages(), newest);
    }

    private boolean remove(Connection connection, String which, int part, long newest)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(which);
                PreparedStatement delete = connection.prepareStatement(DELETE)) {
            select.setString(1, node);
            select.setInt(2, part);
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
