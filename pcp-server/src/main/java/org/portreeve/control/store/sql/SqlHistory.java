package org.portreeve.control.store.sql;

import static java.lang.Integer.toUnsignedLong;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.portreeve.control.store.HistoryEntry;
import org.portreeve.control.store.HistoryStore;
import org.portreeve.control.store.StoreException;

/** History in SQL. Any thread. */
final class SqlHistory implements HistoryStore {
    /** Rows that go to the database at once and are committed together. */
    private static final int BATCH = 10_000;

    private static final long HIGHEST_IP = 0xffff_ffffL;

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

    private static final String SELECT =
            """
            SELECT DISTINCT realm, subscriber, protocol, external_ip, first_port, last_port,
                from_millis, to_millis, remote_ip
            FROM history
            WHERE node = ? AND external_ip = ? AND first_port <= ? AND last_port >= ?
                AND (protocol = ? OR protocol = 0) AND from_millis <= ? AND to_millis >= ?
                AND (remote_ip BETWEEN ? AND ? OR remote_ip = 0)
            ORDER BY from_millis DESC, protocol FETCH FIRST ? ROWS ONLY
            """;

    private static final String SELECT_ONGOING =
            """
            SELECT realm, subscriber, protocol, external_ip, first_port, last_port,
                from_millis, to_millis, remote_ip
            FROM history WHERE to_millis = ? AND node = ?
            """;

    private final Transactions transactions;
    private final String node;

    SqlHistory(Transactions transactions, String node) {
        this.transactions = transactions;
        this.node = node;
    }

    @Override
    public void add(List<HistoryEntry> entries) throws StoreException {
        for (int from = 0; from < entries.size(); from += BATCH) {
            List<HistoryEntry> batch =
                    entries.subList(from, Math.min(from + BATCH, entries.size()));
            transactions.append(
                    "add to the history",
                    connection -> {
                        write(connection, batch);
                        return true;
                    });
        }
    }

    private void write(Connection connection, List<HistoryEntry> batch) throws SQLException {
        // What began goes in first: it may have ended in the same batch.
        insert(connection, batch.stream().filter(SqlHistory::isOngoing).toList());
        List<HistoryEntry> ended = batch.stream().filter(entry -> !isOngoing(entry)).toList();
        int[] changed = batch(connection, END, ended);
        List<HistoryEntry> unknown = new ArrayList<>();
        for (int i = 0; i < ended.size(); i++) {
            if (changed[i] == 0) {
                unknown.add(ended.get(i));
            }
        }
        insert(connection, unknown);
    }

    private static boolean isOngoing(HistoryEntry entry) {
        return entry.toMillis() == HistoryEntry.ONGOING;
    }

    private void insert(Connection connection, List<HistoryEntry> entries) throws SQLException {
        batch(connection, INSERT, entries);
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

    @Override
    public List<HistoryEntry> ongoing() throws StoreException {
        return transactions.read(
                "read the history",
                connection -> {
                    try (PreparedStatement select = connection.prepareStatement(SELECT_ONGOING)) {
                        select.setLong(1, HistoryEntry.ONGOING);
                        select.setString(2, node);
                        return entries(select.executeQuery());
                    }
                });
    }

    @Override
    public List<HistoryEntry> find(
            int externalIp, int port, int protocol, int remoteIp, long fromMillis, long toMillis)
            throws StoreException {
        return transactions.read(
                "read the history",
                connection -> {
                    try (PreparedStatement select = connection.prepareStatement(SELECT)) {
                        select.setString(1, node);
                        select.setLong(2, toUnsignedLong(externalIp));
                        select.setInt(3, port);
                        select.setInt(4, port);
                        select.setInt(5, protocol);
                        select.setLong(6, toMillis);
                        select.setLong(7, fromMillis);
                        boolean isAny = remoteIp == HistoryEntry.ANY_REMOTE;
                        select.setLong(8, isAny ? 0 : toUnsignedLong(remoteIp));
                        select.setLong(9, isAny ? HIGHEST_IP : toUnsignedLong(remoteIp));
                        select.setInt(10, MAX_FOUND);
                        return entries(select.executeQuery());
                    }
                });
    }

    private static List<HistoryEntry> entries(ResultSet rows) throws SQLException {
        List<HistoryEntry> entries = new ArrayList<>();
        while (rows.next()) {
            int firstPort = rows.getInt(5);
            entries.add(
                    new HistoryEntry(
                            rows.getInt(1),
                            rows.getString(2),
                            rows.getInt(3),
                            (int) rows.getLong(4),
                            firstPort,
                            rows.getInt(6) - firstPort + 1,
                            (int) rows.getLong(9),
                            rows.getLong(7),
                            rows.getLong(8)));
        }
        return entries;
    }
}
