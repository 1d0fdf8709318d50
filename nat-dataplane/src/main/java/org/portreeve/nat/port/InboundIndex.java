package org.portreeve.nat.port;

import org.portreeve.nat.Protocol;
import org.portreeve.nat.memory.Memory;

/**
 * The mapping that holds an external port: one {@code int} for each address, protocol and port,
 * indexed directly, so that an inbound packet costs no hash. Owned by the shard thread.
 */
public final class InboundIndex {
    /** Nobody holds the port. */
    public static final int NONE = -1;

    private static final int PORTS = 65_536;

    private final long base;

    /** An index for the addresses of one shard. */
    public InboundIndex(int addresses) {
        base = Memory.allocate((long) addresses * Protocol.COUNT * PORTS * Integer.BYTES);
    }

    /** The row of the mapping, or {@link #NONE}. */
    public int find(int address, int protocolIndex, int port) {
        return Memory.getInt(at(address, protocolIndex, port)) - 1;
    }

    public void put(int address, int protocolIndex, int port, int row) {
        Memory.putInt(at(address, protocolIndex, port), row + 1);
    }

    public void remove(int address, int protocolIndex, int port) {
        Memory.putInt(at(address, protocolIndex, port), 0);
    }

    private long at(int address, int protocolIndex, int port) {
        long line = (long) (address * Protocol.COUNT + protocolIndex) * PORTS + port;
        return base + line * Integer.BYTES;
    }
}
