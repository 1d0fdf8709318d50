package org.portreeve.natpmp;

import java.util.concurrent.atomic.AtomicLongArray;

/** The NAT-PMP server's counters. The port-control thread writes; any thread reads. */
public final class NatPmpCounters {
    private final AtomicLongArray values = new AtomicLongArray(NatPmpCounter.values().length);

    /** Counts one. Port-control thread. */
    @SuppressWarnings("EnumOrdinal") // Ordinals never leave the process.
    public void increment(NatPmpCounter counter) {
        int index = counter.ordinal();
        // One writer: no need for the locked instruction of an atomic increment.
        values.setRelease(index, values.getPlain(index) + 1);
    }

    /** What was counted so far. */
    @SuppressWarnings("EnumOrdinal") // Ordinals never leave the process.
    public long value(NatPmpCounter counter) {
        return values.getAcquire(counter.ordinal());
    }
}
