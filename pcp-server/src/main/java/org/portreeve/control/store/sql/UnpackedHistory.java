package org.portreeve.control.store.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.migration.Context;
import org.flywaydb.core.api.migration.JavaMigration;
import org.portreeve.control.store.HistoryEntry;

/**
 * Version 6 of the tables: what had settled before in rows of its own, with two indexes, comes
 * before all that is recent, and settles again in runs. Some microseconds for each row.
 */
final class UnpackedHistory implements JavaMigration {
    /** In the order of the nodes; of each the oldest first, as places rise. */
    private static final String SELECT =
            """
            SELECT node, realm, subscriber, protocol, external_ip, first_port, last_port,
                from_millis, to_millis, remote_ip
            FROM history ORDER BY node, from_millis
            """;

    private static final String INSERT =
            "INSERT INTO history_recent (node, place, entry_count, entries) VALUES (?, ?, ?, ?)";

    private static final int FETCHED = 1_000;

    /** Far before what is recent, whose places begin with 1. */
    private static final long FIRST_PLACE = -1L << 40;

    @Override
    public MigrationVersion getVersion() {
        return MigrationVersion.fromVersion("6");
    }

    @Override
    public String getDescription() {
        return "unpacked history";
    }

    @Override
    public Integer getChecksum() {
        return null;
    }

    @Override
    public boolean canExecuteInTransaction() {
        return true;
    }

    @Override
    public void migrate(Context context) throws SQLException {
        Connection connection = context.getConnection();
        try (PreparedStatement select = connection.prepareStatement(SELECT);
                PreparedStatement insert = connection.prepareStatement(INSERT)) {
            select.setFetchSize(FETCHED);
            pack(select.executeQuery(), insert);
        }
        try (Statement drop = connection.createStatement()) {
            drop.execute("DROP TABLE history");
        }
    }

    private static void pack(ResultSet rows, PreparedStatement insert) throws SQLException {
        List<HistoryEntry> entries = new ArrayList<>();
        String node = "";
        long place = FIRST_PLACE;
        while (rows.next()) {
            boolean isOther = !rows.getString(1).equals(node);
            if (isOther || entries.size() == StretchCodec.MAX_ENTRIES) {
                place = write(insert, node, place, entries);
                node = rows.getString(1);
            }
            entries.add(entry(rows));
        }
        write(insert, node, place, entries);
    }

    /** Returns the place of what comes next. */
    private static long write(
            PreparedStatement insert, String node, long first, List<HistoryEntry> entries)
            throws SQLException {
        long place = first;
        int from = 0;
        while (from < entries.size()) {
            int count = StretchCodec.fitting(entries, from);
            insert.setString(1, node);
            insert.setLong(2, place++);
            insert.setInt(3, count);
            insert.setBytes(4, StretchCodec.encode(entries.subList(from, from + count)));
            insert.executeUpdate();
            from += count;
        }
        entries.clear();
        return place;
    }

    private static HistoryEntry entry(ResultSet rows) throws SQLException {
        int firstPort = rows.getInt(6);
        return new HistoryEntry(
                rows.getInt(2),
                rows.getString(3),
                rows.getInt(4),
                (int) rows.getLong(5),
                firstPort,
                rows.getInt(7) - firstPort + 1,
                (int) rows.getLong(10),
                rows.getLong(8),
                rows.getLong(9));
    }
}
