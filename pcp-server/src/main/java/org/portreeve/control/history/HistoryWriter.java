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

    /** Entries that settle in a second in which there is little else to do. */
    private static final int SETTLED_IN_QUIET = 10_000;

    /**
     * Entries that the store has to look through for each question, in some seconds, and that take
     * 200 MB there; beyond them all that come in settle.
     */
    static final long MAX_UNSETTLED = 4_000_000;

    private final HistoryStore store;
    private final Queue<HistoryChange> queue;
    private final Counters<HistoryCounter> counters;
    private final long maxUnsettled;
    private final OpenEntries open = new OpenEntries();
    private final Deque<HistoryEntry> unwritten = new ArrayDeque<>();
    private boolean isLoaded;
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

    /**
     * Writes all that is queued, and lets a part of what was written settle.
     *
     * @param isQuiet whether there is little else to do
     */
    void writeAll(boolean isQuiet) throws StoreException {
        try {
            load();
            while (prepare()) {
                write();
            }
            settle(isQuiet ? SETTLED_IN_QUIET : SETTLED_BESIDE_REQUESTS);
        } catch (StoreException e) {
            counters.add(HistoryCounter.WRITES_FAILED, 1);
            throw e;
        }
    }

    private void load() throws StoreException {
        if (!isLoaded) {
            open.load(store.ongoing());
            unsettled = store.unsettled();
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

    /** What does not settle makes questions slow, and to settle it makes requests slow. */
    private void settle(int most) throws StoreException {
        long due = Math.max(Math.min(unsettled, most), unsettled - maxUnsettled);
        while (due > 0) {
            int settled = store.settle((int) Math.min(due, BATCH));
            unsettled = settled == 0 ? 0 : Math.max(0, unsettled - settled);
            due = settled == 0 ? 0 : due - settled;
        }
    }
}
