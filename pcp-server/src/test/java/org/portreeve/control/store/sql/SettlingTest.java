package org.portreeve.control.store.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.control.store.HistoryEntry;
import org.portreeve.control.store.HistoryStore;
import org.portreeve.control.store.StoreException;

/**
 * Goal: however much has settled, and wherever the process that settles dies, the history says what
 * was. Method: single ports, ranges and a busy shared port come and go by one seed, settling goes
 * on now and then and is given up now and then; answers are compared with a list of all.
 */
class SettlingTest {
    private static final String NODE = "cgn-1";
    private static final int BATCHES = 120;
    private static final int MOST_IN_BATCH = 500;
    private static final int ADDRESSES = 3;
    private static final int PORTS = 200;
    private static final int RANGE = 64;
    private static final int REMOTES = 60;
    private static final int SHARED_PORT = 443;

    @TempDir private Path data;

    private Transactions transactions;
    private HistoryStore history;

    /** By what is had; whoever has it now, as it began. */
    private final Map<HistoryEntry, HistoryEntry> open = new HashMap<>();

    private final List<HistoryEntry> over = new ArrayList<>();
    private SplittableRandom random = new SplittableRandom(1);
    private long nowMillis;

    @BeforeEach
    void openStore() throws StoreException {
        StorePlace place = StorePlace.inDirectory(data);
        transactions = Transactions.open(place);
        Schema.bringUpToDate(place, transactions.source());
        history = new SqlHistory(transactions, NODE);
    }

    @AfterEach
    void closeStore() {
        transactions.close();
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void whatWasIsFoundHoweverMuchHasSettled(long seed) throws Exception {
        random = new SplittableRandom(seed);
        int finished = 0;
        for (int batch = 0; batch < BATCHES; batch++) {
            history.add(changes(1 + random.nextInt(MOST_IN_BATCH)));
            boolean goesOn = true;
            for (int step = random.nextInt(12); step > 0 && goesOn; step--) {
                goesOn = history.settle();
                finished += goesOn ? 0 : 1;
            }
            if (random.nextInt(12) == 0) {
                history = new SqlHistory(transactions, NODE);
            }
            assertFindsWhatWas(5);
        }
        assertTrue(finished > 5, finished + " runs were finished");
        assertEquals(Set.copyOf(open.values()), Set.copyOf(history.ongoing()));
        // What is under way has not met the last ones.
        while (history.settle() || history.unsettled() > 0) {
            assertFindsWhatWas(1);
        }

        assertEquals(0, history.unsettled());
        assertEquals(Set.copyOf(open.values()), Set.copyOf(history.ongoing()));
        assertFindsWhatWas(300);
        assertNothingIsLeftOver();
    }

    private List<HistoryEntry> changes(int count) {
        List<HistoryEntry> changes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            nowMillis += 1 + random.nextInt(3);
            HistoryEntry had = possession();
            HistoryEntry former = open.remove(had);
            if (former == null) {
                HistoryEntry begun = named(had, "s" + random.nextInt(100), nowMillis);
                open.put(had, begun);
                changes.add(begun);
            } else {
                HistoryEntry ended = until(former, nowMillis);
                over.add(ended);
                changes.add(ended);
            }
        }
        return changes;
    }

    /** What somebody can have: the half of all is one busy port. */
    private HistoryEntry possession() {
        int address = 0xc633_6400 + random.nextInt(ADDRESSES);
        return switch (random.nextInt(8)) {
            case 0, 1, 2, 3 -> shared(1 + random.nextInt(REMOTES));
            case 4 ->
                    new HistoryEntry(
                            0,
                            "",
                            HistoryEntry.ANY_PROTOCOL,
                            address,
                            RANGE * random.nextInt(PORTS / RANGE),
                            RANGE,
                            0,
                            HistoryEntry.ONGOING);
            default ->
                    new HistoryEntry(
                            0,
                            "",
                            random.nextBoolean() ? 6 : 17,
                            address,
                            random.nextInt(PORTS),
                            1,
                            0,
                            HistoryEntry.ONGOING);
        };
    }

    private static HistoryEntry shared(int remoteIp) {
        return new HistoryEntry(
                0, "", 6, 0xc633_6400, SHARED_PORT, 1, remoteIp, 0, HistoryEntry.ONGOING);
    }

    private static HistoryEntry named(HistoryEntry had, String subscriber, long fromMillis) {
        return new HistoryEntry(
                had.realm(),
                subscriber,
                had.protocol(),
                had.externalIp(),
                had.firstPort(),
                had.portCount(),
                had.remoteIp(),
                fromMillis,
                HistoryEntry.ONGOING);
    }

    private static HistoryEntry until(HistoryEntry entry, long toMillis) {
        return new HistoryEntry(
                entry.realm(),
                entry.subscriber(),
                entry.protocol(),
                entry.externalIp(),
                entry.firstPort(),
                entry.portCount(),
                entry.remoteIp(),
                entry.fromMillis(),
                toMillis);
    }

    private void assertFindsWhatWas(int times) throws StoreException {
        for (int time = 0; time < times; time++) {
            HistoryEntry asked = possession();
            int port = asked.firstPort() + random.nextInt(asked.portCount());
            int remoteIp = random.nextBoolean() ? 0 : asked.remoteIp();
            long from = random.nextLong(nowMillis + 2);
            long to = from + (random.nextBoolean() ? 0 : random.nextLong(nowMillis));
            int protocol = random.nextBoolean() ? 6 : 17;
            assertEquals(
                    was(asked.externalIp(), port, protocol, remoteIp, from, to),
                    history.find(asked.externalIp(), port, protocol, remoteIp, from, to));
        }
    }

    private List<HistoryEntry> was(
            int externalIp, int port, int protocol, int remoteIp, long from, long to) {
        Set<HistoryEntry> all = new HashSet<>(over);
        all.addAll(open.values());
        return all.stream()
                .filter(entry -> entry.externalIp() == externalIp)
                .filter(entry -> entry.firstPort() <= port && port <= entry.lastPort())
                .filter(entry -> entry.protocol() == protocol || entry.protocol() == 0)
                .filter(entry ->
                        remoteIp == 0 || entry.remoteIp() == remoteIp || entry.remoteIp() == 0)
                .filter(entry -> entry.fromMillis() <= to && entry.toMillis() >= from)
                .sorted(Comparator.comparingLong(HistoryEntry::fromMillis).reversed())
                .limit(HistoryStore.MAX_FOUND)
                .toList();
    }

    /** Of runs that were given up, of what settled, and of what went on as of former runs. */
    private void assertNothingIsLeftOver() throws StoreException {
        long pages =
                transactions.read(
                        "count",
                        connection -> {
                            var runs = new RunTable(NODE);
                            long newest = runs.newest(connection);
                            long counted = runs.find(connection, newest).ongoing().count();
                            for (long run = 1; run <= newest; run++) {
                                counted += runs.find(connection, run).over().count();
                            }
                            return counted;
                        });
        assertEquals(pages, count("history_page"));
        assertEquals(0, count("history_recent"));
    }

    private long count(String table) throws StoreException {
        return transactions.read("count", connection -> count(connection, table));
    }

    private static long count(Connection connection, String table) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT COUNT(*) FROM " + table)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
