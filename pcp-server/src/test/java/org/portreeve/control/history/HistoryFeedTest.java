package org.portreeve.control.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.Description;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.MapCommand;
import org.portreeve.control.MapOutcome;
import org.portreeve.control.Nonce;
import org.portreeve.control.desk.DeskNode;
import org.portreeve.control.store.HistoryEntry;
import org.portreeve.control.store.HistoryStore;
import org.portreeve.control.store.StoreException;
import org.portreeve.control.store.sql.SqlStore;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;
import org.portreeve.pcp.PcpNode;

/** From a request to the history and back, with everything behind it real. */
class HistoryFeedTest {
    private static final int HOST = Ipv4.of("127.1.0.1");
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(10);
    private static final Rush NO_RUSH = new Rush(0, () -> 0);

    /** Taken for going on, and not there any more. */
    private static final HistoryEntry GONE =
            new HistoryEntry(
                    0,
                    "bob",
                    Protocol.UDP,
                    Ipv4.of(PcpNode.EXTERNAL),
                    9,
                    1,
                    5,
                    HistoryEntry.ONGOING);

    @TempDir private Path data;

    private DeskNode node() throws Exception {
        return DeskNode.start(ControlConfig.of(PcpNode.config().nat()), data.resolve("journal"));
    }

    private SqlStore store() throws StoreException {
        return SqlStore.open(data, "", "test");
    }

    private static HistoryFeed feed(DeskNode node, HistoryStore store) {
        return feed(node, store, NO_RUSH);
    }

    private static HistoryFeed feed(DeskNode node, HistoryStore store, Rush rush) {
        return HistoryFeed.start(
                node.desk(), store, System::nanoTime, System::currentTimeMillis, rush, _ -> {});
    }

    private static MapOutcome map(DeskNode node, int port, long lifetimeSeconds) throws Exception {
        return got(
                node.desk()
                        .map(
                                new MapCommand(
                                        InternalTuple.of(Protocol.UDP, HOST, port),
                                        new Nonce(1, 1),
                                        LeaseOrigin.PCP,
                                        0,
                                        0,
                                        false,
                                        lifetimeSeconds,
                                        HOST,
                                        5350,
                                        Description.NONE)));
    }

    private static MapOutcome.Granted granted(DeskNode node, int port) throws Exception {
        return assertInstanceOf(MapOutcome.Granted.class, map(node, port, 600));
    }

    private static <T> T got(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static List<HistoryEntry> holders(
            HistoryStore history, MapOutcome.Granted granted, long atMillis) throws StoreException {
        return history.find(
                granted.externalIp(), granted.externalPort(), Protocol.UDP, 0, atMillis, atMillis);
    }

    @Test
    void whoHadAPortIsFoundAfterTheStoreWasClosed() throws Exception {
        MapOutcome.Granted ended;
        MapOutcome.Granted kept;
        long heldMillis;
        long endedMillis;
        try (SqlStore store = store()) {
            DeskNode node = node();
            HistoryFeed feed = feed(node, store.history());
            ended = granted(node, 1);
            kept = granted(node, 2);
            heldMillis = System.currentTimeMillis();
            map(node, 1, 0);
            endedMillis = System.currentTimeMillis();
            node.close();
            feed.close();
            assertEquals(0, feed.counters().value(HistoryCounter.DROPPED));
        }

        try (SqlStore store = store()) {
            HistoryEntry found = holders(store.history(), ended, heldMillis).getFirst();
            assertEquals("127.1.0.1", found.subscriber());
            assertTrue(found.toMillis() <= endedMillis, found::toString);
            assertEquals(List.of(), holders(store.history(), ended, endedMillis + 60_000));
            HistoryEntry ongoing = holders(store.history(), kept, endedMillis).getFirst();
            assertEquals(HistoryEntry.ONGOING, ongoing.toMillis());
        }
    }

    @Test
    void whatIsThereBeforeIsTakenDownAndWhatIsGoneIsEnded() throws Exception {
        try (SqlStore store = store();
                DeskNode node = node()) {
            store.history().add(List.of(GONE));
            MapOutcome.Granted before = granted(node, 1);

            try (HistoryFeed feed = feed(node, store.history())) {
                awaitWritten(feed, 2);
            }

            HistoryEntry ongoing = store.history().ongoing().getFirst();
            assertEquals(before.externalPort(), ongoing.firstPort());
            assertEquals(1, store.history().ongoing().size());
        }
    }

    @Test
    void inARushWhatHappensIsWrittenAndWhatIsThereIsNotLookedThrough() throws Exception {
        var requests = new AtomicLong();
        var rush = new Rush(1_000_000, () -> requests.addAndGet(20_000));
        try (SqlStore store = store();
                DeskNode node = node()) {
            store.history().add(List.of(GONE));
            granted(node, 1);

            MapOutcome.Granted meanwhile;
            try (HistoryFeed feed = feed(node, store.history(), rush)) {
                meanwhile = granted(node, 2);
                awaitWritten(feed, 1);
            }

            assertEquals(
                    Set.of(9, meanwhile.externalPort()),
                    store.history().ongoing().stream()
                            .map(HistoryEntry::firstPort)
                            .collect(Collectors.toSet()));
        }
    }

    @Test
    void thatItCannotSettleIsSaidOnceAndThatItCanAgain() throws Exception {
        var store = new FailingStore();
        store.unsettled = 1_005_000;
        store.failsToSettle = true;
        var conditions = new LinkedBlockingQueue<Optional<StoreException>>();
        var laterNs = new AtomicLong();
        try (DeskNode node = node();
                HistoryFeed feed =
                        HistoryFeed.start(
                                node.desk(),
                                store,
                                () -> System.nanoTime() + laterNs.get(),
                                System::currentTimeMillis,
                                NO_RUSH,
                                conditions::add)) {
            assertEquals("the table is damaged", condition(conditions).orElseThrow().getMessage());
            // Writing goes on, and is no sign that the other is over.
            granted(node, 1);
            awaitWritten(feed, 1);
            assertTrue(conditions.isEmpty());
            store.failsToSettle = false;
            laterNs.set(60_000_000_000L);

            assertTrue(condition(conditions).isEmpty());
        }
        assertTrue(conditions.isEmpty());
    }

    @Test
    void whatWaitsSettlesAndNothingIsDoneAfterwards() throws Exception {
        var store = new FailingStore();
        store.unsettled = 1_000_001;
        try (DeskNode node = node();
                HistoryFeed feed = feed(node, store)) {
            granted(node, 1);
            awaitWritten(feed, 1);
            long beginNs = System.nanoTime();
            while (store.settlements.get() < 11) {
                assertTrue(System.nanoTime() - beginNs < DEADLINE_NS, "it does not settle");
                Thread.sleep(10);
            }
            Thread.sleep(500);
        }
        assertEquals(11, store.settlements.get());
    }

    private static Optional<StoreException> condition(
            LinkedBlockingQueue<Optional<StoreException>> conditions) throws InterruptedException {
        return Objects.requireNonNull(conditions.poll(DEADLINE_NS, TimeUnit.NANOSECONDS));
    }

    /** The history is written by another thread, now and then. */
    private static void awaitWritten(HistoryFeed feed, long count) throws InterruptedException {
        long beginNs = System.nanoTime();
        while (feed.counters().value(HistoryCounter.WRITTEN) < count) {
            assertTrue(System.nanoTime() - beginNs < DEADLINE_NS, "nothing was written");
            Thread.sleep(10);
        }
    }
}
