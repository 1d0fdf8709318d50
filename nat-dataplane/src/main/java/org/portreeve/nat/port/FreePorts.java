package org.portreeve.nat.port;

import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.memory.Memory;

/**
 * Finds ports that nobody holds. A bit for each port says so, so that a search through a nearly
 * full address reads a thousand words at most. Addresses are counted within the shard. Owned by the
 * shard thread.
 */
final class FreePorts {
    /** Even and odd ports will do. */
    static final int ANY_PARITY = -1;

    private static final int NONE = PortAllocator.NONE;
    private static final long LINE_BYTES = (PortRange.MAX_PORT + 1L) / Byte.SIZE;
    private static final long ALL_PORTS = -1L;
    private static final long EVEN_PORTS = 0x5555_5555_5555_5555L;

    private final PortLayout layout;
    private final PortSelection selection;
    private final long base;

    /** All ports of so many addresses that may be mapped are free. */
    FreePorts(int addresses, PortLayout layout, PortSelection selection) {
        this.layout = layout;
        this.selection = selection;
        base = Memory.allocate((long) addresses * Protocol.COUNT * LINE_BYTES);
        for (int i = 0; i < Protocol.COUNT; i++) {
            for (int port = layout.ports().first(); port <= layout.ports().last(); port++) {
                free(0, i, port);
            }
        }
        for (int address = 1; address < addresses; address++) {
            Memory.copy(base, wordAt(address, 0, 0), Protocol.COUNT * LINE_BYTES);
        }
    }

    /** Somebody holds the port from now on. */
    void take(int address, int protocolIndex, int port) {
        long at = wordAt(address, protocolIndex, port);
        Memory.putLong(at, Memory.getLong(at) & ~(1L << port));
    }

    /** Nobody holds the port any more; it stays nobody's where it may not be mapped. */
    void free(int address, int protocolIndex, int port) {
        if (layout.isUsable(protocolIndex, port)) {
            long at = wordAt(address, protocolIndex, port);
            Memory.putLong(at, Memory.getLong(at) | 1L << port);
        }
    }

    /** Whether nothing holds the port and it may be mapped. */
    boolean is(int address, int protocolIndex, int port) {
        return (Memory.getLong(wordAt(address, protocolIndex, port)) & 1L << port) != 0;
    }

    private long wordAt(int address, int protocolIndex, int port) {
        long line = ((long) address * Protocol.COUNT + protocolIndex) * LINE_BYTES;
        return base + line + (long) (port >>> 6) * Long.BYTES;
    }

    /**
     * One of so many ports from the first on, in the order of the selection; {@link
     * PortAllocator#NONE} when none is free.
     *
     * @param parity 0 for an even one, 1 for an odd one, or {@link #ANY_PARITY}; the choice is as
     *     random as without (RFC 6056 §4)
     */
    int any(
            int address,
            int protocolIndex,
            int first,
            int count,
            int parity,
            long flow0,
            long flow1) {
        int step = parity == ANY_PARITY ? 1 : 2;
        int from = aligned(first, parity);
        int last = first + count - 1;
        int candidates = Math.ceilDiv(last + 1 - from, step);
        selection.begin(candidates, flow0, flow1);
        for (int i = selection.next(); i != PortSelection.NONE; i = selection.next()) {
            int port = from + step * i;
            if (is(address, protocolIndex, port)) {
                return port;
            }
            if (selection.isInOrder()) {
                return following(address, protocolIndex, port, from, last, parity);
            }
        }
        return NONE;
    }

    /** The free port that the selection would come to after a port, round the end of the range. */
    private int following(
            int address, int protocolIndex, int port, int from, int last, int parity) {
        int found = firstFree(address, protocolIndex, port + 1, last, parity);
        if (found == NONE) {
            found = firstFree(address, protocolIndex, from, port - 1, parity);
        }
        if (found != NONE) {
            int step = parity == ANY_PARITY ? 1 : 2;
            int candidates = (last - from) / step + 1;
            selection.skip(Math.floorMod((found - port) / step, candidates));
        }
        return found;
    }

    private int firstFree(int address, int protocolIndex, int from, int last, int parity) {
        long alike = parity == ANY_PARITY ? ALL_PORTS : EVEN_PORTS << parity;
        for (int port = from; port <= last; port = (port | 63) + 1) {
            long word = Memory.getLong(wordAt(address, protocolIndex, port));
            // A shift by a port is one by its place in its word.
            long free = word & alike & ALL_PORTS << port;
            if (free != 0) {
                int found = (port & ~63) + Long.numberOfTrailingZeros(free);
                return found <= last ? found : NONE;
            }
        }
        return NONE;
    }

    /**
     * The first of {@code size} free ports that follow each other, all within {@code count} ports
     * from {@code first} on, or {@link PortAllocator#NONE}. Where the search begins is random.
     */
    int run(
            int address,
            int protocolIndex,
            int first,
            int count,
            int size,
            int parity,
            PortRandom random) {
        int step = parity == ANY_PARITY ? 1 : 2;
        int from = aligned(first, parity);
        int starts = Math.floorDiv(first + count - size - from, step) + 1;
        int begin = starts > 0 ? random.below(starts) : 0;
        for (int i = 0; i < starts; i++) {
            int port = from + step * ((begin + i) % starts);
            if (isRun(address, protocolIndex, port, size)) {
                return port;
            }
        }
        return NONE;
    }

    private boolean isRun(int address, int protocolIndex, int first, int size) {
        for (int port = first; port < first + size; port++) {
            if (!is(address, protocolIndex, port)) {
                return false;
            }
        }
        return true;
    }

    private static int aligned(int first, int parity) {
        return parity == ANY_PARITY || (first & 1) == parity ? first : first + 1;
    }
}
