package org.portreeve.control.history;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.store.HistoryEntry;
import org.portreeve.control.store.HistoryStore;
import org.portreeve.control.store.StoreException;

/** Writes what is queued. What fails is kept and tried again with the next call. One thread. */
final class HistoryWriter {
    /** Entries that are given to the store at once. */
    private static final int BATCH = 10_000;

    private final HistoryStore store;
    private final Queue<HistoryChange> queue;
    private final Counters<HistoryCounter> counters;
    private final OpenEntries open = new OpenEntries();
    private final Deque<HistoryEntry> unwritten = new ArrayDeque<>();
    private boolean isLoaded;
    private boolean isCounted;
    private long unsettled;

    HistoryWriter(
            HistoryStore store, Queue<HistoryChange> queue, Counters<HistoryCounter> counters) {
        this.store = store;
        this.queue = queue;
        this.counters = counters;
    }

    /** Entries that were written and did not settle, as far as is known. */
    long unsettled() {
        return unsettled;
    }

    /** Writes all that is queued. */
    void writeAll() throws StoreException {
        try {
            load();
            while (prepare()) {
                write();
            }
        } catch (StoreException e) {
            throw failed(e);
        }
    }

    /** Lets some of what was written settle; returns whether there is more to do. */
    boolean settle() throws StoreException {
        try {
            boolean goesOn = store.settle();
            if (!goesOn) {
                unsettled = store.unsettled();
            }
            return goesOn;
        } catch (StoreException e) {
            throw failed(e);
        }
    }

    /** Nobody knows then what the store has. */
    private StoreException failed(StoreException e) {
        isCounted = false;
        counters.add(HistoryCounter.WRITES_FAILED, 1);
        return e;
    }

    private void load() throws StoreException {
        if (!isCounted) {
            unsettled = store.unsettled();
            isCounted = true;
        }
        if (!isLoaded) {
            open.load(store.ongoing());
            isLoaded = true;
        }
    }

    /** Returns whether there is something to write. */
    private boolean prepare() {
        while (unwritten.size() < BATCH) {
            HistoryChange change = queue.poll();
            if (change == null) {
                break;
            }
            unwritten.addAll(open.take(change));
        }
        return !unwritten.isEmpty();
    }

    private void write() throws StoreException {
        List<HistoryEntry> batch = unwritten.stream().limit(BATCH).toList();
        store.add(batch);
        batch.forEach(_ -> unwritten.remove());
        unsettled += batch.size();
        counters.add(HistoryCounter.WRITTEN, batch.size());
    }
}
