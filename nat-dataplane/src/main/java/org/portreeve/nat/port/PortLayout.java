package org.portreeve.nat.port;

import java.util.Arrays;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;

/**
 * What each port of an external address is for: single ports of explicit mappings, blocks, computed
 * ranges, or nobody. The same for all addresses of a pool. Immutable; any thread.
 */
public final class PortLayout {
    /** The PCP client and server ports are never mapped (RFC 6887 §11.3). */
    public static final PortRange PCP_PORTS = new PortRange(5350, 5351);

    /** The first port that is not well-known (RFC 4787 REQ-3). */
    private static final int FIRST_HIGH_PORT = 1_024;

    private final PortRange ports;
    private final boolean hasClasses;
    private final PortRange lowPorts;
    private final PortRange highPorts;
    private final PortRange incoming;
    private final boolean isDynamic;
    private final DeterministicRanges ranges;
    private final int firstBlockPort;
    private final int blocks;
    private final int blockSize;
    private final boolean[] excluded = new boolean[PortRange.MAX_PORT + 1];

    public PortLayout(NatConfig config) {
        Pool pool = config.pool();
        ports = pool.ports();
        hasClasses = ports.first() < FIRST_HIGH_PORT && FIRST_HIGH_PORT <= ports.last();
        lowPorts = hasClasses ? new PortRange(ports.first(), FIRST_HIGH_PORT - 1) : ports;
        highPorts = hasClasses ? new PortRange(FIRST_HIGH_PORT, ports.last()) : ports;
        incoming = pool.incomingPorts();
        isDynamic = pool.allocation() instanceof Pool.Allocation.Dynamic;
        ranges = new DeterministicRanges(config.inside(), pool);
        blockSize = pool.block().size();
        int first =
                switch (pool.allocation()) {
                    case Pool.Allocation.Blocks _ -> ports.first();
                    case Pool.Allocation.Dynamic _ -> ports.last() + 1;
                    case Pool.Allocation.Deterministic given ->
                            given.dynamicFactor() == 0 ? ports.last() + 1 : ranges.overflowFirst();
                };
        // Blocks are aligned to their size.
        firstBlockPort = Math.ceilDiv(first, blockSize) * blockSize;
        blocks = Math.max(0, ports.last() + 1 - firstBlockPort) / blockSize;
        for (PortRange range : pool.excludedPorts()) {
            Arrays.fill(excluded, range.first(), range.last() + 1, true);
        }
        // What is shared has neither a mapping for every peer nor a reservation.
        PortRange overlap = pool.overlapPorts();
        Arrays.fill(excluded, overlap.first(), overlap.last() + 1, true);
    }

    /** Whether a port may be mapped at all, by whomever. */
    public boolean isMappable(int protocolIndex, int port) {
        boolean isPcp = Protocol.ofIndex(protocolIndex) == Protocol.UDP && PCP_PORTS.contains(port);
        return port != PortAllocator.NONE && !isPcp && !excluded[port];
    }

    /** Whether the port is in use by this pool and may be mapped. */
    boolean isUsable(int protocolIndex, int port) {
        return ports.contains(port) && isMappable(protocolIndex, port);
    }

    /** Ports of a protocol among so many from the first on that nobody gets. */
    int unusable(int protocolIndex, int first, int count) {
        int found = 0;
        for (int port = first; port < first + count; port++) {
            found += isUsable(protocolIndex, port) ? 0 : 1;
        }
        return found;
    }

    /** The ports in use. */
    PortRange ports() {
        return ports;
    }

    /**
     * Those of the class of an internal port, below 1024 or from there on; all, where the ports in
     * use are of one class, and for identifiers of queries, which have none.
     */
    PortRange alike(int protocolIndex, int internalPort) {
        if (isLow(protocolIndex, internalPort)) {
            return lowPorts;
        }
        return Protocol.ofIndex(protocolIndex) == Protocol.ICMP ? ports : highPorts;
    }

    /** Whether an internal port is of the lower class, and ports in use of either. */
    boolean isLow(int protocolIndex, int internalPort) {
        return hasClasses
                && Protocol.ofIndex(protocolIndex) != Protocol.ICMP
                && internalPort < FIRST_HIGH_PORT;
    }

    /** Those for single ports of explicit mappings. */
    PortRange incoming() {
        return incoming;
    }

    /** Whether implicit mappings get single ports of the whole range. */
    boolean isDynamic() {
        return isDynamic;
    }

    /** The computed ranges; without any unless the pool is deterministic. */
    public DeterministicRanges ranges() {
        return ranges;
    }

    /** The first port of the first block. */
    int firstBlockPort() {
        return firstBlockPort;
    }

    /** Blocks of each address; some of them may lie in the incoming range. */
    int blocks() {
        return blocks;
    }

    /** Blocks of each address that can be leased: none of their ports is in the incoming range. */
    public int leasableBlocks() {
        int leasable = 0;
        for (int block = 0; block < blocks; block++) {
            int first = firstBlockPort + block * blockSize;
            boolean isIncoming = first <= incoming.last() && incoming.first() < first + blockSize;
            leasable += isIncoming ? 0 : 1;
        }
        return leasable;
    }

    /** Ports of a block. */
    int blockSize() {
        return blockSize;
    }
}
