package org.portreeve.nat.model;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.config.Pool.Allocation;

/**
 * What the ports of an address are for, counted out one by one (RFC 7422 §2, D-NAT-11). Immutable.
 */
final class ReferenceLayout {
    /** The range of an internal address. */
    record Home(int addressIndex, PortRange ports) {}

    private final Pool pool;
    private final Map<Integer, Home> homes = new HashMap<>();
    private int firstBlockPort;

    ReferenceLayout(NatConfig config) {
        pool = config.pool();
        firstBlockPort = pool.ports().first();
        switch (pool.allocation()) {
            case Allocation.Blocks _ -> {}
            case Allocation.Dynamic _ -> firstBlockPort = PortRange.MAX_PORT + 1;
            case Allocation.Deterministic given -> deal(config.inside(), given);
        }
    }

    /** Every internal address gets its range, one after the other. */
    private void deal(List<Prefix> inside, Allocation.Deterministic given) {
        int first = incoming().map(range -> range.last() + 1).orElse(pool.ports().first());
        int size = given.rangePorts();
        if (size == 0) {
            size =
                    (pool.ports().last() - first + 1)
                            / (given.compression() + given.dynamicFactor());
        }
        int dealt = 0;
        for (Prefix prefix : inside) {
            for (int host = 0; host < prefix.size(); host++) {
                int from = first + dealt % given.compression() * size;
                var home = new Home(dealt / given.compression(), range(from, size));
                homes.put(prefix.network() + host, home);
                dealt++;
            }
        }
        firstBlockPort =
                given.dynamicFactor() == 0
                        ? PortRange.MAX_PORT + 1
                        : first + given.compression() * size;
    }

    private static PortRange range(int first, int size) {
        return new PortRange(first, first + size - 1);
    }

    boolean isDynamic() {
        return pool.allocation() instanceof Allocation.Dynamic;
    }

    boolean isExcluded(int port) {
        return pool.excludedPorts().stream().anyMatch(range -> range.contains(port));
    }

    Optional<PortRange> incoming() {
        return Optional.of(pool.incomingPorts()).filter(range -> !range.equals(Pool.NO_PORTS));
    }

    /** The range of an internal address, if the pool computes one. */
    Optional<Home> home(int internalIp) {
        return Optional.ofNullable(homes.get(internalIp));
    }

    /** Whether a port is another internal address's by computation, or nobody's. */
    boolean isForeign(int internalIp, int addressIndex, int port) {
        boolean isComputed = homes.values().stream().anyMatch(home -> home.ports.contains(port));
        return isComputed
                && home(internalIp)
                        .filter(home -> home.addressIndex == addressIndex)
                        .filter(home -> home.ports.contains(port))
                        .isEmpty();
    }

    /** The blocks that an address could have. */
    List<PortRange> blocks() {
        int size = pool.block().size();
        return Stream.iterate(0, first -> first + size <= PortRange.MAX_PORT + 1, f -> f + size)
                .map(first -> range(first, size))
                .filter(block -> firstBlockPort <= block.first())
                .filter(block -> block.last() <= pool.ports().last())
                .filter(block -> !overlaps(block, pool.incomingPorts()))
                .toList();
    }

    /** The ports in use beside the incoming range. */
    List<PortRange> outgoing() {
        PortRange ports = pool.ports();
        PortRange in = pool.incomingPorts();
        return incoming().isEmpty()
                ? List.of(ports)
                : Stream.of(part(ports.first(), in.first() - 1), part(in.last() + 1, ports.last()))
                        .flatMap(Optional::stream)
                        .toList();
    }

    /**
     * Where a port like the internal one is looked for: below 1024 for one from there, and then
     * anywhere; above for the others, unless there is nothing above (RFC 4787 REQ-3).
     */
    List<PortRange> alike(InternalTuple internal) {
        PortRange ports = pool.ports();
        boolean isLow = internal.internalPort() < 1_024;
        if (internal.protocol() == Protocol.ICMP || ports.last() < 1_024) {
            return List.of(ports);
        }
        return isLow
                ? List.of(new PortRange(0, 1_023), ports)
                : List.of(new PortRange(1_024, PortRange.MAX_PORT));
    }

    private static Optional<PortRange> part(int first, int last) {
        return first <= last ? Optional.of(new PortRange(first, last)) : Optional.empty();
    }

    private static boolean overlaps(PortRange one, PortRange other) {
        return one.first() <= other.last() && other.first() <= one.last();
    }
}
