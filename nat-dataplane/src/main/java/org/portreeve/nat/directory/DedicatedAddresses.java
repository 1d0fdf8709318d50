package org.portreeve.nat.directory;

import java.util.Map;

/**
 * Which internal addresses have an external address that is nobody else's, each both ways. None of
 * them is of the pool. Immutable: port control makes new ones for each change. Any thread.
 *
 * <p>Open addressing in a {@code long[]} each way, of key and value in one cell.
 */
public final class DedicatedAddresses {
    /** Pairs of a node at most. */
    public static final int MAX_ENTRIES = 4_096;

    /** Instead of an address: there is none. */
    public static final int NONE = 0;

    /** Nobody has one. */
    public static final DedicatedAddresses EMPTY = of(Map.of());

    private final long[] externals;
    private final long[] internals;
    private final boolean isEmpty;

    private DedicatedAddresses(Map<Integer, Integer> externalByInternal) {
        assert externalByInternal.size() <= MAX_ENTRIES : "too many dedicated addresses";
        int cells = Integer.highestOneBit(externalByInternal.size() * 4 + 1);
        externals = new long[cells];
        internals = new long[cells];
        isEmpty = externalByInternal.isEmpty();
        externalByInternal.forEach((internal, external) -> {
            put(externals, internal, external);
            put(internals, external, internal);
        });
    }

    /** The pairs of this map, by internal address; no external address is there twice. */
    public static DedicatedAddresses of(Map<Integer, Integer> externalByInternal) {
        return new DedicatedAddresses(externalByInternal);
    }

    /** Whether nobody has one, so that nothing below need be asked. */
    public boolean isEmpty() {
        return isEmpty;
    }

    /** The external address of an internal one, or {@link #NONE}. */
    public int externalOf(int internalIp) {
        return find(externals, internalIp);
    }

    /** The internal address behind an external one, or {@link #NONE}. */
    public int internalOf(int externalIp) {
        return find(internals, externalIp);
    }

    private static void put(long[] cells, int key, int value) {
        assert key != NONE && value != NONE && find(cells, key) == NONE : "not a pair of its own";
        int mask = cells.length - 1;
        int slot = hash(key) & mask;
        while (cells[slot] != 0) {
            slot = slot + 1 & mask;
        }
        cells[slot] = (long) key << 32 | (value & 0xffff_ffffL);
    }

    /** Ends, because no more than half of the cells are used. */
    private static int find(long[] cells, int key) {
        int mask = cells.length - 1;
        for (int slot = hash(key) & mask; ; slot = slot + 1 & mask) {
            long cell = cells[slot];
            if (cell == 0) {
                return NONE;
            }
            if ((int) (cell >>> 32) == key) {
                return (int) cell;
            }
        }
    }

    private static int hash(int ip) {
        int mixed = ip * 0x9E37_79B9;
        return mixed >>> 16 ^ mixed;
    }
}
