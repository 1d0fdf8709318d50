package org.portreeve.nat.shard;

import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.port.BlockTable;
import org.portreeve.nat.port.InboundIndex;
import org.portreeve.nat.table.MappingTable;
import org.portreeve.nat.table.SessionTable;

/**
 * How mappings begin, change between implicit and explicit, end and rest. An implicit mapping lives
 * as long as a session that the host opened or answered. Its port then rests, and the row with it,
 * so that the same internal tuple finds its old port; others get it after the hold-down (RFC 6888
 * REQ-8). Owned by the shard thread.
 */
final class Mappings {
    private final Tables tables;
    private final MappingTable rows;
    private final Sessions sessions;
    private final Blocks blocks;
    private final long holdDownNs;
    private final long maxRestingEach;

    Mappings(Tables tables, Blocks blocks, ShardLink link) {
        this.tables = tables;
        this.rows = tables.mappings;
        this.blocks = blocks;
        this.sessions = new Sessions(tables, this, link);
        this.holdDownNs = tables.config.timers().holdDownNs();
        this.maxRestingEach = tables.config.pool().maxResting();
    }

    Sessions sessions() {
        return sessions;
    }

    /** The row of an internal tuple, resting ones included, or {@link MappingTable#NONE}. */
    int find(InternalTuple tuple) {
        return rows.find(key(tuple));
    }

    static long key(InternalTuple tuple) {
        return MappingTable.key(
                tuple.realm(), tuple.protocol(), tuple.internalIp(), tuple.internalPort());
    }

    /**
     * Binds an external port that is free to every peer; {@link MappingTable#NONE} when the table
     * is full.
     */
    int create(long key, int subscriber, int addressIndex, int externalPort, int state) {
        return create(key, MappingTable.ANY_PEER, subscriber, addressIndex, externalPort, state);
    }

    /** Binds an external port that is free to some peers; see {@link MappingTable#peersOf}. */
    int create(
            long key, long peers, int subscriber, int addressIndex, int externalPort, int state) {
        int row = rows.add(key, peers, state);
        if (row == MappingTable.NONE) {
            return row;
        }
        rows.subscriber(row, subscriber);
        rows.external(row, addressIndex, externalPort);
        int address = tables.localAddress(addressIndex);
        tables.ports.take(subscriber, address, protocolIndex(row), externalPort, row);
        tables.use.ports(address, tables.externalIp(addressIndex), protocolIndex(row), 1);
        if (!MappingTable.isResting(state)) {
            made(row);
        }
        return row;
    }

    /**
     * Binds an external port found durable at start; {@link MappingTable#NONE} when it is not free,
     * or the table is full.
     */
    int restore(
            long key,
            long peers,
            int subscriber,
            int addressIndex,
            int externalPort,
            int state,
            long nowNs) {
        int protocolIndex = Protocol.index(MappingTable.protocol(key));
        int address = tables.localAddress(addressIndex);
        if (!tables.ports.isFree(address, protocolIndex, externalPort)) {
            return MappingTable.NONE;
        }
        int row = create(key, peers, subscriber, addressIndex, externalPort, state);
        boolean isInBlock = blocks.at(addressIndex, externalPort) != BlockTable.NONE;
        if (row != MappingTable.NONE
                && isInBlock
                && blocks.ownerOf(addressIndex, externalPort) != subscriber) {
            // What a reservation left to its tuple inside a block that is another's by now.
            setApart(row, nowNs);
        }
        return row;
    }

    /** Binds a port that others share, towards one remote endpoint that nobody has it towards. */
    int createOverlapped(long key, long peers, int subscriber, int addressIndex, int port) {
        int row = addOverlapped(key, peers, subscriber, addressIndex, port, MappingTable.ACTIVE);
        if (row != MappingTable.NONE) {
            tables.tellOverlap(EventKind.OVERLAP_MADE, row);
            made(row);
        }
        return row;
    }

    /** The same of one whose connection ended with the process before; its timer is not set. */
    int restoreOverlapped(long key, long peers, int subscriber, int addressIndex, int port) {
        return addOverlapped(key, peers, subscriber, addressIndex, port, MappingTable.RESTING);
    }

    private int addOverlapped(
            long key, long peers, int subscriber, int addressIndex, int port, int state) {
        int row = rows.add(key, peers, state);
        if (row != MappingTable.NONE) {
            rows.subscriber(row, subscriber);
            rows.external(row, addressIndex, port);
            rows.set(row, MappingTable.OVERLAPPED);
            tables.overlap.take(row);
            tables.subscribers.addPorts(subscriber, protocolIndex(row), 1);
        }
        return row;
    }

    /** A packet of the host uses the mapping: whatever it was, it passes packets now. */
    void useOutbound(int row) {
        int state = rows.state(row);
        if (state == MappingTable.ACTIVE) {
            return;
        }
        if (state == MappingTable.RESTING) {
            tables.wheel.cancel(tables.mappingTimer(row));
            made(row);
        }
        rows.state(row, MappingTable.ACTIVE);
    }

    /** A resting port is taken for an explicit mapping of its own tuple. */
    void reserveResting(int row) {
        tables.wheel.cancel(tables.mappingTimer(row));
        rows.state(row, MappingTable.RESERVED);
        made(row);
    }

    /** Notes that an explicit mapping is on its way to this row. */
    void markPending(int row) {
        rows.set(row, MappingTable.PENDING);
        countExplicit(row, 1);
    }

    /**
     * The pending explicit mapping is durable, or other filters of one that is there: packets pass,
     * those of new peers too that the filters name.
     */
    void activate(int row) {
        tables.filters.apply(row);
        rows.unset(row, MappingTable.PENDING | MappingTable.WAS_EXPLICIT);
        rows.set(row, MappingTable.EXPLICIT);
        rows.state(row, MappingTable.ACTIVE);
        rows.restsUntilNs(row, 0);
    }

    /** The pending explicit mapping will not be; the row is what it was without it. */
    void abandon(int row, long nowNs) {
        rows.unset(row, MappingTable.PENDING);
        tables.filters.unstage(row);
        countExplicit(row, -1);
        rows.setSize(row, 1);
        long heldUntilNs = rows.restsUntilNs(row);
        if (rows.state(row) != MappingTable.RESERVED) {
            settle(row, nowNs);
        } else if (heldUntilNs != 0 && heldUntilNs - nowNs > 0) {
            rest(row, heldUntilNs);
        } else {
            ended(row);
            free(row, nowNs);
        }
    }

    /**
     * An explicit mapping ends. The host's own sessions keep it as an implicit one; sessions from
     * outside go on without new peers; with neither the port rests (PCP-MIX-010).
     */
    void endExplicit(int row, long nowNs) {
        rows.unset(row, MappingTable.EXPLICIT);
        tables.filters.clear(row);
        countExplicit(row, -1);
        rows.setSize(row, 1);
        rows.set(row, MappingTable.WAS_EXPLICIT);
        long holdNs = tables.config.timers().explicitHoldNs(rows.protocol(row));
        rows.restsUntilNs(row, nowNs + holdNs);
        closeToStrangers(row, nowNs);
    }

    /** Without sessions of the host, those from outside go on alone (PCP-MIX-010). */
    void closeToStrangers(int row, long nowNs) {
        if (rows.ownSessions(row) == 0) {
            rows.state(row, MappingTable.RESIDUAL);
        }
        settle(row, nowNs);
    }

    /**
     * An explicit or static mapping ends with all its sessions. Its port rests and its tuple finds
     * it no more, so that nobody has it before the reservation that wants it.
     */
    void cut(int row, long nowNs) {
        while (rows.firstSession(row) != SessionTable.NONE) {
            sessions.remove(rows.firstSession(row));
        }
        int subscriber = rows.subscriber(row);
        if (rows.has(row, MappingTable.EXPLICIT)) {
            countExplicit(row, -1);
            rows.setSize(row, 1);
        } else {
            tables.subscribers.addPorts(subscriber, protocolIndex(row), 1);
            tables.subscribers.addStaticPorts(subscriber, -1);
        }
        rows.unset(row, MappingTable.EXPLICIT | MappingTable.STATIC);
        tables.filters.clear(row);
        rows.orphan(row);
        rest(row, nowNs + holdDownNs);
    }

    /**
     * The row of a tuple whose address went to another subscriber becomes that one's, with all that
     * it counts.
     */
    void give(int row, int subscriber, long nowNs) {
        int before = rows.subscriber(row);
        if (before == subscriber) {
            return;
        }
        count(row, -1);
        rows.subscriber(row, subscriber);
        count(row, 1);
        int address = tables.localAddress(rows.addressIndex(row));
        tables.ports.give(before, subscriber, address, protocolIndex(row), rows.externalPort(row));
        for (int s = rows.firstSession(row); s != SessionTable.NONE; s = tables.sessions.next(s)) {
            tables.subscribers.addSessions(before, -1);
            tables.subscribers.addSessions(subscriber, 1);
            tables.sessions.subscriber(s, subscriber);
        }
        tables.subscribers.addInboundSessions(before, -rows.inboundSessions(row));
        tables.subscribers.addInboundSessions(subscriber, rows.inboundSessions(row));
        blocks.checkIdle(before, nowNs);
    }

    private void count(int row, int change) {
        int subscriber = rows.subscriber(row);
        if (rows.has(row, MappingTable.STATIC)) {
            tables.subscribers.addStaticPorts(subscriber, change);
        } else {
            tables.subscribers.addPorts(subscriber, protocolIndex(row), change);
        }
        if (rows.has(row, MappingTable.EXPLICIT | MappingTable.PENDING)) {
            countExplicit(row, change);
        }
    }

    /** A set of ports is one mapping. */
    private void countExplicit(int row, int change) {
        if (rows.setSize(row) != 0) {
            tables.subscribers.addExplicitMappings(rows.subscriber(row), change);
        }
    }

    /**
     * Whether a mapping is left over from a former owner of its tuple's address, and neither a
     * lease nor a reservation keeps it: the present owner gets one of its own.
     */
    boolean isLeftOver(int row, int subscriber) {
        return rows.subscriber(row) != subscriber && !isKept(row);
    }

    /** The same; or left at an address that leaves the pool, when its subscriber has another. */
    boolean isLeftOver(int row, int subscriber, int addressIndex) {
        int held = rows.addressIndex(row);
        boolean isBehind = held != addressIndex && tables.pool.isLeaving(held);
        return isLeftOver(row, subscriber) || (isBehind && !isKept(row));
    }

    /** Whether a lease or a reservation keeps a mapping, or is about to. */
    boolean isKept(int row) {
        return rows.has(row, MappingTable.EXPLICIT | MappingTable.PENDING | MappingTable.STATIC);
    }

    /** Whether only the rest keeps a port. */
    boolean isResting(int row) {
        return MappingTable.isResting(rows.state(row));
    }

    /** A port that rests is free before its time. */
    void endRest(int row, long nowNs) {
        tables.wheel.cancel(tables.mappingTimer(row));
        free(row, nowNs);
    }

    /**
     * A row of the internal tuple becomes its static mapping; no other row may be the tuple's. The
     * port counts apart from then on, neither against the port quota nor as a use of its block.
     */
    void makeStatic(int row, long nowNs) {
        int state = rows.state(row);
        if (isResting(row)) {
            tables.wheel.cancel(tables.mappingTimer(row));
            made(row);
        }
        if (state == MappingTable.ORPHAN || state == MappingTable.RESTING_ORPHAN) {
            rows.adopt(row, MappingTable.ACTIVE);
        }
        rows.serveAnyPeer(row);
        rows.state(row, MappingTable.ACTIVE);
        rows.set(row, MappingTable.STATIC);
        rows.unset(row, MappingTable.WAS_EXPLICIT);
        rows.restsUntilNs(row, 0);
        tables.subscribers.addPorts(rows.subscriber(row), protocolIndex(row), -1);
        tables.subscribers.addStaticPorts(rows.subscriber(row), 1);
        setApart(row, nowNs);
    }

    /** The port is no use of the block it lies in from now on. */
    void setApart(int row, long nowNs) {
        if (!rows.has(row, MappingTable.APART)) {
            rows.set(row, MappingTable.APART);
            int address = tables.localAddress(rows.addressIndex(row));
            onReleased(
                    tables.ports.setApart(address, protocolIndex(row), rows.externalPort(row)),
                    nowNs);
        }
    }

    /**
     * A static mapping ends: sessions go on as after an explicit one, then the port rests as after
     * an implicit one, for nobody has proved to own it. What is left counts against the port quota.
     */
    void endStatic(int row, long nowNs) {
        rows.unset(row, MappingTable.STATIC);
        tables.subscribers.addPorts(rows.subscriber(row), protocolIndex(row), 1);
        tables.subscribers.addStaticPorts(rows.subscriber(row), -1);
        closeToStrangers(row, nowNs);
    }

    /**
     * The tuple of an implicit mapping, or of a port that rests, gets a static mapping elsewhere:
     * sessions that are there go on, packets of others find the row no more.
     */
    void orphan(int row) {
        rows.orphan(row);
    }

    /** Lets a mapping rest that has lost what kept it. */
    void settle(int row, long nowNs) {
        if (rows.has(row, MappingTable.EXPLICIT | MappingTable.STATIC)) {
            return;
        }
        int inbound = rows.inboundSessions(row);
        boolean isOpen = rows.state(row) == MappingTable.ACTIVE;
        int unused = isOpen ? rows.unrepliedSessions(row) : 0;
        if (rows.ownSessions(row) + inbound - unused > 0) {
            return;
        }
        while (rows.firstSession(row) != SessionTable.NONE) {
            sessions.remove(rows.firstSession(row));
        }
        long heldUntilNs = rows.restsUntilNs(row);
        long restNs = Math.max(holdDownNs, heldUntilNs == 0 ? 0 : heldUntilNs - nowNs);
        if (rows.has(row, MappingTable.PENDING)) {
            rows.state(row, MappingTable.RESERVED);
            rows.restsUntilNs(row, nowNs + restNs);
        } else if (rows.has(row, MappingTable.WAS_EXPLICIT)
                || rows.resting() < maxRestingEach * tables.ownAddresses) {
            rest(row, nowNs + restNs);
        } else {
            // NAT-CGN-080: as many rest as may; the proof that an explicit one asks for stays.
            ended(row);
            free(row, nowNs);
        }
    }

    /** The port rests for whoever had it explicitly until then, after what keeps it till then. */
    void holdUntil(int row, long untilNs) {
        rows.set(row, MappingTable.WAS_EXPLICIT);
        rows.restsUntilNs(row, untilNs);
    }

    /** Installs a port that rests, found durable at start. */
    void restoreResting(int row, long untilNs) {
        holdUntil(row, untilNs);
        tables.wheel.arm(tables.mappingTimer(row), untilNs);
    }

    /** The longest that outbound traffic keeps one of the mapping's sessions; 0 for not at all. */
    long outboundRemainingNs(int row, long nowNs) {
        long longest = 0;
        for (int s = rows.firstSession(row); s != SessionTable.NONE; s = tables.sessions.next(s)) {
            longest = Math.max(longest, sessions.outboundRemainingNs(s, nowNs));
        }
        return longest;
    }

    /** The timer of a mapping fired: its port has rested. */
    void onTimer(int row, long nowNs) {
        assert isResting(row) : "a mapping in use had a timer";
        free(row, nowNs);
    }

    /** The mapping that an external port leads to, or {@link InboundIndex#NONE}. */
    int ofExternal(int addressIndex, int protocol, int port) {
        return tables.inbound.find(
                tables.localAddress(addressIndex), Protocol.index(protocol), port);
    }

    /** The same of a packet's remote address, on which it depends where a port is shared. */
    int ofExternal(int addressIndex, int protocol, int port, int remoteIp) {
        int row = ofExternal(addressIndex, protocol, port);
        return row == InboundIndex.NONE && protocol == Protocol.TCP
                ? tables.overlap.find(addressIndex, port, remoteIp)
                : row;
    }

    private void rest(int row, long untilNs) {
        boolean isOrphan = rows.state(row) == MappingTable.ORPHAN;
        rows.state(row, isOrphan ? MappingTable.RESTING_ORPHAN : MappingTable.RESTING);
        rows.restsUntilNs(row, untilNs);
        tables.wheel.arm(tables.mappingTimer(row), untilNs);
        ended(row);
    }

    private void free(int row, long nowNs) {
        int subscriber = rows.subscriber(row);
        if (rows.has(row, MappingTable.OVERLAPPED)) {
            tables.overlap.release(row);
            tables.subscribers.addPorts(subscriber, protocolIndex(row), -1);
            rows.remove(row);
            blocks.checkIdle(subscriber, nowNs);
            return;
        }
        int address = tables.localAddress(rows.addressIndex(row));
        int port = rows.externalPort(row);
        boolean isApart = rows.has(row, MappingTable.APART);
        int block = tables.ports.release(subscriber, address, protocolIndex(row), port, isApart);
        int externalIp = tables.externalIp(rows.addressIndex(row));
        tables.use.ports(address, externalIp, protocolIndex(row), -1);
        rows.remove(row);
        onReleased(block, nowNs);
        blocks.checkIdle(subscriber, nowNs);
    }

    private void onReleased(int block, long nowNs) {
        if (block != BlockTable.NONE) {
            blocks.onUnused(block, nowNs);
        }
    }

    private void made(int row) {
        tables.counters.increment(NatCounter.MAPPINGS_MADE);
        tables.tell(EventKind.MAPPING_MADE, row);
    }

    private void ended(int row) {
        if (rows.has(row, MappingTable.OVERLAPPED)) {
            tables.tellOverlap(EventKind.OVERLAP_ENDED, row);
        }
        tables.counters.increment(NatCounter.MAPPINGS_ENDED);
        tables.tell(EventKind.MAPPING_ENDED, row);
    }

    private int protocolIndex(int row) {
        return Protocol.index(rows.protocol(row));
    }
}
