package org.portreeve.control.history;

import java.util.concurrent.atomic.AtomicLongArray;

/** The history's counters. Any thread. */
@SuppressWarnings("EnumOrdinal") // Ordinals index an array of this process.
public final class HistoryCounters {
    private final AtomicLongArray values = new AtomicLongArray(HistoryCounter.values().length);

    /** Its value since the start of the node. */
    public long value(HistoryCounter counter) {
        return values.get(counter.ordinal());
    }

    void add(HistoryCounter counter, long amount) {
        values.getAndAdd(counter.ordinal(), amount);
    }
}
