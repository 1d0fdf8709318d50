package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.rules.Rules;

/**
 * Who may have which external port: the rules of port blocks, the incoming range and rest, for all
 * addresses at once. It chooses nothing; it judges what the translator chose.
 */
final class ReferencePorts {
    /** One port or identifier of one external address. */
    record External(int protocol, int addressIndex, int port) {
        static final Comparator<External> ORDER =
                Comparator.comparingInt(External::addressIndex)
                        .thenComparingInt(External::protocol)
                        .thenComparingInt(External::port);
    }

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
    private final ReferenceLayout layout;
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
        layout = new ReferenceLayout(config);
    }

    /** Ports that count against the subscriber's quota: resting ones do, static ones do not. */
    long held(int subscriber) {
        return owners.entrySet().stream()
                .filter(entry -> entry.getValue() == subscriber)
                .filter(entry -> !statics.contains(entry.getKey()))
                .count();
    }

    /** Whether it may have another port of a protocol. */
    boolean hasPortLeft(int subscriber, int protocol, Rules.Quota quota) {
        return hasPortLeft(subscriber, protocol, quota, false);
    }

    /** Whether outside hosts may make it use one; they leave a quarter to it. */
    boolean hasPortLeft(int subscriber, int protocol, Rules.Quota quota, boolean isInbound) {
        long ofProtocol =
                owners.entrySet().stream()
                        .filter(entry -> entry.getValue() == subscriber)
                        .filter(entry -> entry.getKey().protocol == protocol)
                        .filter(entry -> !statics.contains(entry.getKey()))
                        .count();
        return held(subscriber) < share(quota.ports(), isInbound)
                && ofProtocol < share(quota.each().of(protocol), isInbound);
    }

    private static int share(int quota, boolean isInbound) {
        return isInbound ? quota - quota / 4 : quota;
    }

    /** Whether the subscriber has any port. */
    boolean hasAny(int subscriber) {
        return owners.containsValue(subscriber);
    }

    /** Whether nobody may map the port. */
    boolean isForbidden(External port) {
        boolean isPcp = port.protocol == Protocol.UDP && PCP_PORTS.contains(port.port);
        return isPcp || port.port == 0 || layout.isExcluded(port.port);
    }

    boolean isFree(External port) {
        return config.pool().ports().contains(port.port)
                && !isForbidden(port)
                && !owners.containsKey(port);
    }

    /**
     * Where an implicit mapping can have a port: at the paired address or, where pairing is soft
     * and no block is on its way, at one of those that follow it in its shard (RFC 7857 §4). Notes
     * the blocks that are due.
     */
    Optional<Integer> addressFor(int subscriber, InternalTuple internal, int paired, long nowNs) {
        int shards = config.shardCount();
        List<Integer> ofShard =
                IntStream.range(0, config.pool().addresses().size())
                        .filter(address -> address % shards == paired % shards)
                        .boxed()
                        .toList();
        int own = ofShard.indexOf(paired);
        int last = config.pool().pairing().isSoft() ? Math.min(8, ofShard.size() - 1) : 0;
        for (int i = 0; i <= last; i++) {
            int address = ofShard.get((own + i) % ofShard.size());
            leaseAhead(subscriber, internal, address, nowNs);
            if (hasImplicitFree(subscriber, internal, address)) {
                return Optional.of(address);
            }
            if (isPending(subscriber)) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** Whether an implicit mapping can have a port. */
    private boolean hasImplicitFree(int subscriber, InternalTuple internal, int addressIndex) {
        return tiers(subscriber, internal, addressIndex).stream()
                .anyMatch(tier -> hasFree(internal, tier, addressIndex, false));
    }

    /** Parity is kept as long as a port of that parity is left. */
    private boolean keepsParity(int subscriber, InternalTuple internal, int addressIndex) {
        return keepsParity(internal)
                && tiers(subscriber, internal, addressIndex).stream()
                        .anyMatch(tier -> hasFree(internal, tier, addressIndex, true));
    }

    /** Whether a port lies where others have all ports, or may have them tomorrow. */
    boolean isOthers(int subscriber, InternalTuple internal, External port) {
        BlockName name = nameOf(port);
        boolean isOfBlock =
                layout.blocks().stream().anyMatch(block -> block.first() == name.firstPort);
        return isOfBlock
                ? !blocks.containsKey(name)
                        || !blocks.get(name).isActive
                        || blocks.get(name).subscriber != subscriber
                : isForeign(internal, port);
    }

    /** Whether it is the right one: the internal port where that is kept, else of the best tier. */
    boolean isImplicitRight(int subscriber, InternalTuple internal, External port) {
        var same = new External(port.protocol, port.addressIndex, internal.internalPort());
        if (config.pool().choice().keepsPort() && isOwnFree(subscriber, internal, same)) {
            return port.equals(same);
        }
        boolean keepsParity = keepsParity(subscriber, internal, port.addressIndex);
        return isFree(port)
                && (!keepsParity || isAlike(internal, port.port))
                && isOfBest(
                        tiers(subscriber, internal, port.addressIndex),
                        internal,
                        port,
                        keepsParity);
    }

    /** Whether an explicit mapping can have a port, whichever. */
    boolean hasExplicitFree(
            int subscriber, InternalTuple internal, int addressIndex, PortRange explicit) {
        return explicitTiers(subscriber, internal, addressIndex, explicit).stream()
                .anyMatch(tier -> hasFree(internal, tier, addressIndex, false));
    }

    /** Whether it is the right one when the suggested one is not to be had (NAT-ALLOC-006). */
    boolean isExplicitRight(
            int subscriber, InternalTuple internal, External port, PortRange explicit) {
        var tiers = explicitTiers(subscriber, internal, port.addressIndex, explicit);
        return isFree(port) && isOfBest(tiers, internal, port, false);
    }

    /** Whether the subscriber may have exactly this port for the asking. */
    boolean isOpen(int subscriber, InternalTuple internal, External port, PortRange explicit) {
        boolean isIncoming =
                layout.incoming().filter(range -> range.contains(port.port)).isPresent();
        return isFree(port)
                && explicit.contains(port.port)
                && (isIncoming || isOwnFree(subscriber, internal, port));
    }

    /** Whether a port is another internal address's by computation. */
    boolean isForeign(InternalTuple internal, External port) {
        return layout.isForeign(internal.internalIp(), port.addressIndex, port.port);
    }

    /** Where the range of an internal address lies, if the pool computes one. */
    Optional<Integer> homeOf(int internalIp) {
        return layout.home(internalIp).map(ReferenceLayout.Home::addressIndex);
    }

    /** Whether a port is free and the subscriber's, without the incoming range. */
    boolean isOwnFree(int subscriber, InternalTuple internal, External port) {
        return isFree(port)
                && (layout.isDynamic()
                        || tiers(subscriber, internal, port.addressIndex).stream()
                                .flatMap(List::stream)
                                .anyMatch(range -> range.contains(port.port)));
    }

    private boolean isOfBest(
            List<List<PortRange>> tiers,
            InternalTuple internal,
            External port,
            boolean keepsParity) {
        return tiers.stream()
                .filter(tier -> hasFree(internal, tier, port.addressIndex, keepsParity))
                .findFirst()
                .filter(tier -> tier.stream().anyMatch(range -> range.contains(port.port)))
                .isPresent();
    }

    /** Where implicit mappings get ports, the first that has any. */
    private List<List<PortRange>> tiers(int subscriber, InternalTuple internal, int addressIndex) {
        if (layout.isDynamic()) {
            return layout.alike(internal).stream()
                    .flatMap(alike ->
                            Stream.of(layout.outgoing(), List.of(config.pool().ports()))
                                    .map(tier -> within(tier, alike)))
                    .toList();
        }
        return List.of(
                range(internal, addressIndex).map(List::of).orElse(List.of()),
                blocks.entrySet().stream()
                        .filter(entry -> entry.getKey().addressIndex == addressIndex)
                        .filter(entry -> entry.getValue().subscriber == subscriber)
                        .filter(entry -> entry.getValue().isActive)
                        .map(entry -> portsOf(entry.getKey()))
                        .toList());
    }

    /** Where explicit ones do when the suggestion is not to be had. */
    private List<List<PortRange>> explicitTiers(
            int subscriber, InternalTuple internal, int addressIndex, PortRange explicit) {
        List<PortRange> incoming = layout.incoming().map(List::of).orElse(List.of());
        List<List<PortRange>> tiers =
                layout.isDynamic()
                        ? List.of(incoming, List.of(config.pool().ports()))
                        : Stream.concat(
                                        tiers(subscriber, internal, addressIndex).stream(),
                                        Stream.of(incoming))
                                .toList();
        return tiers.stream().map(tier -> within(tier, explicit)).toList();
    }

    private static List<PortRange> within(List<PortRange> tier, PortRange range) {
        return tier.stream().flatMap(part -> common(part, range)).toList();
    }

    private Optional<PortRange> range(InternalTuple internal, int addressIndex) {
        return layout.home(internal.internalIp())
                .filter(home -> home.addressIndex() == addressIndex)
                .map(ReferenceLayout.Home::ports);
    }

    private boolean keepsParity(InternalTuple internal) {
        return internal.protocol() == Protocol.UDP && config.pool().choice().keepsParity();
    }

    private static boolean isAlike(InternalTuple internal, int port) {
        return port % 2 == internal.internalPort() % 2;
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
     * Notes that a block is due when there is no port, or three quarters of those of the
     * subscriber's blocks are in use and one of them is needed, and another block may be had
     * (ARCHITECTURE 3.3).
     */
    private void leaseAhead(int subscriber, InternalTuple internal, int addressIndex, long nowNs) {
        List<BlockName> own = namesOf(subscriber);
        long used = own.stream().mapToLong(name -> taken(name, internal.protocol())).sum();
        boolean isNearlyFull = 4 * used >= 3L * own.size() * config.pool().block().size();
        boolean isEmpty = !hasImplicitFree(subscriber, internal, addressIndex);
        boolean isNeeded =
                isEmpty || (isNearlyFull && needsBlock(subscriber, internal, addressIndex));
        boolean mayHaveMore = own.size() < config.pool().block().maxPerSubscriber();
        // Blocks that are due already are as good as gone.
        long gone = leasesDue.values().stream().filter(due -> due == addressIndex).count();
        boolean isLeft = leasable(addressIndex, nowNs).size() > gone;
        if (isNeeded && mayHaveMore && isLeft && !isPending(subscriber)) {
            leasesDue.put(subscriber, addressIndex);
        }
    }

    /** Whether a port of a block is the best that an implicit mapping can have. */
    private boolean needsBlock(int subscriber, InternalTuple internal, int addressIndex) {
        var same = new External(internal.protocol(), addressIndex, internal.internalPort());
        if (config.pool().choice().keepsPort() && isOwnFree(subscriber, internal, same)) {
            return blocks.containsKey(nameOf(same));
        }
        return range(internal, addressIndex)
                .filter(range ->
                        hasFree(
                                internal,
                                List.of(range),
                                addressIndex,
                                keepsParity(subscriber, internal, addressIndex)))
                .isEmpty();
    }

    /** The translator leased a block: it was due, and the block was free and rested. */
    void onLeased(int subscriber, BlockName name, long nowNs) {
        assertEquals(leasesDue.remove(subscriber), name.addressIndex, "a block nobody needed");
        assertTrue(leasable(name.addressIndex, nowNs).contains(name.firstPort), name + " not free");
        blocks.put(name, new Block(subscriber));
    }

    /** Those that are leased and recorded. */
    Set<BlockName> activeBlocks() {
        return blocks.keySet().stream()
                .filter(name -> blocks.get(name).isActive)
                .collect(Collectors.toSet());
    }

    /** The time of all blocks begins anew: idle ones are not remembered over a restart. */
    void restart(long nowNs) {
        blocks.values().forEach(block -> block.unusedSinceNs = nowNs);
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
                ? block.unusedSinceNs + config.pool().block().idleReturnNs()
                : Long.MAX_VALUE;
    }

    private boolean isUnused(BlockName name) {
        return owners.keySet().stream()
                .filter(port -> !apart.contains(port))
                .noneMatch(port -> contains(name, port));
    }

    /** Ports of a block that cannot be given. */
    private long taken(BlockName name, int protocol) {
        return externals(protocol, portsOf(name), name.addressIndex)
                .filter(port -> owners.containsKey(port) || isForbidden(port))
                .count();
    }

    private boolean contains(BlockName name, External port) {
        int position = port.port - name.firstPort;
        return port.addressIndex == name.addressIndex
                && 0 <= position
                && position < config.pool().block().size();
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
        for (PortRange block : layout.blocks()) {
            var name = new BlockName(addressIndex, block.first());
            boolean isRested = blocksRestUntilNs.getOrDefault(name, Long.MIN_VALUE) <= nowNs;
            boolean hasPorts =
                    externals(Protocol.TCP, block, addressIndex).anyMatch(p -> !isForbidden(p));
            if (!blocks.containsKey(name) && isRested && isUnused(name) && hasPorts) {
                free.add(block.first());
            }
        }
        return free;
    }

    private boolean hasFree(
            InternalTuple internal, List<PortRange> ranges, int addressIndex, boolean keepsParity) {
        return ranges.stream()
                .flatMap(range -> externals(internal.protocol(), range, addressIndex))
                .filter(port -> !keepsParity || isAlike(internal, port.port))
                .anyMatch(this::isFree);
    }

    private static Stream<External> externals(int protocol, PortRange range, int addressIndex) {
        return IntStream.rangeClosed(range.first(), range.last())
                .mapToObj(port -> new External(protocol, addressIndex, port));
    }

    private PortRange portsOf(BlockName name) {
        return new PortRange(name.firstPort, name.firstPort + config.pool().block().size() - 1);
    }

    private BlockName nameOf(External port) {
        int size = config.pool().block().size();
        return new BlockName(port.addressIndex, port.port / size * size);
    }

    /** What explicit requests may use of a range. */
    private static Stream<PortRange> common(PortRange range, PortRange explicit) {
        int first = Math.max(range.first(), explicit.first());
        int last = Math.min(range.last(), explicit.last());
        return first <= last ? Stream.of(new PortRange(first, last)) : Stream.empty();
    }
}
