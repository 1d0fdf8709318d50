package org.portreeve.control.store.sql;

import static java.lang.Integer.toUnsignedLong;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.portreeve.control.store.HistoryEntry;

/** How entries are rows of the table of all history. Immutable. */
final class HistoryRows {
    /** In the order in which {@link #entries} reads them. */
    static final String COLUMNS =
            "realm, subscriber, protocol, external_ip, first_port, last_port, from_millis,"
                    + " to_millis, remote_ip";

    private static final String INSERT =
            """
            INSERT INTO history (to_millis, node, realm, subscriber, protocol, external_ip,
                first_port, last_port, from_millis, remote_ip)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """;

    /** The parameters are those of the insertion. */
    private static final String END =
            """
            UPDATE history SET to_millis = ?
            WHERE node = ? AND realm = ? AND subscriber = ? AND protocol = ? AND external_ip = ?
                AND first_port = ? AND last_port = ? AND from_millis = ? AND remote_ip = ?
            """;

    private final String node;

    HistoryRows(String node) {
        this.node = node;
    }

    /** Puts a stretch of recent history into the table of all history. */
    void put(Connection connection, SettledStretch stretch) throws SQLException {
        // An end of what the table does not know is one row with both times.
        List<HistoryEntry> ended = stretch.ended();
        int[] changed = batch(connection, END, ended);
        List<HistoryEntry> unknown = new ArrayList<>();
        for (int i = 0; i < ended.size(); i++) {
            if (changed[i] == 0) {
                unknown.add(ended.get(i));
            }
        }
        batch(connection, INSERT, unknown);
        batch(connection, INSERT, stretch.begun());
    }

    private int[] batch(Connection connection, String sql, List<HistoryEntry> entries)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (HistoryEntry entry : entries) {
                fill(statement, entry);
                statement.addBatch();
            }
            return statement.executeBatch();
        }
    }

    private void fill(PreparedStatement statement, HistoryEntry entry) throws SQLException {
        statement.setLong(1, entry.toMillis());
        statement.setString(2, node);
        statement.setInt(3, entry.realm());
        statement.setString(4, entry.subscriber());
        statement.setInt(5, entry.protocol());
        statement.setLong(6, toUnsignedLong(entry.externalIp()));
        statement.setInt(7, entry.firstPort());
        statement.setInt(8, entry.lastPort());
        statement.setLong(9, entry.fromMillis());
        statement.setLong(10, toUnsignedLong(entry.remoteIp()));
    }

    /** The entries of rows that begin with {@link #COLUMNS}. */
    static List<HistoryEntry> entries(ResultSet rows) throws SQLException {
        List<HistoryEntry> entries = new ArrayList<>();
        while (rows.next()) {
            entries.add(entry(rows));
        }
        return entries;
    }

    private static HistoryEntry entry(ResultSet rows) throws SQLException {
        int firstPort = rows.getInt(5);
        return new HistoryEntry(
                rows.getInt(1),
                rows.getString(2),
                rows.getInt(3),
                (int) rows.getLong(4),
                firstPort,
                rows.getInt(6) - firstPort + 1,
                (int) rows.getLong(9),
                rows.getLong(7),
                rows.getLong(8));
    }
}
