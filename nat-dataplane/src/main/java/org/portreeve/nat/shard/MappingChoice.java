package org.portreeve.nat.shard;

import org.portreeve.nat.Protocol;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.counter.ShardCounters;
import org.portreeve.nat.directory.ProfileRules;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.port.PortAllocator;
import org.portreeve.nat.table.MappingTable;

/**
 * Which mapping a session that a host opens uses: one that is there, or a fresh one within the
 * limits of the subscriber. What comes back is a row, or negative: why there is none. Owned by the
 * shard thread.
 */
final class MappingChoice {
    static final int EXHAUSTED = ShardCounters.index(NatCounter.DROP_PORTS_EXHAUSTED);
    static final int BUSY = ShardCounters.index(NatCounter.DROP_BUSY);
    static final int TABLE_FULL = ShardCounters.index(NatCounter.DROP_TABLE_FULL);

    /** Instead of a mapping: the subscriber's next block is pending. */
    static final int AWAIT_BLOCK = Integer.MIN_VALUE;

    /** Instead of a mapping: the one port that was asked for cannot be had. */
    static final int CANNOT_PROVIDE = Integer.MIN_VALUE + 1;

    private static final int PORT_QUOTA = ShardCounters.index(NatCounter.DROP_PORT_QUOTA);
    private static final int DRAINED = ShardCounters.index(NatCounter.DROP_SUBSCRIBER_DRAINED);
    private static final int SESSION_QUOTA = ShardCounters.index(NatCounter.DROP_SESSION_QUOTA);
    private static final int SESSION_RATE = ShardCounters.index(NatCounter.DROP_SESSION_RATE);

    private final Tables tables;
    private final Mappings mappings;
    private final Blocks blocks;
    private final ShardLink link;
    private final Quotas quotas;
    private final Siblings siblings;
    private final SoftPairing elsewhere;

    MappingChoice(
            Tables tables,
            Mappings mappings,
            Blocks blocks,
            ShardLink link,
            Quotas quotas,
            Siblings siblings) {
        this.tables = tables;
        this.mappings = mappings;
        this.blocks = blocks;
        this.link = link;
        this.quotas = quotas;
        this.siblings = siblings;
        elsewhere = new SoftPairing(tables, blocks);
    }

    /**
     * Whether another session may be, before a port is taken for it: {@link PacketCheck#OK}, or the
     * verdict.
     */
    int admit(int subscriber, boolean isAdmitted, long nowNs) {
        if (!quotas.hasSessionLeft(subscriber)) {
            tables.telemetry.limit(EventKind.SESSION_QUOTA, subscriber, 0, 0, 0);
            return SESSION_QUOTA;
        }
        if (!isAdmitted && !quotas.takeSessionToken(subscriber, nowNs)) {
            tables.telemetry.limit(EventKind.SESSION_RATE, subscriber, 0, 0, 0);
            return SESSION_RATE;
        }
        if (tables.sessions.size() == tables.sessions.capacity()) {
            tables.telemetry.limit(EventKind.TABLE_FULL, subscriber, 0, 0, 0);
            return TABLE_FULL;
        }
        return PacketCheck.OK;
    }

    /**
     * Which peers the mapping of an internal tuple serves that leads to this remote one (RFC 4787
     * §4.1).
     */
    long peers(long key, int subscriber, int remoteIp, int remotePort) {
        int protocol = MappingTable.protocol(key);
        if (protocol == Protocol.ICMP) {
            return MappingTable.ANY_PEER;
        }
        int profile = tables.rules.profile(subscriber);
        int behaviour =
                tables.rules.now().mapping(profile, protocol, MappingTable.internalPort(key));
        if (behaviour == ProfileRules.ENDPOINT_INDEPENDENT) {
            return MappingTable.ANY_PEER;
        }
        // A lease or a reservation is for every peer, whatever the profile says (RFC 6887 §11).
        int mapping = tables.mappings.find(key);
        if (mapping != MappingTable.NONE && mappings.isKept(mapping)) {
            return MappingTable.ANY_PEER;
        }
        return behaviour == ProfileRules.ADDRESS_DEPENDENT
                ? MappingTable.peersOf(remoteIp)
                : MappingTable.peersOf(remoteIp, remotePort);
    }

    /**
     * The mapping of an internal tuple for these peers, made when there is none to be used: at
     * another address when this one is full, where soft pairing and the caller allow that.
     */
    int mapping(
            long key,
            long peers,
            int subscriber,
            int addressIndex,
            boolean mayBeElsewhere,
            long nowNs) {
        int mapping = tables.mappings.find(key, peers);
        if (isUsable(mapping, subscriber, addressIndex)) {
            mappings.useOutbound(mapping);
            return mapping;
        }
        return fresh(key, peers, mapping, subscriber, addressIndex, mayBeElsewhere, nowNs);
    }

    /**
     * The same, at one external port only. While the tuple has another external port in use, that
     * is the only one for it (RFC 4787 REQ-1).
     */
    int mappingAt(
            long key, long peers, int subscriber, int addressIndex, int externalPort, long nowNs) {
        int mapping = tables.mappings.find(key, peers);
        boolean isUsable = isUsable(mapping, subscriber, addressIndex);
        if (isUsable && tables.mappings.externalPort(mapping) == externalPort) {
            mappings.useOutbound(mapping);
            return mapping;
        }
        return isUsable && !mappings.isResting(mapping)
                ? CANNOT_PROVIDE
                : freshAt(key, peers, mapping, subscriber, addressIndex, externalPort, nowNs);
    }

    /** Whether a row that was looked for is there, and its subscriber's to go on with. */
    private boolean isUsable(int mapping, int subscriber, int addressIndex) {
        return mapping != MappingTable.NONE
                && !mappings.isLeftOver(mapping, subscriber, addressIndex)
                && !(mappings.isResting(mapping) && quotas.isClosed(subscriber));
    }

    /** A mapping of its own for a tuple without one, or with one that is left over. */
    private int fresh(
            long key,
            long peers,
            int left,
            int subscriber,
            int addressIndex,
            boolean mayBeElsewhere,
            long nowNs) {
        int protocol = MappingTable.protocol(key);
        int limit = limit(subscriber, protocol);
        if (limit != PacketCheck.OK) {
            return refusal(limit);
        }
        int protocolIndex = Protocol.index(protocol);
        int address = tables.localAddress(addressIndex);
        int port =
                peers == MappingTable.ANY_PEER
                        ? siblings.portFor(key, subscriber, addressIndex, protocol)
                        : tables.ports.implicit(subscriber, address, key);
        blocks.leaseAhead(subscriber, address, protocolIndex, port, nowNs);
        boolean looksElsewhere = mayBeElsewhere && elsewhere.isAllowed();
        if (port == PortAllocator.NONE && looksElsewhere && !blocks.isPending(subscriber)) {
            address = elsewhere.find(key, subscriber, address, protocolIndex, nowNs);
            port = elsewhere.port();
        }
        if (port != PortAllocator.NONE) {
            return create(key, peers, left, subscriber, tables.addressIndex(address), port);
        }
        if (blocks.isPending(subscriber)) {
            return AWAIT_BLOCK;
        }
        int externalIp = tables.externalIp(addressIndex);
        tables.telemetry.limit(EventKind.PORTS_EXHAUSTED, subscriber, protocol, externalIp, 0);
        return refusal(link.hasEventPlace() ? EXHAUSTED : BUSY);
    }

    private int freshAt(
            long key,
            long peers,
            int left,
            int subscriber,
            int addressIndex,
            int externalPort,
            long nowNs) {
        int protocol = MappingTable.protocol(key);
        int limit = limit(subscriber, protocol);
        if (limit != PacketCheck.OK) {
            return refusal(limit);
        }
        int port =
                tables.ports.explicit(
                        subscriber,
                        tables.localAddress(addressIndex),
                        Protocol.index(protocol),
                        MappingTable.internalIp(key),
                        externalPort,
                        true);
        if (port != PortAllocator.NONE) {
            return create(key, peers, left, subscriber, addressIndex, port);
        }
        // RFC 6887 §10.4: whoever lost its block with all state of the node wants its port back.
        boolean isComing =
                tables.rules.explicitPorts(subscriber).contains(externalPort)
                        && blocks.leaseAt(subscriber, addressIndex, externalPort, nowNs);
        return isComing ? AWAIT_BLOCK : CANNOT_PROVIDE;
    }

    /** {@link PacketCheck#OK}, or the verdict why the subscriber gets no further port. */
    private int limit(int subscriber, int protocol) {
        if (quotas.isClosed(subscriber)) {
            return DRAINED;
        }
        if (!quotas.hasPortLeft(subscriber, Protocol.index(protocol))) {
            tables.telemetry.limit(EventKind.PORT_QUOTA, subscriber, protocol, 0, 0);
            return PORT_QUOTA;
        }
        return PacketCheck.OK;
    }

    private int create(long key, long peers, int left, int subscriber, int addressIndex, int port) {
        int mapping =
                mappings.create(key, peers, subscriber, addressIndex, port, MappingTable.ACTIVE);
        if (mapping == MappingTable.NONE) {
            tables.telemetry.limit(EventKind.TABLE_FULL, subscriber, 0, 0, 0);
            return refusal(TABLE_FULL);
        }
        if (left != MappingTable.NONE) {
            mappings.orphan(left);
        }
        return mapping;
    }

    /** How a verdict is told instead of a mapping. */
    static int refusal(int verdict) {
        return -1 - verdict;
    }

    /** The verdict that was told. */
    static int verdict(int refusal) {
        return -1 - refusal;
    }
}
