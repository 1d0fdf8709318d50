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

    /** Entries that settle in a second beside requests: they take a processor for 5 % of it. */
    private static final int SETTLED_BESIDE_REQUESTS = 1_000;

    /** Entries that settle in a second with few requests. */
    private static final int SETTLED_IN_QUIET = 10_000;

    /**
     * Entries that the store has to look through for each question, in a quarter of a second, and
     * that take 500 MB there; beyond them more settle.
     */
    static final long MAX_UNSETTLED = 10_000_000;

    /** Entries beyond {@link #MAX_UNSETTLED} that settle in one call, in some seconds. */
    private static final int SETTLED_BEYOND = 100_000;

    private final HistoryStore store;
    private final Queue<HistoryChange> queue;
    private final Counters<HistoryCounter> counters;
    private final long maxUnsettled;
    private final OpenEntries open = new OpenEntries();
    private final Deque<HistoryEntry> unwritten = new ArrayDeque<>();
    private boolean isLoaded;
    private boolean isCounted;
    private long unsettled;

    HistoryWriter(
            HistoryStore store,
            Queue<HistoryChange> queue,
            Counters<HistoryCounter> counters,
            long maxUnsettled) {
        this.store = store;
        this.queue = queue;
        this.counters = counters;
        this.maxUnsettled = maxUnsettled;
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

    /**
     * Lets a part of what was written settle, and writes what is queued meanwhile. What does not
     * settle makes questions slow, and to settle it makes requests slow.
     *
     * @param isQuiet whether few requests come
     */
    void settle(boolean isQuiet) throws StoreException {
        int most = isQuiet ? SETTLED_IN_QUIET : SETTLED_BESIDE_REQUESTS;
        long beyond = Math.min(unsettled - maxUnsettled, SETTLED_BEYOND);
        long due = Math.max(Math.min(unsettled, most), beyond);
        while (due > 0) {
            int settled = settleSome((int) Math.min(due, BATCH));
            due = settled == 0 ? 0 : due - settled;
            writeAll();
        }
    }

    private int settleSome(int most) throws StoreException {
        try {
            int settled = store.settle(most);
            unsettled = settled == 0 ? 0 : Math.max(0, unsettled - settled);
            return settled;
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
