package org.portreeve.control.journal;

import java.util.concurrent.atomic.AtomicLongArray;

/** The journal's counters. Each is written by one thread and read by any. */
@SuppressWarnings("EnumOrdinal") // Ordinals index an array of this process.
public final class JournalCounters {
    private final AtomicLongArray values = new AtomicLongArray(JournalCounter.values().length);

    /** Its value since the start of the node. */
    public long value(JournalCounter counter) {
        return values.get(counter.ordinal());
    }

    /** Adds to a counter of the calling thread. */
    void add(JournalCounter counter, long amount) {
        int index = counter.ordinal();
        values.lazySet(index, values.get(index) + amount);
    }
}
