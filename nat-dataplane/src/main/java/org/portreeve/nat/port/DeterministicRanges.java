package org.portreeve.nat.port;

import java.util.List;
import java.util.OptionalInt;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.config.Pool;

/**
 * Which internal address has which external address and range of ports, computed both ways (RFC
 * 7422 §2, algorithm 0: sequential). The internal addresses, in the order of the prefixes, take the
 * ranges of the first external address from its lowest port on, then those of the second. Ports
 * that the incoming range has are left out; what the ranges leave is for blocks. Immutable; any
 * thread.
 */
public final class DeterministicRanges {
    /** No range, or a pool that has none. */
    public static final int NONE = -1;

    private final int[] networks;
    private final int[] masks;
    private final long[] offsets;
    private final long ranges;
    private final PortRange shared;
    private final int compression;
    private final int rangePorts;
    private final int overflowFirst;

    /** The ranges of these internal prefixes; none when the pool is not deterministic. */
    public DeterministicRanges(List<Prefix> inside, Pool pool) {
        networks = inside.stream().mapToInt(Prefix::network).toArray();
        masks = inside.stream().mapToInt(prefix -> (int) -prefix.size()).toArray();
        offsets = new long[networks.length];
        long size = 0;
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = size;
            size += inside.get(i).size();
        }
        switch (pool.allocation()) {
            case Pool.Allocation.Blocks _, Pool.Allocation.Dynamic _ -> {
                shared = pool.ports();
                compression = 0;
                rangePorts = 0;
            }
            case Pool.Allocation.Deterministic given -> {
                shared = sharedPorts(pool);
                compression = given.compression();
                rangePorts = rangePorts(given, shared);
            }
        }
        ranges = Math.min(size, (long) compression * pool.addresses().size());
        overflowFirst = shared.first() + compression * rangePorts;
    }

    /** The ports that ranges and blocks share: what the incoming range leaves, in one piece. */
    public static PortRange sharedPorts(Pool pool) {
        PortRange ports = pool.ports();
        PortRange incoming = pool.incomingPorts();
        if (incoming.equals(Pool.NO_PORTS) || incoming.equals(ports)) {
            return ports;
        }
        return incoming.first() == ports.first()
                ? new PortRange(incoming.last() + 1, ports.last())
                : new PortRange(ports.first(), incoming.first() - 1);
    }

    /** How many ports a range has: those that were asked for, or a share of what there is. */
    public static int rangePorts(Pool.Allocation.Deterministic given, PortRange shared) {
        return given.rangePorts() > 0
                ? given.rangePorts()
                : shared.size() / (given.compression() + given.dynamicFactor());
    }

    /** Ports of each range; 0 when the pool has no ranges. */
    public int rangePorts() {
        return rangePorts;
    }

    /** Internal addresses that have a range. */
    public long size() {
        return ranges;
    }

    /** The first port that no range has, of those that ranges and blocks share. */
    public int overflowFirst() {
        return overflowFirst;
    }

    /** The address index of the range of an internal address, or {@link #NONE}. */
    public int addressIndex(int internalIp) {
        long position = position(internalIp);
        return position == NONE ? NONE : (int) (position / compression);
    }

    /** The first port of the range of an internal address, or {@link #NONE}. */
    public int firstPort(int internalIp) {
        long position = position(internalIp);
        return position == NONE
                ? NONE
                : shared.first() + (int) (position % compression) * rangePorts;
    }

    /** Whether a port of an external address lies in the range of an internal address. */
    public boolean isOwn(int internalIp, int addressIndex, int port) {
        int first = firstPort(internalIp);
        return first != NONE
                && addressIndex(internalIp) == addressIndex
                && first <= port
                && port < first + rangePorts;
    }

    /** Whether a port lies where the ranges are, somebody's or nobody's. */
    public boolean isComputed(int port) {
        return shared.first() <= port && port < overflowFirst;
    }

    /** The internal address that has a port by its range. */
    public OptionalInt internalIp(int addressIndex, int port) {
        if (!isComputed(port)) {
            return OptionalInt.empty();
        }
        int slot = (port - shared.first()) / rangePorts;
        long position = (long) addressIndex * compression + slot;
        if (position >= ranges) {
            return OptionalInt.empty();
        }
        int prefix = 0;
        while (prefix + 1 < offsets.length && offsets[prefix + 1] <= position) {
            prefix++;
        }
        return OptionalInt.of(networks[prefix] + (int) (position - offsets[prefix]));
    }

    private long position(int internalIp) {
        for (int i = 0; i < networks.length; i++) {
            if ((internalIp & masks[i]) == networks[i]) {
                long position = offsets[i] + Integer.toUnsignedLong(internalIp & ~masks[i]);
                return position < ranges ? position : NONE;
            }
        }
        return NONE;
    }
}
