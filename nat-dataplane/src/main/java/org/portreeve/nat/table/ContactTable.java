package org.portreeve.nat.table;

import org.portreeve.nat.memory.Memory;
import org.portreeve.nat.memory.SipHash;

/**
 * How many sessions a mapping has with a remote address, for mappings that are filtered by address.
 * Each entry stands for a session at least, so a table as big as that of sessions is never full.
 * Owned by the shard thread.
 *
 * <pre>
 *  0 mapping (4) | remote address (4)   key
 *  8 sessions (4) | hash (4)
 * </pre>
 */
public final class ContactTable {
    private static final int ROW_BYTES = 16;
    private static final int KEY = 0;
    private static final int SESSIONS = 8;
    private static final int HASH = 12;

    private final RowPool rows;
    private final HashIndex index;
    private final long secret0;
    private final long secret1;

    /** A table of so many rows; the secret keeps hosts from choosing collisions. */
    public ContactTable(int capacity, long secret0, long secret1) {
        rows = new RowPool(capacity, ROW_BYTES);
        index = new HashIndex(capacity);
        this.secret0 = secret0;
        this.secret1 = secret1;
    }

    /** Whether the mapping has a session with the address. */
    public boolean has(int mapping, int remoteIp) {
        long key = key(mapping, remoteIp);
        return find(key, hash(key)) != RowPool.NONE;
    }

    /** Counts a further session of the mapping with the address. */
    public void add(int mapping, int remoteIp) {
        long key = key(mapping, remoteIp);
        int hash = hash(key);
        int row = find(key, hash);
        if (row == RowPool.NONE) {
            row = rows.take();
            assert row != RowPool.NONE : "more contacts than sessions";
            Memory.putLong(rows.at(row) + KEY, key);
            Memory.putInt(rows.at(row) + HASH, hash);
            index.insert(hash, row);
        }
        Memory.putInt(rows.at(row) + SESSIONS, sessions(row) + 1);
    }

    /** Counts one session less. */
    public void remove(int mapping, int remoteIp) {
        long key = key(mapping, remoteIp);
        int row = find(key, hash(key));
        assert row != RowPool.NONE : "a session that was not counted ends";
        int left = sessions(row) - 1;
        if (left > 0) {
            Memory.putInt(rows.at(row) + SESSIONS, left);
        } else {
            index.remove(Memory.getInt(rows.at(row) + HASH), row);
            rows.release(row);
        }
    }

    private int find(long key, int hash) {
        for (int slot = index.first(hash); slot != HashIndex.NONE; slot = index.next(slot, hash)) {
            int row = index.row(slot);
            if (Memory.getLong(rows.at(row) + KEY) == key) {
                return row;
            }
        }
        return RowPool.NONE;
    }

    private int sessions(int row) {
        return Memory.getInt(rows.at(row) + SESSIONS);
    }

    private int hash(long key) {
        return (int) SipHash.hash(secret0, secret1, key, 0);
    }

    private static long key(int mapping, int remoteIp) {
        return (long) mapping << 32 | (remoteIp & 0xffff_ffffL);
    }
}
