package org.portreeve.nat.port;

/**
 * Finds ports that nobody holds. Addresses are counted within the shard. Owned by the shard thread.
 */
final class FreePorts {
    /** Even and odd ports will do. */
    static final int ANY_PARITY = -1;

    private static final int NONE = PortAllocator.NONE;

    private final InboundIndex inbound;
    private final PortLayout layout;
    private final PortSelection selection;

    FreePorts(InboundIndex inbound, PortLayout layout, PortSelection selection) {
        this.inbound = inbound;
        this.layout = layout;
        this.selection = selection;
    }

    /** Whether nothing holds the port and it may be mapped. */
    boolean is(int address, int protocolIndex, int port) {
        return layout.isUsable(protocolIndex, port)
                && inbound.find(address, protocolIndex, port) == InboundIndex.NONE;
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
        selection.begin(Math.ceilDiv(first + count - from, step), flow0, flow1);
        for (int i = selection.next(); i != PortSelection.NONE; i = selection.next()) {
            int port = from + step * i;
            if (is(address, protocolIndex, port)) {
                return port;
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
