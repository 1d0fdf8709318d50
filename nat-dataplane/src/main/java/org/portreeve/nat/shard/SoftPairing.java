package org.portreeve.nat.shard;

import org.portreeve.nat.port.PortAllocator;

/**
 * Ports of implicit mappings where pairing is soft and the paired address is full: at another one
 * of the shard (RFC 7857 §4). A subscriber looks at the same few addresses in the same order each
 * time, so that its blocks there are found again; not at those that are drained or leave the pool.
 * Owned by the shard thread.
 */
final class SoftPairing {
    /** Addresses that are looked at after the paired one. */
    static final int TRIES = 8;

    private final Tables tables;
    private final Blocks blocks;
    private final boolean isAllowed;
    private int port;

    SoftPairing(Tables tables, Blocks blocks) {
        this.tables = tables;
        this.blocks = blocks;
        isAllowed = tables.config.pool().pairing().isSoft();
    }

    /** Whether another address than the paired one may be used. */
    boolean isAllowed() {
        return isAllowed;
    }

    /**
     * A port at one address, or {@link PortAllocator#NONE}. A further block is asked for when that
     * is wanted.
     */
    private int implicit(long key, int subscriber, int address, int protocolIndex, long nowNs) {
        int given = tables.ports.implicit(subscriber, address, key);
        blocks.leaseAhead(subscriber, address, protocolIndex, given, nowNs);
        return given;
    }

    /**
     * Looks for a port at other addresses and returns the address; {@link #port} is the port, or
     * {@link PortAllocator#NONE} when no port is there now. A block may then be on its way.
     */
    int find(long key, int subscriber, int paired, int protocolIndex, long nowNs) {
        int tries = 0;
        port = PortAllocator.NONE;
        int address = paired;
        for (int i = 1; i < tables.addressCount && tries < TRIES && !isDecided(subscriber); i++) {
            int next = (paired + i) % tables.addressCount;
            if (tables.pool.isOpen(tables.addressIndex(next))) {
                tries++;
                address = next;
                port = implicit(key, subscriber, address, protocolIndex, nowNs);
            }
        }
        return address;
    }

    /** The port that was found. */
    int port() {
        return port;
    }

    private boolean isDecided(int subscriber) {
        return port != PortAllocator.NONE || blocks.isPending(subscriber);
    }
}
