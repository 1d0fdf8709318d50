package org.portreeve.control.store.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.portreeve.control.store.HistoryEntry;
import org.portreeve.control.store.HistoryStore;
import org.portreeve.control.store.StoreException;

/** A store of an earlier version says what it said, when this version has opened it. */
class UnpackedHistoryTest {
    private static final int EXTERNAL = 0xc633_6401;

    @TempDir private Path data;

    private static HistoryEntry single(String subscriber, int port, long from, long to) {
        return new HistoryEntry(0, subscriber, 6, EXTERNAL, port, 1, from, to);
    }

    @Test
    void whatWasInRowsOfItsOwnIsFoundAndSettles() throws Exception {
        HistoryEntry range = new HistoryEntry(7, "block", 0, EXTERNAL, 2048, 512, 5, 9);
        HistoryEntry shared = new HistoryEntry(0, "sharer", 6, EXTERNAL, 9_443, 1, -9, 5, 9);
        try (Transactions transactions = former()) {
            transactions.change(
                    "fill",
                    connection -> {
                        for (int port = 1; port <= 2_500; port++) {
                            insert(connection, "a", single("old", port, port, port + 10));
                        }
                        insert(
                                connection,
                                "a",
                                single("ended", 8_000, 3_000, HistoryEntry.ONGOING));
                        insert(connection, "a", single("kept", 8_001, 3_000, HistoryEntry.ONGOING));
                        insert(connection, "a", range);
                        insert(connection, "a", shared);
                        insert(connection, "b", single("other", 8_001, 1, HistoryEntry.ONGOING));
                        insertRecent(connection, "a", single("ended", 8_000, 3_000, 4_000));
                        return true;
                    });
        }

        assertFinds("a", List.of(single("kept", 8_001, 3_000, HistoryEntry.ONGOING)), 8_001);
        assertFinds("a", List.of(single("ended", 8_000, 3_000, 4_000)), 8_000);
        assertFinds("a", List.of(single("old", 1_777, 1_777, 1_787)), 1_777);
        assertFinds("a", List.of(range), 2_559);
        assertFinds("a", List.of(shared), 9_443);
        assertFinds("b", List.of(single("other", 8_001, 1, HistoryEntry.ONGOING)), 8_001);
        assertFinds("b", List.of(), 1_777);
    }

    /** A store as version 4 of the tables has it. */
    private Transactions former() throws StoreException {
        Transactions transactions = Transactions.open(StorePlace.inDirectory(data));
        Flyway.configure()
                .dataSource(transactions.source())
                .locations("classpath:db/migration")
                .target("4")
                .load()
                .migrate();
        return transactions;
    }

    private static void insert(Connection connection, String node, HistoryEntry entry)
            throws SQLException {
        String sql =
                """
                INSERT INTO history (node, realm, subscriber, protocol, external_ip, first_port,
                    last_port, from_millis, to_millis, remote_ip)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """;
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setString(1, node);
            insert.setInt(2, entry.realm());
            insert.setString(3, entry.subscriber());
            insert.setInt(4, entry.protocol());
            insert.setLong(5, Integer.toUnsignedLong(entry.externalIp()));
            insert.setInt(6, entry.firstPort());
            insert.setInt(7, entry.lastPort());
            insert.setLong(8, entry.fromMillis());
            insert.setLong(9, entry.toMillis());
            insert.setLong(10, Integer.toUnsignedLong(entry.remoteIp()));
            insert.executeUpdate();
        }
    }

    private static void insertRecent(Connection connection, String node, HistoryEntry entry)
            throws SQLException {
        String sql =
                "INSERT INTO history_recent (node, place, entry_count, entries) VALUES (?, 1, 1, ?)";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setString(1, node);
            insert.setBytes(2, StretchCodec.encode(List.of(entry)));
            insert.executeUpdate();
        }
    }

    /** Before it settled and afterwards. */
    private void assertFinds(String node, List<HistoryEntry> expected, int port)
            throws StoreException {
        try (SqlStore store = SqlStore.open(data, "", node)) {
            HistoryStore history = store.history();
            boolean goesOn = true;
            while (goesOn) {
                assertEquals(expected, history.find(EXTERNAL, port, 6, 0, 0, Long.MAX_VALUE));
                goesOn = history.settle();
            }
            assertEquals(expected, history.find(EXTERNAL, port, 6, 0, 0, Long.MAX_VALUE));
            assertEquals(0, history.unsettled());
        }
    }
}
