package org.portreeve.control.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.history.HistoryChange.Began;
import org.portreeve.control.history.HistoryChange.Ended;
import org.portreeve.control.store.HistoryEntry;
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

    @Test
    void whatSettlesIsKnownWhenAllOfItHas() throws StoreException {
        for (int address = 1; address <= 5; address++) {
            begin(address, 50_000);
        }
        writer.writeAll();

        assertTrue(writer.settle());
        assertTrue(writer.settle());
        assertEquals(250_000, writer.unsettled());
        assertFalse(writer.settle());
        assertEquals(0, writer.unsettled());
    }

    @Test
    void whatAnEarlierProcessLeftUnsettledIsKnown() throws StoreException {
        store.unsettled = 1_200;
        writer.writeAll();

        assertEquals(1_200, writer.unsettled());
    }

    @Test
    void afterAFailureTheStoreIsAskedWhatItHas() throws StoreException {
        begin(1, 2_500);
        store.fails = true;
        assertThrows(StoreException.class, writer::writeAll);
        store.fails = false;
        // The commit took place although nobody heard of it.
        store.unsettled = 500;

        writer.writeAll();
        assertEquals(3_000, writer.unsettled());
    }

    private void begin(int address, int ports) {
        for (int port = 1; port <= ports; port++) {
            queue.add(new Began(new Possession(0, "ann", 6, address, port, 1), 10));
        }
    }
}
