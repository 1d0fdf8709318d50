package org.portreeve.control.counter;

import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The counters of one part, one for each constant of an enum. Any thread.
 *
 * @param <E> what is counted
 */
@SuppressWarnings("EnumOrdinal") // Ordinals index an array of this process.
public final class Counters<E extends Enum<E> & Counter> {
    private final List<E> all;
    private final AtomicLongArray values;

    /** All at zero. */
    public Counters(Class<E> counters) {
        all = List.of(counters.getEnumConstants());
        values = new AtomicLongArray(all.size());
    }

    /** What is counted. */
    public List<E> all() {
        return all;
    }

    /** Counts one. */
    public void increment(E counter) {
        add(counter, 1);
    }

    /** Counts several. */
    public void add(E counter, long amount) {
        values.getAndAdd(counter.ordinal(), amount);
    }

    /** What was counted so far. */
    public long value(E counter) {
        return values.get(counter.ordinal());
    }
}
