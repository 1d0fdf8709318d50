package org.portreeve.admin.record;

import java.util.concurrent.atomic.AtomicLongArray;

/** The admin server's counters. Any thread. */
public final class AdminCounters {
    private final AtomicLongArray values = new AtomicLongArray(AdminCounter.values().length);

    /** Counts one. */
    @SuppressWarnings("EnumOrdinal") // Ordinals never leave the process.
    public void increment(AdminCounter counter) {
        values.getAndIncrement(counter.ordinal());
    }

    /** What was counted so far. */
    @SuppressWarnings("EnumOrdinal") // Ordinals never leave the process.
    public long value(AdminCounter counter) {
        return values.get(counter.ordinal());
    }
}
