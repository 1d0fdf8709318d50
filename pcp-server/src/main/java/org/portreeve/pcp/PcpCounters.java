package org.portreeve.pcp;

import java.util.concurrent.atomic.AtomicLongArray;

/** The server's counters. The port-control thread writes; any thread reads. */
public final class PcpCounters {
    private final AtomicLongArray values = new AtomicLongArray(PcpCounter.values().length);

    /** Counts one. Port-control thread. */
    @SuppressWarnings("EnumOrdinal") // Ordinals never leave the process.
    public void increment(PcpCounter counter) {
        int index = counter.ordinal();
        // One writer: no need for the locked instruction of an atomic increment.
        values.setRelease(index, values.getPlain(index) + 1);
    }

    /** What was counted so far. */
    @SuppressWarnings("EnumOrdinal") // Ordinals never leave the process.
    public long value(PcpCounter counter) {
        return values.getAcquire(counter.ordinal());
    }
}
