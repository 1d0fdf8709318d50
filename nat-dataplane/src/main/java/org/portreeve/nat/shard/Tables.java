package org.portreeve.nat.shard;

import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.counter.ShardCounters;
import org.portreeve.nat.directory.DedicatedAddresses;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.directory.PoolAddresses;
import org.portreeve.nat.directory.SubscriberRules;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.event.ShardUse;
import org.portreeve.nat.event.Telemetry;
import org.portreeve.nat.port.BlockTable;
import org.portreeve.nat.port.InboundIndex;
import org.portreeve.nat.port.OverlapPorts;
import org.portreeve.nat.port.PortAllocator;
import org.portreeve.nat.port.PortLayout;
import org.portreeve.nat.port.PortRandom;
import org.portreeve.nat.session.DeadlineWheel;
import org.portreeve.nat.table.FilterTable;
import org.portreeve.nat.table.MappingTable;
import org.portreeve.nat.table.OverlapIndex;
import org.portreeve.nat.table.SessionTable;
import org.portreeve.nat.table.SubscriberTable;

/**
 * Everything that a shard owns, sized at start. One timer wheel serves sessions, mappings, blocks
 * and subscribers, whose indexes follow each other in its index space. Owned by the shard thread.
 */
final class Tables {
    /** Ticks of the wheel: no timer fires early, none later than this. */
    static final long TICK_NS = 250_000_000L;

    final NatConfig config;
    final SessionTable sessions;
    final MappingTable mappings;
    final FilterTable filters;
    final SubscriberTable subscribers;
    final InboundIndex inbound;
    final BlockTable blocks;
    final PortAllocator ports;
    final OverlapPorts overlap;
    final DeadlineWheel wheel;
    final ShardCounters counters = new ShardCounters();
    final Waiting waiting = new Waiting();
    final Telemetry telemetry = new Telemetry(counters);
    final ShardUse use;
    final Addresses addresses;
    final PortRandom random;
    final SubscriberRules rules;
    final ShardSecrets secrets;
    final int addressCount;

    /** The external addresses, as port control told them last. */
    PoolAddresses pool;

    /** How many of them are this shard's. */
    int ownAddresses;

    private final Directory directory;
    private final int shardIndex;
    private final int mappingTimers;
    private final int blockTimers;
    private final int subscriberTimers;

    /** The secrets key the hashes and the port choice; tests pass fixed ones. */
    Tables(
            NatConfig config,
            int shardIndex,
            Directory directory,
            ShardSecrets secrets,
            long startNs) {
        this.config = config;
        this.directory = directory;
        this.shardIndex = shardIndex;
        this.secrets = secrets;
        addressCount =
                (config.addressPlaces() - shardIndex + config.shardCount() - 1)
                        / config.shardCount();
        var capacity = config.capacity();
        sessions = new SessionTable(capacity.sessions(), secrets.table0(), secrets.table1());
        mappings = new MappingTable(capacity.mappings(), secrets.table1(), secrets.table0());
        // One for each mapping on average; whoever needs more of them leaves less to others.
        filters = new FilterTable(capacity.mappings(), capacity.mappings());
        subscribers = new SubscriberTable(capacity.subscribers());
        inbound = new InboundIndex(addressCount);
        var layout = new PortLayout(config);
        blocks = new BlockTable(layout, addressCount);
        random = new PortRandom(secrets.port0(), secrets.port1());
        rules = new SubscriberRules(directory, config.rules());
        ports =
                new PortAllocator(
                        layout,
                        config.pool(),
                        addressCount,
                        this::addressIndex,
                        inbound,
                        blocks,
                        subscribers,
                        random,
                        rules);
        overlap = overlap(config, secrets);
        usePool(PoolAddresses.of(config));
        addresses = new Addresses(config.inside(), config.icmpErrors().infrastructure());
        use =
                new ShardUse(
                        telemetry,
                        addressCount,
                        config.pool().ports().size(),
                        capacity.sessions(),
                        capacity.mappings());
        mappingTimers = capacity.sessions();
        blockTimers = mappingTimers + capacity.mappings();
        subscriberTimers = blockTimers + blocks.count();
        wheel = new DeadlineWheel(subscriberTimers + capacity.subscribers(), TICK_NS, startNs);
    }

    private OverlapPorts overlap(NatConfig config, ShardSecrets secrets) {
        boolean isOn = !config.pool().overlapPorts().equals(Pool.NO_PORTS);
        int rows = isOn ? config.capacity().mappings() : 0;
        var index = new OverlapIndex(mappings, rows, secrets.table0(), secrets.table1());
        return new OverlapPorts(config.pool().overlapPorts(), index, random);
    }

    /** There are other external addresses from now on. */
    final void usePool(PoolAddresses fresh) {
        pool = fresh;
        ownAddresses = 0;
        for (int address = 0; address < addressCount; address++) {
            boolean isThere = fresh.use(addressIndex(address)) != PoolAddresses.Use.VACANT;
            ownAddresses += isThere ? 1 : 0;
        }
    }

    /** Who has an external address without sharing it; no shard owns those. */
    DedicatedAddresses dedicated() {
        return directory.dedicated();
    }

    /** Whether this shard owns an external address. */
    boolean owns(int addressIndex) {
        return config.shardOf(addressIndex) == shardIndex;
    }

    /** An address of this shard, counted within the shard. */
    int localAddress(int addressIndex) {
        return addressIndex / config.shardCount();
    }

    /** The address index of an address counted within the shard. */
    int addressIndex(int localAddress) {
        return localAddress * config.shardCount() + shardIndex;
    }

    /** The external address as bits. */
    int externalIp(int addressIndex) {
        return pool.ip(addressIndex);
    }

    /** Tells of a mapping, if anybody wants to hear of it. */
    void tell(EventKind kind, int mapping) {
        if (telemetry.tells(kind)) {
            telemetry.mapping(
                    kind,
                    mappings.subscriber(mapping),
                    mappings.protocol(mapping),
                    mappings.internalIp(mapping),
                    mappings.internalPort(mapping),
                    externalIp(mappings.addressIndex(mapping)),
                    mappings.externalPort(mapping));
        }
    }

    /** Tells that a host has a shared port towards one remote address, or has it no more. */
    void tellOverlap(EventKind kind, int mapping) {
        telemetry.overlap(
                kind,
                mappings.subscriber(mapping),
                mappings.internalIp(mapping),
                mappings.internalPort(mapping),
                externalIp(mappings.addressIndex(mapping)),
                mappings.externalPort(mapping),
                MappingTable.remoteIp(mappings.peers(mapping)));
    }

    int mappingTimer(int mapping) {
        return mappingTimers + mapping;
    }

    int blockTimer(int block) {
        return blockTimers + block;
    }

    int subscriberTimer(int subscriber) {
        return subscriberTimers + subscriber;
    }

    /** Whether a timer is a session's; its row is then the timer itself. */
    boolean isSessionTimer(int timer) {
        return timer < mappingTimers;
    }

    /** The mapping of a timer, or -1 when it is not a mapping's. */
    int mappingOfTimer(int timer) {
        return mappingTimers <= timer && timer < blockTimers ? timer - mappingTimers : -1;
    }

    /** The block of a timer, or -1 when it is not a block's. */
    int blockOfTimer(int timer) {
        return blockTimers <= timer && timer < subscriberTimers ? timer - blockTimers : -1;
    }

    /** The subscriber of a timer that belongs to none of the others. */
    int subscriberOfTimer(int timer) {
        return timer - subscriberTimers;
    }
}
