package org.portreeve.nat.table;

import org.portreeve.nat.memory.Memory;

/**
 * Finds rows by a 32-bit hash: open addressing with linear probing over eight-octet entries of hash
 * and row. Removal shifts the entries behind it back, so there are no tombstones and a long churn
 * leaves the table as fast as it was. At most half full. The caller compares the keys of the
 * candidates: {@code for (slot = first(hash); slot != NONE; slot = next(slot, hash))}. Owned by the
 * shard thread.
 */
final class HashIndex {
    static final int NONE = -1;

    private final long base;
    private final int mask;

    /** An index for so many rows. */
    HashIndex(int rows) {
        int entries = Integer.highestOneBit(Math.max(8, rows) * 2 - 1) << 1;
        mask = entries - 1;
        base = Memory.allocate(8L * entries);
    }

    /** The first slot whose entry has this hash, or {@link #NONE}. */
    int first(int hash) {
        return probe(hash & mask, hash);
    }

    /** The next slot after one that {@link #first} or this method gave. */
    int next(int slot, int hash) {
        return probe(slot + 1 & mask, hash);
    }

    /** The row of a slot that holds one. */
    int row(int slot) {
        return (int) entry(slot) - 1;
    }

    /** Reads the line where the hash begins, so that a later look-up finds it in the cache. */
    long touch(int hash) {
        return entry(hash & mask);
    }

    void insert(int hash, int row) {
        int slot = hash & mask;
        while (entry(slot) != 0) {
            slot = slot + 1 & mask;
        }
        entry(slot, (long) hash << 32 | row + 1);
    }

    /** Removes the entry of exactly this row. */
    void remove(int hash, int row) {
        int hole = first(hash);
        while (row(hole) != row) {
            hole = next(hole, hash);
        }
        int slot = hole;
        while (true) {
            slot = slot + 1 & mask;
            long entry = entry(slot);
            if (entry == 0) {
                entry(hole, 0);
                return;
            }
            int home = (int) (entry >>> 32) & mask;
            boolean mayMove = (slot - home & mask) >= (slot - hole & mask);
            if (mayMove) {
                entry(hole, entry);
                hole = slot;
            }
        }
    }

    private int probe(int from, int hash) {
        for (int slot = from; ; slot = slot + 1 & mask) {
            long entry = entry(slot);
            if (entry == 0) {
                return NONE;
            }
            if ((int) (entry >>> 32) == hash) {
                return slot;
            }
        }
    }

    private long entry(int slot) {
        return Memory.getLong(base + 8L * slot);
    }

    private void entry(int slot, long value) {
        Memory.putLong(base + 8L * slot, value);
    }
}
