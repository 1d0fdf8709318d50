package org.portreeve.nat.port;

import org.portreeve.nat.config.Pool;
import org.portreeve.nat.memory.SipHash;

/**
 * In which order candidates for a port are tried: the algorithms of RFC 6056 §3.3. Candidates are
 * numbers from 0; what they stand for is the caller's. Each algorithm offers every candidate before
 * it gives up, so that a port is refused only when none is left. Owned by the shard thread.
 *
 * <pre>
 *  1  a random one, then those that follow
 *  2  random ones, then as 1
 *  3  a keyed hash of the flow, plus a counter
 *  4  the same with one of many counters, chosen by another keyed hash
 *  5  random steps from the one before, then as 1
 * </pre>
 */
public final class PortSelection {
    /** Every candidate was offered. */
    public static final int NONE = -1;

    /** Random tries of algorithms 2 and 5 before all candidates are gone through. */
    private static final int RANDOM_TRIES = 4;

    private static final int SIMPLE = 1;
    private static final int RANDOM_EACH_TRY = 2;
    private static final int DOUBLE_HASH = 4;
    private static final int RANDOM_STEPS = 5;

    private final int algorithm;
    private final int increment;
    private final long[] counters;
    private final PortRandom random;
    private long offsetKey0;
    private long offsetKey1;
    private long tableKey0;
    private long tableKey1;
    private long last;

    private int count;
    private int randomTries;
    private int linearTries;
    private int start;
    private int counter;

    public PortSelection(Pool.Choice choice, PortRandom random) {
        algorithm = choice.algorithm();
        increment = choice.increment();
        counters = new long[algorithm == DOUBLE_HASH ? choice.tableSize() : 1];
        this.random = random;
        renew();
    }

    /**
     * Takes new keys and counters, so that nothing that was seen before tells of what comes (RFC
     * 6056 §3.4). To be called when few ports are in use.
     */
    public void renew() {
        offsetKey0 = random.bits();
        offsetKey1 = random.bits();
        tableKey0 = random.bits();
        tableKey1 = random.bits();
        last = random.bits() >>> 2;
        for (int i = 0; i < counters.length; i++) {
            counters[i] = random.bits() >>> 2;
        }
    }

    /**
     * Begins a search among so many candidates.
     *
     * @param flow0 internal and remote address of the first packet, for algorithms 3 and 4
     * @param flow1 its remote port
     */
    public void begin(int candidates, long flow0, long flow1) {
        count = candidates;
        linearTries = candidates;
        boolean hasTries = algorithm == RANDOM_EACH_TRY || algorithm == RANDOM_STEPS;
        randomTries = hasTries ? RANDOM_TRIES : 0;
        start = NONE;
        if (algorithm != SIMPLE && !hasTries) {
            start = hash(offsetKey0, offsetKey1, flow0, flow1, Math.max(1, candidates));
            counter = hash(tableKey0, tableKey1, flow0, flow1, counters.length);
        }
    }

    /** The next candidate to try, or {@link #NONE}. Random ones may come twice. */
    public int next() {
        if (linearTries == 0) {
            return NONE;
        }
        if (randomTries > 0) {
            randomTries--;
            return algorithm == RANDOM_EACH_TRY ? random.below(count) : step();
        }
        linearTries--;
        return algorithm == SIMPLE || algorithm == RANDOM_EACH_TRY || algorithm == RANDOM_STEPS
                ? following()
                : counted();
    }

    /** Whether the last candidate is followed by the next one, as all are from here on. */
    boolean isInOrder() {
        return linearTries < count;
    }

    /** So many of the candidates that follow in order are no good. */
    void skip(int candidates) {
        counters[counter] += candidates;
    }

    private int step() {
        last += 1 + random.below(increment);
        return (int) (last % count);
    }

    private int following() {
        start = start == NONE ? random.below(count) : start + 1;
        start = start == count ? 0 : start;
        return start;
    }

    /** The counter goes on at every try, so that the one after this flow's is another. */
    private int counted() {
        return (int) ((start + counters[counter]++) % count);
    }

    private static int hash(long key0, long key1, long flow0, long flow1, int bound) {
        long bits = SipHash.prf(key0, key1, SipHash.prf(key0, key1, flow0) ^ flow1);
        return (int) ((bits >>> 1) % bound);
    }
}
