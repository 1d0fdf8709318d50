package org.portreeve.nat.event;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A bounded ring from the shard thread to one reader: slots of eight {@code long}s, a kind first.
 * It refuses when it is full and allocates nothing. The shard has two: outcomes, where places are
 * counted beforehand so that none is ever lost, and telemetry, where losses are counted.
 */
public final class EventRing {
    /** Fields of a slot, the kind included. */
    private static final int FIELDS = 8;

    private static final VarHandle POSITION;

    static {
        try {
            POSITION = MethodHandles.lookup().findVarHandle(Position.class, "value", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long[] slots;
    private final int mask;
    private final Position head = new Position();
    private final Position tail = new Position();

    /** The capacity is rounded up to a power of two. */
    public EventRing(int capacity) {
        int size = Integer.highestOneBit(Math.max(2, capacity) - 1) << 1;
        slots = new long[size * FIELDS];
        mask = size - 1;
    }

    /** Slots that can be filled now; grows by itself as the reader goes on. Shard thread. */
    public int free() {
        return mask + 1 - (int) (tail.value - (long) POSITION.getAcquire(head));
    }

    /** Adds an event, or returns false when the ring is full. Shard thread. */
    public boolean offer(int kind, long a, long b, long c, long d, long e, long f, long g) {
        if (free() == 0) {
            return false;
        }
        int at = (int) (tail.value & mask) * FIELDS;
        slots[at] = kind;
        slots[at + 1] = a;
        slots[at + 2] = b;
        slots[at + 3] = c;
        slots[at + 4] = d;
        slots[at + 5] = e;
        slots[at + 6] = f;
        slots[at + 7] = g;
        POSITION.setRelease(tail, tail.value + 1);
        return true;
    }

    /** Whether an event waits. Reader thread. */
    public boolean hasNext() {
        return (long) POSITION.getAcquire(tail) != head.value;
    }

    /** A field of the oldest event, 0 being its kind. Reader thread, after {@link #hasNext}. */
    public long peek(int field) {
        return slots[(int) (head.value & mask) * FIELDS + field];
    }

    /** Frees the place of the oldest event. Reader thread. */
    public void pop() {
        POSITION.setRelease(head, head.value + 1);
    }

    /** A counter on a cache line of its own, written by one thread. */
    private static final class Position {
        @SuppressWarnings("unused") // Read and written through POSITION and by its owner.
        private long before1, before2, before3, before4, before5, before6, before7;

        private long value;

        @SuppressWarnings("unused") // Keeps the next object off this cache line.
        private long after1, after2, after3, after4, after5, after6, after7;
    }
}
