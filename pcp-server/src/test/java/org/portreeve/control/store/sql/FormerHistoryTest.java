package org.portreeve.control.store.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.portreeve.control.store.HistoryEntry;
import org.portreeve.control.store.HistoryStore;
import org.portreeve.control.store.StoreException;

/** A store of an earlier version says what it said, when this version has opened it. */
class FormerHistoryTest {
    private static final int EXTERNAL = 0xc633_6401;

    /** Entries of a port. */
    private static final int EACH = 3;

    private static final HistoryEntry ONGOING =
            single("ended", 50_000, 3_000, HistoryEntry.ONGOING);
    private static final HistoryEntry OVER = single("ended", 50_000, 3_000, 4_000);
    private static final HistoryEntry KEPT = single("kept", 50_001, 3_000, HistoryEntry.ONGOING);

    /** Had, given back and had again within a millisecond. */
    private static final HistoryEntry AGAIN = single("again", 50_003, 3_000, HistoryEntry.ONGOING);

    private static final HistoryEntry RANGE =
            new HistoryEntry(7, "block", HistoryEntry.ANY_PROTOCOL, EXTERNAL, 60_000, 512, 5, 9);
    private static final HistoryEntry SHARED =
            new HistoryEntry(0, "sharer", 6, EXTERNAL, 50_004, 1, -9, 5, 9);

    @TempDir private Path data;

    private static HistoryEntry single(String subscriber, int port, long from, long to) {
        return new HistoryEntry(0, subscriber, 6, EXTERNAL, port, 1, from, to);
    }

    private final List<HistoryEntry> ended = new ArrayList<>();

    @BeforeEach
    void makeFormer() throws StoreException {
        try (Transactions transactions = former()) {
            transactions.change(
                    "fill",
                    connection -> {
                        for (int i = 0; i < 21_000; i++) {
                            ended.add(single("old", i / EACH + 1, 10L * i, 10L * i + 9));
                            insert(connection, "a", ended.getLast());
                        }
                        insert(connection, "a", ONGOING);
                        insert(connection, "a", KEPT);
                        insert(connection, "a", RANGE);
                        insert(connection, "a", SHARED);
                        insert(connection, "a", AGAIN);
                        insert(connection, "a", single("again", 50_003, 3_000, 3_000));
                        insert(connection, "b", single("other", 50_001, 1, HistoryEntry.ONGOING));
                        insertRecent(connection, "a", OVER);
                        return true;
                    });
        }
    }

    @Test
    void whatWasInRowsOfItsOwnIsFoundAndSettles() throws Exception {
        try (SqlStore store = SqlStore.open(data, "", "a")) {
            assertFindsAll(store.history());
            while (store.history().settle()) {
                assertFinds(store.history(), List.of(OVER), 50_000);
            }
            assertEquals(0, store.history().unsettled());
            assertFindsAll(store.history());
            assertEquals(Set.of(KEPT, AGAIN), Set.copyOf(store.history().ongoing()));
        }
        try (SqlStore neighbour = SqlStore.open(data, "", "b")) {
            assertFinds(
                    neighbour.history(),
                    List.of(single("other", 50_001, 1, HistoryEntry.ONGOING)),
                    50_001);
            assertFinds(neighbour.history(), List.of(), 1_777);
        }
    }

    @Test
    void whoIsStoppedMeanwhileBeginsAnew() throws Exception {
        try (Transactions transactions = Transactions.open(StorePlace.inDirectory(data))) {
            transactions.change(
                    "leave some",
                    connection -> {
                        var recent = new RecentHistory("a", new RunTable("a"));
                        return recent.add(connection, ended.subList(0, 9_000), -1L << 40);
                    });
        }
        try (SqlStore store = SqlStore.open(data, "", "a")) {
            assertEquals(21_000 + 7, store.history().unsettled());
            assertFindsAll(store.history());
        }
    }

    private void assertFindsAll(HistoryStore history) throws StoreException {
        for (int i = 0; i < ended.size(); i += EACH * 13) {
            assertFinds(history, ended.subList(i, i + EACH).reversed(), i / EACH + 1);
        }
        // Of this port some rows are among the first ten thousand.
        assertFinds(history, ended.subList(9_999, 10_002).reversed(), 3_334);
        assertFinds(history, List.of(OVER), 50_000);
        assertFinds(history, List.of(KEPT), 50_001);
        assertFinds(history, List.of(AGAIN), 50_003);
        assertFinds(history, List.of(RANGE), 60_511);
        assertFinds(history, List.of(SHARED), 50_004);
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

    private static void assertFinds(HistoryStore history, List<HistoryEntry> expected, int port)
            throws StoreException {
        assertEquals(expected, history.find(EXTERNAL, port, 6, 0, 0, Long.MAX_VALUE));
    }
}
