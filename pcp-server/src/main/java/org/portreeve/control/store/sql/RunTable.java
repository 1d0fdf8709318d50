package org.portreeve.control.store.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The table of runs of settled history. One thread writes, any may read. */
final class RunTable {
    private static final String INSERT =
            """
            INSERT INTO history_run (node, run, last_place, most_ports, from_millis, to_millis)
            VALUES (?, ?, ?, ?, ?, ?)
            """;

    /** Both columns, or H2 sorts all rows instead of following the key. */
    private static final String SELECT_NEWEST =
            """
            SELECT run, last_place, most_ports FROM history_run WHERE node = ?
            ORDER BY node DESC, run DESC FETCH FIRST 1 ROWS ONLY
            """;

    private static final String SELECT_BETWEEN =
            """
            SELECT run, last_place, most_ports FROM history_run
            WHERE node = ? AND to_millis >= ? AND from_millis <= ?
            """;

    private final String node;

    RunTable(String node) {
        this.node = node;
    }

    /** From now on a run counts. */
    void add(Connection connection, SettledRun run, Span span) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setString(1, node);
            insert.setLong(2, run.number());
            insert.setLong(3, run.lastPlace());
            insert.setInt(4, run.mostPorts());
            insert.setLong(5, span.fromMillis());
            insert.setLong(6, span.toMillis());
            insert.executeUpdate();
        }
    }

    /**
     * When what is over in a run was going on.
     *
     * @param fromMillis the first beginning
     * @param toMillis the last end; before the first beginning when nothing is over
     */
    record Span(long fromMillis, long toMillis) {
        static final Span EMPTY = new Span(Long.MAX_VALUE, Long.MIN_VALUE);

        Span with(PackedEntry entry) {
            return new Span(
                    Math.min(fromMillis, entry.fromMillis()), Math.max(toMillis, entry.toMillis()));
        }
    }

    SettledRun newest(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(SELECT_NEWEST)) {
            select.setString(1, node);
            ResultSet found = select.executeQuery();
            return found.next() ? run(found) : SettledRun.NONE;
        }
    }

    private static SettledRun run(ResultSet row) throws SQLException {
        return new SettledRun(row.getLong(1), row.getLong(2), row.getInt(3));
    }

    /** Runs in which something may be that was going on between two times and is over. */
    List<SettledRun> between(Connection connection, long fromMillis, long toMillis)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(SELECT_BETWEEN)) {
            select.setString(1, node);
            select.setLong(2, fromMillis);
            select.setLong(3, toMillis);
            ResultSet rows = select.executeQuery();
            List<SettledRun> runs = new ArrayList<>();
            while (rows.next()) {
                runs.add(run(rows));
            }
            return runs;
        }
    }
}
