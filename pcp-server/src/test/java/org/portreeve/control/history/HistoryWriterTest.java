package org.portreeve.control.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.history.HistoryChange.Began;
import org.portreeve.control.history.HistoryChange.Ended;
import org.portreeve.control.store.HistoryEntry;
import org.portreeve.control.store.HistoryStore;
import org.portreeve.control.store.StoreException;

class HistoryWriterTest {
    private static final Possession PORT = new Possession(0, "ann", 6, 1, 5000, 1);

    private static final int MOST_UNSETTLED = 40_000;

    private final FailingStore store = new FailingStore();
    private final Queue<HistoryChange> queue = new ArrayDeque<>();
    private final Counters<HistoryCounter> counters = new Counters<>(HistoryCounter.class);
    private final HistoryWriter writer = new HistoryWriter(store, queue, counters, MOST_UNSETTLED);

    @Test
    void whatFailsIsWrittenLaterAndOnce() throws StoreException {
        queue.add(new Began(PORT, 10));
        store.fails = true;
        assertThrows(StoreException.class, writer::writeAll);
        queue.add(new Ended(PORT, 20));
        assertThrows(StoreException.class, writer::writeAll);
        assertEquals(List.of(), store.entries);

        store.fails = false;
        writer.writeAll();
        writer.writeAll();

        assertEquals(
                List.of(PORT.during(10, HistoryEntry.ONGOING), PORT.during(10, 20)), store.entries);
        assertEquals(2, counters.value(HistoryCounter.WRITTEN));
        assertEquals(2, counters.value(HistoryCounter.WRITES_FAILED));
    }

    @Test
    void nothingIsWrittenBeforeItIsKnownWhatTheStoreHas() throws StoreException {
        queue.add(new Began(PORT, 10));
        store.isUnreadable = true;
        assertThrows(StoreException.class, writer::writeAll);

        store.isUnreadable = false;
        store.entries.add(PORT.during(5, HistoryEntry.ONGOING));
        writer.writeAll();

        assertEquals(List.of(PORT.during(5, HistoryEntry.ONGOING)), store.entries);
    }

    @Test
    void manyAreWrittenInBatches() throws StoreException {
        for (int port = 1; port <= 25_000; port++) {
            queue.add(new Began(new Possession(0, "ann", 6, 1, port, 1), 10));
        }

        writer.writeAll();

        assertEquals(25_000, store.entries.size());
        assertEquals(3, store.batches);
    }

    @Test
    void whatWasWrittenSettlesTheFasterTheFewerRequestsCome() throws StoreException {
        begin(1, 25_000);
        writer.writeAll();

        writer.settle(false);
        assertEquals(24_000, store.unsettled);
        writer.settle(true);
        assertEquals(14_000, store.unsettled);
        writer.settle(true);
        writer.settle(true);
        assertEquals(0, store.unsettled);
        int settlements = store.settlements;
        writer.settle(true);
        assertEquals(settlements, store.settlements);
    }

    @Test
    void whatAnEarlierProcessLeftUnsettledSettlesToo() throws StoreException {
        store.unsettled = 12_000;
        writer.writeAll();

        writer.settle(true);
        assertEquals(2_000, store.unsettled);
        writer.settle(true);
        assertEquals(0, store.unsettled);
    }

    @Test
    void moreThanAreLookedThroughInTimeSettleWhateverRequestsCome() throws StoreException {
        begin(1, 60_000);
        begin(2, 60_000);
        writer.writeAll();

        writer.settle(false);

        assertEquals(120_000, counters.value(HistoryCounter.WRITTEN));
        assertEquals(MOST_UNSETTLED, store.unsettled);
    }

    @Test
    void whatIsQueuedWhileMuchSettlesIsWrittenMeanwhile() throws StoreException {
        begin(1, 60_000);
        begin(2, 60_000);
        writer.writeAll();
        List<Integer> waiting = new ArrayList<>();
        store.onSettle =
                () -> {
                    waiting.add(queue.size());
                    begin(3 + waiting.size(), 100);
                };

        writer.settle(false);

        assertEquals(80, waiting.size());
        assertTrue(waiting.stream().allMatch(size -> size == 0), () -> waiting + " waited");
        assertEquals(120_000 + 80 * 100, counters.value(HistoryCounter.WRITTEN));
    }

    @Test
    void afterAFailureTheStoreIsAskedWhatItHas() throws StoreException {
        begin(1, 25_000);
        store.fails = true;
        assertThrows(StoreException.class, writer::writeAll);
        store.fails = false;
        // The commit took place although nobody heard of it.
        store.unsettled = 5_000;

        writer.writeAll();
        assertEquals(30_000, store.unsettled);
        writer.settle(true);
        writer.settle(true);
        writer.settle(true);
        assertEquals(0, store.unsettled);
    }

    private void begin(int address, int ports) {
        for (int port = 1; port <= ports; port++) {
            queue.add(new Began(new Possession(0, "ann", 6, address, port, 1), 10));
        }
    }

    /** A store that fails when told so, and settles a thousand at a time. */
    private static final class FailingStore implements HistoryStore {
        private final List<HistoryEntry> entries = new ArrayList<>();
        private boolean fails;
        private boolean isUnreadable;
        private int batches;
        private int unsettled;
        private int settlements;
        private Runnable onSettle = () -> {};

        @Override
        public void add(List<HistoryEntry> added) throws StoreException {
            if (fails) {
                throw new StoreException("the disk is full");
            }
            entries.addAll(added);
            unsettled += added.size();
            batches++;
        }

        @Override
        public int settle(int most) {
            onSettle.run();
            int settled = Math.min(Math.min(most, 1_000), unsettled);
            unsettled -= settled;
            settlements++;
            return settled;
        }

        @Override
        public long unsettled() {
            return unsettled;
        }

        @Override
        public List<HistoryEntry> ongoing() throws StoreException {
            if (isUnreadable) {
                throw new StoreException("no connection");
            }
            return List.copyOf(entries);
        }

        @Override
        public List<HistoryEntry> find(
                int externalIp,
                int port,
                int protocol,
                int remoteIp,
                long fromMillis,
                long toMillis) {
            throw new AssertionError("nobody asks");
        }
    }
}
