package org.portreeve.control.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

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

    private final FailingStore store = new FailingStore();
    private final Queue<HistoryChange> queue = new ArrayDeque<>();
    private final Counters<HistoryCounter> counters = new Counters<>(HistoryCounter.class);
    private final HistoryWriter writer = new HistoryWriter(store, queue, counters);

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

    /** A store that fails when told so. */
    private static final class FailingStore implements HistoryStore {
        private final List<HistoryEntry> entries = new ArrayList<>();
        private boolean fails;
        private boolean isUnreadable;
        private int batches;

        @Override
        public void add(List<HistoryEntry> added) throws StoreException {
            if (fails) {
                throw new StoreException("the disk is full");
            }
            entries.addAll(added);
            batches++;
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
