package org.portreeve.nat.table;

import org.portreeve.nat.memory.SipHash;

/**
 * Finds the mapping of an external port that several share, by the remote address as well: no two
 * have the same external tuple and remote address (RFC 7857 §13). Owned by the shard thread.
 */
public final class OverlapIndex {
    /** No mapping. */
    public static final int NONE = RowPool.NONE;

    private final MappingTable mappings;
    private final HashIndex index;
    private final long secret0;
    private final long secret1;

    /** An index for so many of the mappings; the secret keeps hosts from choosing collisions. */
    public OverlapIndex(MappingTable mappings, int rows, long secret0, long secret1) {
        this.mappings = mappings;
        this.secret0 = secret0;
        this.secret1 = secret1;
        index = new HashIndex(rows);
    }

    /** The mapping that has the port towards the remote address, or {@link #NONE}. */
    public int find(int addressIndex, int port, int remoteIp) {
        int hash = hash(addressIndex, port, remoteIp);
        for (int slot = index.first(hash); slot != HashIndex.NONE; slot = index.next(slot, hash)) {
            int row = index.row(slot);
            if (mappings.addressIndex(row) == addressIndex
                    && mappings.externalPort(row) == port
                    && remoteIp(row) == remoteIp) {
                return row;
            }
        }
        return NONE;
    }

    /** A mapping has its port towards its one peer. */
    public void put(int row) {
        assert find(mappings.addressIndex(row), mappings.externalPort(row), remoteIp(row)) == NONE
                : "port " + mappings.externalPort(row) + " has two owners towards one address";
        index.insert(hash(row), row);
    }

    /** It has it no more. */
    public void remove(int row) {
        index.remove(hash(row), row);
    }

    private int remoteIp(int row) {
        return MappingTable.remoteIp(mappings.peers(row));
    }

    private int hash(int row) {
        return hash(mappings.addressIndex(row), mappings.externalPort(row), remoteIp(row));
    }

    private int hash(int addressIndex, int port, int remoteIp) {
        long external = (long) addressIndex << 16 | port;
        return (int) SipHash.hash(secret0, secret1, external, remoteIp);
    }
}
