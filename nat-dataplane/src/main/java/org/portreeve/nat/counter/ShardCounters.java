package org.portreeve.nat.counter;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.EnumMap;
import java.util.Map;

/**
 * The counters of one shard: counted in plain memory by its thread and published now and then for
 * any reader.
 */
public final class ShardCounters {
    private static final NatCounter[] ALL = NatCounter.values();
    private static final VarHandle VERSION;

    static {
        try {
            VERSION =
                    MethodHandles.lookup()
                            .findVarHandle(ShardCounters.class, "version", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long[] counts = new long[ALL.length];
    private final long[] published = new long[ALL.length];

    /** Odd while the published counts are being written. */
    private long version;

    /** Counts one. Shard thread. */
    public void increment(NatCounter counter) {
        increment(index(counter));
    }

    /** Counts one by the counter's code. Shard thread. */
    public void increment(int code) {
        counts[code]++;
    }

    /** Counts several by the counter's code. Shard thread. */
    public void add(int code, long count) {
        counts[code] += count;
    }

    /** Counts several. Shard thread. */
    public void add(NatCounter counter, long count) {
        counts[index(counter)] += count;
    }

    /** Makes the counts visible to other threads. Shard thread. */
    public void publish() {
        VERSION.setOpaque(this, version + 1);
        VarHandle.storeStoreFence();
        System.arraycopy(counts, 0, published, 0, counts.length);
        VERSION.setRelease(this, version + 1);
    }

    /** The counts published last, all of one moment. Any thread. */
    public Map<NatCounter, Long> read() {
        long[] copy = new long[ALL.length];
        long before;
        do {
            before = (long) VERSION.getAcquire(this);
            System.arraycopy(published, 0, copy, 0, copy.length);
            VarHandle.loadLoadFence();
        } while (before % 2 != 0 || before != (long) VERSION.getOpaque(this));
        Map<NatCounter, Long> values = new EnumMap<>(NatCounter.class);
        for (NatCounter counter : ALL) {
            values.put(counter, copy[index(counter)]);
        }
        return values;
    }

    /** The code of a counter, for verdicts that are {@code int}s. */
    @SuppressWarnings("EnumOrdinal") // The codes never leave the process.
    public static int index(NatCounter counter) {
        return counter.ordinal();
    }
}
