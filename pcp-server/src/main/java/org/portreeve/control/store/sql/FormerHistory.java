package org.portreeve.control.store.sql;

import static java.util.Comparator.comparingLong;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.portreeve.control.store.HistoryEntry;
import org.portreeve.control.store.StoreException;

/**
 * Takes over what settled in rows of its own, until version 4 of the tables: it comes before all
 * that is recent, and settles again. Who is stopped meanwhile begins anew. The thread that starts.
 */
final class FormerHistory {
    private static final String FIND =
            """
            SELECT COUNT(*) FROM information_schema.tables
            WHERE LOWER(table_name) = 'history' AND table_schema = CURRENT_SCHEMA
            """;

    /** All rows of the next ports, along their index. */
    private static final String SELECT =
            """
            SELECT node, realm, subscriber, protocol, external_ip, first_port, last_port,
                from_millis, to_millis, remote_ip
            FROM history WHERE external_ip >= ? AND (external_ip > ? OR first_port > ?)
            ORDER BY external_ip, first_port FETCH FIRST 10000 ROWS WITH TIES
            """;

    /** Far before what is recent, whose places are above 0. */
    private static final long BEFORE_FIRST_PLACE = -1L << 40;

    private static final String WHAT = "take over the history of an earlier version";

    private final Transactions transactions;
    private long externalIp;
    private int firstPort = -1;
    private long lastPlace = BEFORE_FIRST_PLACE;

    private FormerHistory(Transactions transactions) {
        this.transactions = transactions;
    }

    /** Takes it over, if it is there. Blocks for some seconds for each million entries. */
    static void takeOver(Transactions transactions) throws StoreException {
        if (transactions.read(WHAT, FormerHistory::isThere)) {
            new FormerHistory(transactions).takeOver();
        }
    }

    private static boolean isThere(Connection connection) throws SQLException {
        try (PreparedStatement find = connection.prepareStatement(FIND)) {
            ResultSet found = find.executeQuery();
            found.next();
            return found.getLong(1) > 0;
        }
    }

    private void takeOver() throws StoreException {
        change("DELETE FROM history_recent WHERE place < 0");
        List<Row> rows = next();
        while (!rows.isEmpty()) {
            pack(rows);
            rows = next();
        }
        change("DROP TABLE history");
    }

    private void change(String statement) throws StoreException {
        transactions.change(
                WHAT,
                connection -> {
                    try (Statement sql = connection.createStatement()) {
                        return sql.execute(statement);
                    }
                });
    }

    private record Row(String node, HistoryEntry entry) {}

    private List<Row> next() throws StoreException {
        return transactions.read(
                WHAT,
                connection -> {
                    try (PreparedStatement select = connection.prepareStatement(SELECT)) {
                        select.setLong(1, externalIp);
                        select.setLong(2, externalIp);
                        select.setInt(3, firstPort);
                        return rows(select.executeQuery());
                    }
                });
    }

    private static List<Row> rows(ResultSet found) throws SQLException {
        List<Row> rows = new ArrayList<>();
        while (found.next()) {
            int firstPort = found.getInt(6);
            var entry =
                    new HistoryEntry(
                            found.getInt(2),
                            found.getString(3),
                            found.getInt(4),
                            (int) found.getLong(5),
                            firstPort,
                            found.getInt(7) - firstPort + 1,
                            (int) found.getLong(10),
                            found.getLong(8),
                            found.getLong(9));
            rows.add(new Row(found.getString(1), entry));
        }
        return rows;
    }

    private void pack(List<Row> rows) throws StoreException {
        HistoryEntry last = rows.getLast().entry();
        externalIp = Integer.toUnsignedLong(last.externalIp());
        firstPort = last.firstPort();
        // What ended in the millisecond in which it began again: the last one counts.
        rows.sort(comparingLong(row -> row.entry().toMillis()));
        Map<String, List<HistoryEntry>> byNode =
                rows.stream().collect(groupingBy(Row::node, mapping(Row::entry, toList())));
        lastPlace =
                transactions.change(
                        WHAT,
                        connection -> {
                            long place = lastPlace;
                            for (var each : byNode.entrySet()) {
                                var recent =
                                        new RecentHistory(
                                                each.getKey(), new RunTable(each.getKey()));
                                place = recent.add(connection, each.getValue(), place);
                            }
                            return place;
                        });
    }
}
