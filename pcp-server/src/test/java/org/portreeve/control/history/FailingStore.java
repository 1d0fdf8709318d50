package org.portreeve.control.history;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.portreeve.control.store.HistoryEntry;
import org.portreeve.control.store.HistoryStore;
import org.portreeve.control.store.StoreException;

/** A store that fails when told so, and settles a thousand at a time. */
final class FailingStore implements HistoryStore {
    final List<HistoryEntry> entries = new ArrayList<>();
    boolean fails;
    volatile boolean failsToSettle;
    boolean isUnreadable;
    int batches;
    int unsettled;
    final AtomicInteger settlements = new AtomicInteger();

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
    public boolean settle() throws StoreException {
        if (failsToSettle) {
            throw new StoreException("the table is damaged");
        }
        settlements.incrementAndGet();
        unsettled = Math.max(0, unsettled - 100_000);
        return unsettled > 0;
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
            int externalIp, int port, int protocol, int remoteIp, long fromMillis, long toMillis) {
        throw new AssertionError("nobody asks");
    }
}
