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

    /** No port is free. */
    static final long NO_RUN = 0;

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
     * The longest run of free ports within {@code count} ports from {@code first} on, or its first
     * {@code most} ports, or {@link #NO_RUN}. Where the search begins is random, and it ends at the
     * first run that is long enough.
     */
    long run(
            int address,
            int protocolIndex,
            int first,
            int count,
            int most,
            int parity,
            PortRandom random) {
        int from = aligned(first, parity);
        int last = first + count - 1;
        int starts = last - from - most + 2;
        int begin = starts > 0 ? aligned(from + random.below(starts), parity) : from;
        long longest = longest(address, protocolIndex, begin, last, most, parity);
        if (size(longest) < most && begin > from) {
            // What begins before the random port ends before this one, unless it was seen.
            int end = Math.min(last, begin + most - 2);
            long before = longest(address, protocolIndex, from, end, most, parity);
            longest = size(before) > size(longest) ? before : longest;
        }
        return longest;
    }

    /** The first port of a run. */
    static int first(long run) {
        return (int) run & PortRange.MAX_PORT;
    }

    /** How many ports a run has; 0 for {@link #NO_RUN}. */
    static int size(long run) {
        return (int) (run >>> Short.SIZE);
    }

    /** Goes from run to run, each word of the bitmap read a few times at most. */
    private long longest(int address, int protocolIndex, int from, int last, int most, int parity) {
        long longest = NO_RUN;
        int first = firstFree(address, protocolIndex, from, last, parity);
        while (first != NONE && size(longest) < most) {
            int end = firstHeld(address, protocolIndex, first, last);
            int size = Math.min(most, end - first);
            if (size > size(longest)) {
                longest = (long) size << Short.SIZE | first;
            }
            first = firstFree(address, protocolIndex, end + 1, last, parity);
        }
        return longest;
    }

    /** The first port that is not free, or the one after the last. */
    private int firstHeld(int address, int protocolIndex, int from, int last) {
        for (int port = from; port <= last; port = (port | 63) + 1) {
            long held = ~Memory.getLong(wordAt(address, protocolIndex, port)) & ALL_PORTS << port;
            if (held != 0) {
                return Math.min(last + 1, (port & ~63) + Long.numberOfTrailingZeros(held));
            }
        }
        return last + 1;
    }

    private static int aligned(int first, int parity) {
        return parity == ANY_PARITY || (first & 1) == parity ? first : first + 1;
    }
}
