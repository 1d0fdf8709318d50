package org.portreeve.control.store.sql;

import static java.util.function.Function.identity;
import static java.util.stream.Collectors.toMap;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
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
    private static final int EXTERNAL = 0xc633_6401;
    private static final int BATCHES = 120;
    private static final int MOST_IN_BATCH = 500;

    /** Memory for a run, so that what is recent is more than one. */
    private static final long MAX_BYTES = 400_000;

    private static final int PORTS = 200;
    private static final int RANGE = 64;
    private static final int REMOTES = 60;
    private static final int SHARED_PORT = 443;

    @TempDir private Path data;

    private Transactions transactions;
    private SqlHistory history;

    /** By what is had; whoever has it now, as it began. */
    private final Map<HistoryEntry, HistoryEntry> open = new HashMap<>();

    private final List<HistoryEntry> over = new ArrayList<>();
    private int[] addresses = {EXTERNAL};
    private SplittableRandom random = new SplittableRandom(1);
    private long nowMillis;

    @BeforeEach
    void openStore() throws StoreException {
        StorePlace place = StorePlace.inDirectory(data);
        transactions = Transactions.open(place);
        Schema.bringUpToDate(place, transactions.source());
        history = new SqlHistory(transactions, NODE, MAX_BYTES);
    }

    @AfterEach
    void closeStore() {
        history.close();
        transactions.close();
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void whatWasIsFoundHoweverMuchHasSettled(long seed) throws Exception {
        random = new SplittableRandom(seed);
        addresses = new int[] {EXTERNAL, random.nextInt(), random.nextInt(), -1, 1};
        int finished = 0;
        for (int batch = 0; batch < BATCHES; batch++) {
            history.add(changes(1 + random.nextInt(MOST_IN_BATCH)));
            boolean goesOn = true;
            for (int step = random.nextInt(12); step > 0 && goesOn; step--) {
                goesOn = history.settle();
                finished += goesOn ? 0 : 1;
            }
            if (random.nextInt(12) == 0) {
                reopen();
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

        reopen();
        history.add(changes(10));
        assertEquals(10, history.unsettled());
        assertEquals(Set.copyOf(open.values()), Set.copyOf(history.ongoing()));
    }

    private void reopen() {
        history.close();
        history = new SqlHistory(transactions, NODE, MAX_BYTES);
    }

    private List<HistoryEntry> changes(int count) {
        List<HistoryEntry> changes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            nowMillis += random.nextInt(3);
            HistoryEntry had = possession();
            HistoryEntry former = open.remove(had);
            if (former == null) {
                HistoryEntry begun = named(had, "s" + random.nextInt(3), nowMillis);
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
        int address = addresses[random.nextInt(addresses.length)];
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
                0, "", 6, EXTERNAL, SHARED_PORT, 1, remoteIp, 0, HistoryEntry.ONGOING);
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
        return Stream.concat(over.stream(), open.values().stream())
                .filter(entry -> entry.externalIp() == externalIp)
                .filter(entry -> entry.firstPort() <= port && port <= entry.lastPort())
                .filter(entry -> entry.protocol() == protocol || entry.protocol() == 0)
                .filter(entry ->
                        remoteIp == 0 || entry.remoteIp() == remoteIp || entry.remoteIp() == 0)
                .filter(entry -> entry.fromMillis() <= to)
                // What is had, given back and had again within a millisecond has one beginning.
                .collect(toMap(HistoryEntry::beginning, identity(), SettlingTest::longer))
                .values()
                .stream()
                .filter(entry -> entry.toMillis() >= from)
                .sorted(
                        Comparator.comparingLong(HistoryEntry::fromMillis)
                                .reversed()
                                .thenComparingInt(HistoryEntry::protocol)
                                .thenComparingInt(HistoryEntry::remoteIp)
                                .thenComparing(HistoryEntry::subscriber))
                .limit(HistoryStore.MAX_FOUND)
                .toList();
    }

    private static HistoryEntry longer(HistoryEntry one, HistoryEntry other) {
        return one.toMillis() >= other.toMillis() ? one : other;
    }

    /** Of runs that were given up, of what settled, and of what went on as of former runs. */
    private void assertNothingIsLeftOver() throws StoreException {
        long rows =
                transactions.read(
                        "count",
                        connection -> {
                            long newest = new RunTable(NODE).newest(connection).number();
                            long counted = pageCount(connection, SettledPart.ONGOING, newest) + 1L;
                            for (long run = 1; run <= newest; run++) {
                                counted += pageCount(connection, SettledPart.OVER, run) + 1L;
                            }
                            return counted;
                        });
        assertEquals(rows, count("history_page"));
        assertEquals(0, count("history_recent"));
    }

    private static int pageCount(Connection connection, SettledPart part, long run)
            throws SQLException {
        return new PageTable(NODE).keys(connection, part, run).count();
    }

    private long count(String table) throws StoreException {
        return transactions.read(
                "count",
                connection -> {
                    try (var statement = connection.createStatement();
                            var rows = statement.executeQuery("SELECT COUNT(*) FROM " + table)) {
                        rows.next();
                        return rows.getLong(1);
                    }
                });
    }

    @Test
    void rangesAreFoundByEachOfTheirPorts() throws StoreException {
        for (int port = 0; port + RANGE <= 65_536; port += 13) {
            over.add(new HistoryEntry(0, "s" + port, 0, EXTERNAL, port, RANGE, port, port + 1));
        }
        history.add(over);
        settleAll();
        for (int port = 0; port < 65_536; port += 61) {
            assertEquals(
                    was(EXTERNAL, port, 6, 0, 0, Long.MAX_VALUE),
                    history.find(EXTERNAL, port, 6, 0, 0, Long.MAX_VALUE));
        }
    }

    /**
     * Goal: what is damaged is named, answers do not leave it out, and settling goes on when it is
     * there again. Method: a row is damaged, looked for, made to settle, and mended.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "history_recent WHERE place = (SELECT MAX(place) FROM history_recent)",
                "history_page WHERE part = 1 AND page = 0",
            })
    void whatIsDamagedIsSaidAndNothingIsLost(String row) throws Exception {
        history.add(changes(3_000));
        settleAll();
        history.add(changes(3_000));
        byte[] octets = replaced(row, new byte[] {2});
        int steps = 0;
        StoreException failure = null;
        while (failure == null) {
            try {
                assertTrue(history.settle(), "it settles after " + steps);
                steps++;
            } catch (StoreException e) {
                failure = e;
            }
        }
        String message = failure.getMessage();
        assertTrue(message.contains("stretch of history in format 2"), message);
        assertTrue(message.contains(row.substring(0, row.indexOf(' '))), message);
        assertThrows(StoreException.class, history::ongoing);

        replaced(row, octets);
        assertFindsWhatWas(50);
        settleAll();
        assertFindsWhatWas(50);
        assertEquals(Set.copyOf(open.values()), Set.copyOf(history.ongoing()));
        assertNothingIsLeftOver();
    }

    private byte[] replaced(String row, byte[] octets) throws StoreException {
        return transactions.change(
                "damage",
                connection -> {
                    try (var select = connection.createStatement();
                            var found = select.executeQuery("SELECT entries FROM " + row);
                            var update =
                                    connection.prepareStatement(
                                            "UPDATE "
                                                    + row.replace(
                                                            "WHERE", "SET entries = ? WHERE"))) {
                        found.next();
                        update.setBytes(1, octets);
                        assertEquals(1, update.executeUpdate());
                        return found.getBytes(1);
                    }
                });
    }

    private void settleAll() throws StoreException {
        while (history.settle() || history.unsettled() > 0) {
            // One step after the other.
        }
    }

    /**
     * Goal: who asks while runs are made meets each entry once, as it is. Method: one thread begins
     * and ends ports of a kind and makes runs of it, another asks for ports that somebody has all
     * the time and for one that was given back.
     */
    @Test
    void whoAsksWhileRunsAreMadeMeetsEverything() throws Exception {
        int held = 4_000;
        List<HistoryEntry> begun = new ArrayList<>();
        for (int port = 1; port <= held; port++) {
            begun.add(single(port, 100, HistoryEntry.ONGOING));
        }
        history.add(begun);
        HistoryEntry ended = single(held + 1, 100, 200);
        history.add(List.of(ended.beginning()));
        settleAll();
        history.add(List.of(ended));
        try (var executor = Executors.newSingleThreadExecutor()) {
            Future<?> settling = executor.submit(this::makeRuns);
            while (!settling.isDone()) {
                int port = 1 + random.nextInt(held + 1);
                HistoryEntry expected = port > held ? ended : begun.get(port - 1);
                assertEquals(
                        List.of(expected), history.find(EXTERNAL, port, 6, 0, 0, Long.MAX_VALUE));
            }
            settling.get();
        }
    }

    private Void makeRuns() throws StoreException {
        for (int run = 0; run < 30; run++) {
            for (int i = 0; i < 5; i++) {
                history.add(
                        List.of(
                                single(50_000 + i, run, HistoryEntry.ONGOING),
                                single(50_000 + i, run, run + 1)));
            }
            settleAll();
        }
        return null;
    }

    private static HistoryEntry single(int port, long fromMillis, long toMillis) {
        return new HistoryEntry(0, "s", 6, EXTERNAL, port, 1, fromMillis, toMillis);
    }
}
