package org.portreeve.daemon.config;

import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;

/**
 * Sizes that follow from the pool and the memory where the operator wrote {@code auto}. The bytes
 * are what a row and its share of the look-up tables take. Any thread.
 */
public final class AutoSizes {
    /** One hot and one cold cache line, and two slots of a hash that is at most half full. */
    public static final int SESSION_BYTES = 64 + 64 + 32;

    /**
     * One cache line, two slots of a hash that is at most half full, and a rate; a filter with its
     * place, and where filters begin.
     */
    public static final int MAPPING_BYTES = 64 + 32 + 8 + 16 + 4 + 8;

    /** Of a session where filtering asks for addresses: a row, its place, two slots of a hash. */
    public static final int CONTACT_BYTES = 16 + 4 + 32;

    /** Of a mapping where ports are shared: two slots of a hash that is at most half full. */
    public static final int SHARED_BYTES = 16;

    /** Blocks, counters and the pairing of a subscriber. */
    public static final int SUBSCRIBER_BYTES = 128;

    /** The direct index of one external address: every port of three protocols, one row number. */
    public static final int ADDRESS_BYTES = 3 * 65_536 * 4;

    /** Of the memory, tables of size {@code auto} take at most one part in so many. */
    static final int MEMORY_SHARE = 8;

    /** External addresses that a reload can add to the pool. */
    private static final int SPARE_ADDRESSES = 8;

    private static final int LEAST_ROWS = 1 << 16;
    private static final int MOST_ROWS = 1 << 22;
    private static final int SUBSCRIBERS_PER_ADDRESS = 1_024;
    private static final int LEAST_SUBSCRIBERS = 1 << 14;
    private static final int MOST_SUBSCRIBERS = 1 << 20;

    private AutoSizes() {}

    /** Rows for sessions of the whole node; mappings get as many. */
    static int rows(int addresses, int portCount, Host host) {
        long wanted = Math.max(LEAST_ROWS, (long) addresses * portCount);
        long budget = host.memoryBytes() / MEMORY_SHARE / (SESSION_BYTES + MAPPING_BYTES);
        return (int) Math.min(Math.min(wanted, MOST_ROWS), Math.max(budget, LEAST_ROWS));
    }

    /** Subscribers of the whole node. */
    static int subscribers(int addresses) {
        long wanted = (long) addresses * SUBSCRIBERS_PER_ADDRESS;
        return Math.clamp(wanted, LEAST_SUBSCRIBERS, MOST_SUBSCRIBERS);
    }

    /** Places for external addresses; in a pool whose addresses may change there are spare ones. */
    static int addresses(int addresses, boolean isFixed) {
        return isFixed
                ? addresses
                : Math.min(addresses + SPARE_ADDRESSES, Contradictions.MAX_POOL_ADDRESSES);
    }

    /**
     * What the tables of all shards take, about.
     *
     * @param filtersByAddress whether any profile filters by address
     */
    public static long tableBytes(NatConfig nat, boolean filtersByAddress) {
        NatConfig.Capacity each = nat.capacity();
        int sessionBytes = SESSION_BYTES + (filtersByAddress ? CONTACT_BYTES : 0);
        boolean shares = !nat.pool().overlapPorts().equals(Pool.NO_PORTS);
        int mappingBytes = MAPPING_BYTES + (shares ? SHARED_BYTES : 0);
        long rows = (long) each.sessions() * sessionBytes + (long) each.mappings() * mappingBytes;
        return rows * nat.shardCount()
                + (long) each.subscribers() * SUBSCRIBER_BYTES
                + (long) nat.addressPlaces() * ADDRESS_BYTES;
    }
}
