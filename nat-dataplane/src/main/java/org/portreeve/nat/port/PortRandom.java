package org.portreeve.nat.port;

import org.portreeve.nat.memory.SipHash;

/**
 * Numbers that an outsider cannot predict from earlier ones: a keyed pseudo-random function of a
 * counter (RFC 6056 §3.3.1). Allocates nothing. Owned by the shard thread.
 */
public final class PortRandom {
    private final long key0;
    private final long key1;
    private long counter;

    /** The key is secret; the same key gives the same numbers, which tests use. */
    public PortRandom(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
    }

    /** 64 random bits. */
    public long bits() {
        return SipHash.prf(key0, key1, counter++);
    }

    /** A number from 0 to {@code bound} - 1. */
    public int below(int bound) {
        long bits = bits() >>> 32;
        return (int) ((bits * bound) >>> 32);
    }
}
