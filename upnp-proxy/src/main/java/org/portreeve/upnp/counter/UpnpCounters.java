package org.portreeve.upnp.counter;

import java.util.concurrent.atomic.AtomicLongArray;

/** The gateway's counters. Any thread. */
public final class UpnpCounters {
    private final AtomicLongArray values = new AtomicLongArray(UpnpCounter.values().length);

    /** Counts one. */
    @SuppressWarnings("EnumOrdinal") // Ordinals never leave the process.
    public void increment(UpnpCounter counter) {
        values.incrementAndGet(counter.ordinal());
    }

    /** What was counted so far. */
    @SuppressWarnings("EnumOrdinal") // Ordinals never leave the process.
    public long value(UpnpCounter counter) {
        return values.get(counter.ordinal());
    }
}
