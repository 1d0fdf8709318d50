package org.portreeve.nat.shard;

import org.portreeve.nat.Protocol;
import org.portreeve.nat.port.BlockTable;
import org.portreeve.nat.port.InboundIndex;
import org.portreeve.nat.port.PortAllocator;
import org.portreeve.nat.table.MappingTable;

/**
 * TCP and UDP of one internal endpoint at one external port, where the profile wants that: for
 * outbound packets (RFC 7857 §5) and for what outside hosts may open (RFC 7857 §6). Each protocol
 * has a mapping of its own all the same, so that no external tuple ever has two owners. Owned by
 * the shard thread.
 */
final class Siblings {
    /** How often a port is looked for that both protocols may have, before any is taken. */
    private static final int TRIES = 32;

    private final Tables tables;
    private final Mappings mappings;
    private final Quotas quotas;

    Siblings(Tables tables, Mappings mappings, Quotas quotas) {
        this.tables = tables;
        this.mappings = mappings;
        this.quotas = quotas;
    }

    /**
     * The mapping of the other protocol that lets this one in at its external port, which nothing
     * uses; {@link MappingTable#NONE} when there is none.
     */
    int openTo(int addressIndex, int protocol, int externalPort) {
        if (protocol == Protocol.ICMP) {
            return MappingTable.NONE;
        }
        int sibling = mappings.ofExternal(addressIndex, other(protocol), externalPort);
        if (sibling == InboundIndex.NONE
                || tables.mappings.state(sibling) != MappingTable.ACTIVE
                || tables.mappings.isDependent(sibling)
                // What its owner wants nobody else to reach is not opened wide.
                || tables.filters.has(sibling)) {
            return MappingTable.NONE;
        }
        int subscriber = tables.mappings.subscriber(sibling);
        boolean isShared = tables.rules.now().isFilteringShared(tables.rules.profile(subscriber));
        return isShared && canOpen(sibling, protocol) ? sibling : MappingTable.NONE;
    }

    /** Makes what {@link #openTo} found possible: the mapping of this protocol. */
    int open(int sibling, int protocol) {
        long key = keyOf(sibling, protocol);
        int own = tables.mappings.find(key);
        if (own != MappingTable.NONE) {
            mappings.useOutbound(own);
            return own;
        }
        return mappings.create(
                key,
                tables.mappings.subscriber(sibling),
                tables.mappings.addressIndex(sibling),
                tables.mappings.externalPort(sibling),
                MappingTable.ACTIVE);
    }

    /** Where the port is its own and rests; or it has none, and this one is nobody's. */
    private boolean canOpen(int sibling, int protocol) {
        int subscriber = tables.mappings.subscriber(sibling);
        int addressIndex = tables.mappings.addressIndex(sibling);
        int port = tables.mappings.externalPort(sibling);
        int own = tables.mappings.find(keyOf(sibling, protocol));
        if (own != MappingTable.NONE) {
            return tables.mappings.state(own) == MappingTable.RESTING
                    && !quotas.isClosed(subscriber)
                    && !mappings.isLeftOver(own, subscriber)
                    && tables.mappings.addressIndex(own) == addressIndex
                    && tables.mappings.externalPort(own) == port;
        }
        int address = tables.localAddress(addressIndex);
        int capacity = tables.mappings.capacity();
        // The last part is for what subscribers open themselves.
        int protocolIndex = Protocol.index(protocol);
        return tables.ports.mayTake(subscriber, address, protocolIndex, port)
                && !isForeign(sibling, address, port)
                && quotas.hasInboundPortLeft(subscriber, protocolIndex)
                && tables.mappings.size() < capacity - capacity / 8;
    }

    /** Whether the port lies where others have all ports, or may have them tomorrow. */
    private boolean isForeign(int sibling, int address, int port) {
        int block = tables.blocks.blockOf(address, port);
        return block == BlockTable.NONE
                ? tables.ports.isForeignRange(address, tables.mappings.internalIp(sibling), port)
                : tables.blocks.state(block) != BlockTable.ACTIVE
                        || tables.blocks.owner(block) != tables.mappings.subscriber(sibling);
    }

    /**
     * A port for an outbound mapping without one: that of its sibling, if it may have it, else one
     * of the subscriber's blocks; {@link PortAllocator#NONE} when there is none.
     */
    int portFor(long key, int subscriber, int addressIndex, int protocol) {
        int address = tables.localAddress(addressIndex);
        boolean isShared =
                protocol != Protocol.ICMP
                        && tables.rules.now().isMappingShared(tables.rules.profile(subscriber));
        if (!isShared) {
            return tables.ports.implicit(subscriber, address, key);
        }
        int otherProtocol = other(protocol);
        int sibling = tables.mappings.find(MappingTable.ofProtocol(key, otherProtocol));
        if (sibling != MappingTable.NONE && mayShare(key, sibling, subscriber, addressIndex)) {
            return tables.mappings.externalPort(sibling);
        }
        int port = tables.ports.implicit(subscriber, address, key);
        int otherIndex = Protocol.index(otherProtocol);
        for (int tries = 1;
                tries < TRIES
                        && port != PortAllocator.NONE
                        && !tables.ports.isFree(address, otherIndex, port);
                tries++) {
            port = tables.ports.implicit(subscriber, address, key);
        }
        return port;
    }

    /** Only what is the subscriber's own, which has a record for every protocol. */
    private boolean mayShare(long key, int sibling, int subscriber, int addressIndex) {
        return !mappings.isLeftOver(sibling, subscriber)
                && tables.mappings.addressIndex(sibling) == addressIndex
                && tables.ports.isOwnFree(
                        subscriber,
                        tables.localAddress(addressIndex),
                        Protocol.index(MappingTable.protocol(key)),
                        MappingTable.internalIp(key),
                        tables.mappings.externalPort(sibling));
    }

    private long keyOf(int sibling, int protocol) {
        return MappingTable.ofProtocol(tables.mappings.key(sibling), protocol);
    }

    private static int other(int protocol) {
        return protocol == Protocol.TCP ? Protocol.UDP : Protocol.TCP;
    }
}
