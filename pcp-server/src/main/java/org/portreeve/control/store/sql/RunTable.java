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
            INSERT INTO history_run (node, run, last_place, most_ports, from_millis, to_millis,
                over_keys, ongoing_keys)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """;

    private static final String SELECT =
            """
            SELECT last_place, most_ports, over_keys, ongoing_keys FROM history_run
            WHERE node = ? AND run = ?
            """;

    /** Both columns, or H2 sorts all rows instead of following the key. */
    private static final String SELECT_NEWEST =
            """
            SELECT run FROM history_run WHERE node = ?
            ORDER BY node DESC, run DESC FETCH FIRST 1 ROWS ONLY
            """;

    private static final String SELECT_BETWEEN =
            "SELECT run FROM history_run WHERE node = ? AND from_millis <= ? AND to_millis >= ?";

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
            insert.setBytes(7, run.over().octets());
            insert.setBytes(8, run.ongoing().octets());
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

    /** The number of the newest run. */
    long newest(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(SELECT_NEWEST)) {
            select.setString(1, node);
            ResultSet found = select.executeQuery();
            return found.next() ? found.getLong(1) : SettledRun.NONE.number();
        }
    }

    /** The numbers of the runs in which something may be that was going on between two times. */
    List<Long> between(Connection connection, long fromMillis, long toMillis) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(SELECT_BETWEEN)) {
            select.setString(1, node);
            select.setLong(2, toMillis);
            select.setLong(3, fromMillis);
            ResultSet rows = select.executeQuery();
            List<Long> runs = new ArrayList<>();
            while (rows.next()) {
                runs.add(rows.getLong(1));
            }
            return runs;
        }
    }

    SettledRun find(Connection connection, long number) throws SQLException {
        if (number == SettledRun.NONE.number()) {
            return SettledRun.NONE;
        }
        try (PreparedStatement select = connection.prepareStatement(SELECT)) {
            select.setString(1, node);
            select.setLong(2, number);
            ResultSet found = select.executeQuery();
            if (!found.next()) {
                throw new SQLException("history_run has no run %d any more".formatted(number));
            }
            return new SettledRun(
                    number,
                    found.getLong(1),
                    found.getInt(2),
                    PageKeys.of(found.getBytes(3)),
                    PageKeys.of(found.getBytes(4)));
        }
    }
}
