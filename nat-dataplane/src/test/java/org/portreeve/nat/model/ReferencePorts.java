package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.portreeve.nat.NatConfig;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;

/**
 * Who may have which external port: the rules of port blocks, the incoming range and rest, for all
 * addresses at once. It chooses nothing; it judges what the translator chose.
 */
final class ReferencePorts {
    /** One port or identifier of one external address. */
    record External(int protocol, int addressIndex, int port) {}

    /** One block, by its first port. */
    record BlockName(int addressIndex, int firstPort) {}

    private static final class Block {
        final int subscriber;
        boolean isActive;
        long unusedSinceNs;

        Block(int subscriber) {
            this.subscriber = subscriber;
        }
    }

    /** RFC 6887 §11.3: the UDP ports of PCP itself are never mapped. */
    private static final PortRange PCP_PORTS = new PortRange(5350, 5351);

    private final NatConfig config;
    private final int firstBlockPort;
    private final Map<External, Integer> owners = new HashMap<>();

    /** Those of static mappings. */
    private final Set<External> statics = new HashSet<>();

    /** Those, and what is left of ended ones: no block is in use because of them. */
    private final Set<External> apart = new HashSet<>();

    private final Map<BlockName, Block> blocks = new HashMap<>();
    private final Map<BlockName, Long> blocksRestUntilNs = new HashMap<>();
    private final Map<Integer, Integer> leasesDue = new HashMap<>();
    private final Set<BlockName> releasesDue = new HashSet<>();

    ReferencePorts(NatConfig config) {
        this.config = config;
        int size = config.block().size();
        int above = Math.max(config.ports().first(), config.incomingPorts().last() + 1);
        firstBlockPort = Math.ceilDiv(above, size) * size;
    }

    /** Ports that count against the subscriber's quota: resting ones do, static ones do not. */
    long held(int subscriber) {
        return owners.entrySet().stream()
                .filter(entry -> entry.getValue() == subscriber)
                .filter(entry -> !statics.contains(entry.getKey()))
                .count();
    }

    /** Whether the subscriber has any port. */
    boolean hasAny(int subscriber) {
        return owners.containsValue(subscriber);
    }

    /** Whether nobody may map the port. */
    static boolean isForbidden(External port) {
        boolean isPcp = port.protocol == Protocol.UDP && PCP_PORTS.contains(port.port);
        return isPcp || port.port == 0;
    }

    boolean isFree(External port) {
        return config.ports().contains(port.port)
                && !isForbidden(port)
                && !owners.containsKey(port);
    }

    /** Whether the subscriber's active blocks have a free port. */
    boolean hasOwnFree(int subscriber, int protocol, int addressIndex) {
        return blocks.entrySet().stream()
                .filter(entry -> entry.getValue().subscriber == subscriber)
                .filter(entry -> entry.getValue().isActive)
                .anyMatch(entry -> hasFree(protocol, portsOf(entry.getKey()), addressIndex));
    }

    /** Whether the incoming range of an address has a free port. */
    boolean hasIncomingFree(int protocol, int addressIndex) {
        return hasFree(protocol, incoming(), addressIndex);
    }

    /** Whether the port lies in an active block of the subscriber. */
    boolean isOwn(int subscriber, External port) {
        Block block = blocks.get(nameOf(port));
        return block != null && block.isActive && block.subscriber == subscriber;
    }

    boolean isIncoming(External port) {
        return incoming().contains(port.port);
    }

    void take(int subscriber, External port) {
        assertTrue(isFree(port), port + " has two owners");
        owners.put(port, subscriber);
    }

    /** Takes a port for a static mapping: the ranges do not matter. */
    void takeAny(int subscriber, External port) {
        assertTrue(!owners.containsKey(port) && !isForbidden(port), port + " has two owners");
        owners.put(port, subscriber);
    }

    /** A port that is held becomes that of a static mapping. */
    void setApart(External port, long nowNs) {
        statics.add(port);
        if (apart.add(port)) {
            onLessUsed(port, nowNs);
        }
    }

    /** A static mapping is over; what is left of it counts against the quota. */
    void endStatic(External port) {
        statics.remove(port);
    }

    /** A port goes over to another subscriber. */
    void give(External port, int subscriber) {
        owners.put(port, subscriber);
    }

    /** Whether no block is in use because of the port. */
    boolean isApart(External port) {
        return apart.contains(port);
    }

    void release(External port, long nowNs) {
        owners.remove(port);
        if (!apart.remove(port)) {
            onLessUsed(port, nowNs);
        }
    }

    private void onLessUsed(External port, long nowNs) {
        Block block = blocks.get(nameOf(port));
        if (block != null && isUnused(nameOf(port))) {
            block.unusedSinceNs = nowNs;
        }
    }

    /** Whose block the port lies in, one without a record yet included. */
    Optional<Integer> leasedBy(External port) {
        return Optional.ofNullable(blocks.get(nameOf(port))).map(block -> block.subscriber);
    }

    // ------------------------------------------------------------------ blocks

    boolean isPending(int subscriber) {
        return leasesDue.containsKey(subscriber)
                || blocks.values().stream()
                        .anyMatch(block -> block.subscriber == subscriber && !block.isActive);
    }

    /**
     * Notes that a block is due when three quarters of the subscriber's ports are in use and
     * another block may be had (ARCHITECTURE 3.3).
     */
    void leaseAhead(int subscriber, int protocol, int addressIndex, long nowNs) {
        List<BlockName> own = namesOf(subscriber);
        long used = own.stream().mapToLong(name -> taken(name, protocol)).sum();
        boolean isNearlyFull = 4 * used >= 3L * own.size() * config.block().size();
        boolean mayHaveMore = own.size() < config.block().maxPerSubscriber();
        // Blocks that are due already are as good as gone.
        long gone = leasesDue.values().stream().filter(due -> due == addressIndex).count();
        boolean isLeft = leasable(addressIndex, nowNs).size() > gone;
        if (isNearlyFull && mayHaveMore && isLeft && !isPending(subscriber)) {
            leasesDue.put(subscriber, addressIndex);
        }
    }

    /** The translator leased a block: it was due, and the block was free and rested. */
    void onLeased(int subscriber, BlockName name, long nowNs) {
        assertEquals(leasesDue.remove(subscriber), name.addressIndex, "a block nobody needed");
        assertTrue(leasable(name.addressIndex, nowNs).contains(name.firstPort), name + " not free");
        blocks.put(name, new Block(subscriber));
    }

    /** Its record is durable. */
    void activate(BlockName name, long nowNs) {
        Block block = blocks.get(name);
        block.isActive = true;
        block.unusedSinceNs = nowNs;
    }

    /** It could not be recorded: nobody's again, without rest. */
    void refuse(BlockName name) {
        blocks.remove(name);
    }

    /** The translator gave a block back: it was due. */
    void onReleased(BlockName name) {
        assertTrue(releasesDue.remove(name), name + " was given back too early");
    }

    int ownerOf(BlockName name) {
        return blocks.get(name).subscriber;
    }

    boolean hasBlocks(int subscriber) {
        return !namesOf(subscriber).isEmpty();
    }

    boolean hasAnything() {
        return !owners.isEmpty() || !blocks.isEmpty();
    }

    /** Gives back what was idle for long enough; the events are then due. */
    void expire(long nowNs) {
        for (BlockName name : new ArrayList<>(blocks.keySet())) {
            if (deadlineNs(name) <= nowNs) {
                blocks.remove(name);
                blocksRestUntilNs.put(name, nowNs + config.timers().holdDownNs());
                releasesDue.add(name);
            }
        }
    }

    /** When the next block goes back. */
    long nextDeadlineNs() {
        return blocks.keySet().stream().mapToLong(this::deadlineNs).min().orElse(Long.MAX_VALUE);
    }

    /** The translator told everything that was due. */
    void assertNothingDue() {
        assertEquals(Map.of(), leasesDue, "leases that were not made, by subscriber");
        assertEquals(Set.of(), releasesDue, "blocks that were not given back");
    }

    private long deadlineNs(BlockName name) {
        Block block = blocks.get(name);
        return block.isActive && isUnused(name)
                ? block.unusedSinceNs + config.block().idleReturnNs()
                : Long.MAX_VALUE;
    }

    private boolean isUnused(BlockName name) {
        return owners.keySet().stream()
                .filter(port -> !apart.contains(port))
                .noneMatch(port -> contains(name, port));
    }

    /** Ports of a block that cannot be given. */
    private long taken(BlockName name, int protocol) {
        return owners.keySet().stream()
                .filter(port -> port.protocol == protocol && contains(name, port))
                .count();
    }

    private boolean contains(BlockName name, External port) {
        int position = port.port - name.firstPort;
        return port.addressIndex == name.addressIndex
                && 0 <= position
                && position < config.block().size();
    }

    private List<BlockName> namesOf(int subscriber) {
        return blocks.entrySet().stream()
                .filter(entry -> entry.getValue().subscriber == subscriber)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** First ports of the blocks of an address that may be leased now. */
    private Set<Integer> leasable(int addressIndex, long nowNs) {
        Set<Integer> free = new TreeSet<>();
        int size = config.block().size();
        for (int port = firstBlockPort; port + size - 1 <= config.ports().last(); port += size) {
            var name = new BlockName(addressIndex, port);
            boolean isRested = blocksRestUntilNs.getOrDefault(name, Long.MIN_VALUE) <= nowNs;
            if (!blocks.containsKey(name) && isRested && isUnused(name)) {
                free.add(port);
            }
        }
        return free;
    }

    private boolean hasFree(int protocol, PortRange range, int addressIndex) {
        for (int port = range.first(); port <= range.last(); port++) {
            if (isFree(new External(protocol, addressIndex, port))) {
                return true;
            }
        }
        return false;
    }

    private PortRange portsOf(BlockName name) {
        return new PortRange(name.firstPort, name.firstPort + config.block().size() - 1);
    }

    private BlockName nameOf(External port) {
        int size = config.block().size();
        int first = port.port / size * size;
        return new BlockName(port.addressIndex, port.port >= firstBlockPort ? first : 0);
    }

    /** The incoming range, as far as explicit requests may use it. */
    private PortRange incoming() {
        PortRange incoming = config.incomingPorts();
        return new PortRange(
                Math.max(incoming.first(), config.explicitPorts().first()), incoming.last());
    }
}
