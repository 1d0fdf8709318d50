package org.portreeve.nat.shard;

import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.counter.NatCounter;
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

    Mappings(Tables tables, Blocks blocks) {
        this.tables = tables;
        this.rows = tables.mappings;
        this.blocks = blocks;
        this.sessions = new Sessions(tables, this);
        this.holdDownNs = tables.config.timers().holdDownNs();
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

    /** Binds an external port that is free; {@link MappingTable#NONE} when the table is full. */
    int create(long key, int subscriber, int addressIndex, int externalPort, int state) {
        int row = rows.add(key, state);
        if (row == MappingTable.NONE) {
            return row;
        }
        rows.subscriber(row, subscriber);
        rows.external(row, addressIndex, externalPort);
        int address = tables.localAddress(addressIndex);
        tables.ports.take(subscriber, address, protocolIndex(row), externalPort, row);
        tables.counters.increment(NatCounter.MAPPINGS_MADE);
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
            tables.counters.increment(NatCounter.MAPPINGS_MADE);
        }
        rows.state(row, MappingTable.ACTIVE);
    }

    /** A resting port is taken for an explicit mapping of its own tuple. */
    void reserveResting(int row) {
        tables.wheel.cancel(tables.mappingTimer(row));
        rows.state(row, MappingTable.RESERVED);
        tables.counters.increment(NatCounter.MAPPINGS_MADE);
    }

    /** Notes that an explicit mapping is on its way to this row. */
    void markPending(int row) {
        rows.set(row, MappingTable.PENDING);
        tables.subscribers.addExplicitMappings(rows.subscriber(row), 1);
    }

    /** The pending explicit mapping is durable: packets pass, new peers included. */
    void activate(int row) {
        rows.unset(row, MappingTable.PENDING | MappingTable.WAS_EXPLICIT);
        rows.set(row, MappingTable.EXPLICIT);
        rows.state(row, MappingTable.ACTIVE);
        rows.restsUntilNs(row, 0);
    }

    /** The pending explicit mapping will not be; the row is what it was without it. */
    void abandon(int row, long nowNs) {
        rows.unset(row, MappingTable.PENDING);
        tables.subscribers.addExplicitMappings(rows.subscriber(row), -1);
        long heldUntilNs = rows.restsUntilNs(row);
        if (rows.state(row) != MappingTable.RESERVED) {
            settle(row, nowNs);
        } else if (heldUntilNs != 0 && heldUntilNs - nowNs > 0) {
            rest(row, heldUntilNs);
        } else {
            tables.counters.increment(NatCounter.MAPPINGS_ENDED);
            free(row, nowNs);
        }
    }

    /**
     * An explicit mapping ends. The host's own sessions keep it as an implicit one; sessions from
     * outside go on without new peers; with neither the port rests (PCP-MIX-010).
     */
    void endExplicit(int row, long nowNs) {
        rows.unset(row, MappingTable.EXPLICIT);
        rows.set(row, MappingTable.WAS_EXPLICIT);
        tables.subscribers.addExplicitMappings(rows.subscriber(row), -1);
        long holdNs = tables.config.timers().explicitHoldNs(rows.protocol(row));
        rows.restsUntilNs(row, nowNs + holdNs);
        if (rows.ownSessions(row) == 0) {
            rows.state(row, MappingTable.RESIDUAL);
        }
        settle(row, nowNs);
    }

    /** Lets a mapping rest that has lost what kept it. */
    void settle(int row, long nowNs) {
        if (rows.has(row, MappingTable.EXPLICIT)) {
            return;
        }
        int inbound = rows.inboundSessions(row);
        boolean isResidual = rows.state(row) == MappingTable.RESIDUAL;
        int unused = isResidual ? 0 : rows.unrepliedSessions(row);
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
        } else {
            rest(row, nowNs + restNs);
        }
    }

    /** Installs a port that rests, found durable at start. */
    void restoreResting(int row, long untilNs) {
        rows.set(row, MappingTable.WAS_EXPLICIT);
        rows.restsUntilNs(row, untilNs);
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
        int state = rows.state(row);
        assert state == MappingTable.RESTING || state == MappingTable.RESTING_ORPHAN
                : "a mapping in use had a timer";
        free(row, nowNs);
    }

    /** The mapping that an external port leads to, or {@link InboundIndex#NONE}. */
    int ofExternal(int addressIndex, int protocol, int port) {
        return tables.inbound.find(
                tables.localAddress(addressIndex), Protocol.index(protocol), port);
    }

    private void rest(int row, long untilNs) {
        rows.state(row, MappingTable.RESTING);
        rows.restsUntilNs(row, untilNs);
        tables.wheel.arm(tables.mappingTimer(row), untilNs);
        tables.counters.increment(NatCounter.MAPPINGS_ENDED);
    }

    private void free(int row, long nowNs) {
        int subscriber = rows.subscriber(row);
        int address = tables.localAddress(rows.addressIndex(row));
        int port = rows.externalPort(row);
        int block = tables.ports.release(subscriber, address, protocolIndex(row), port);
        rows.remove(row);
        if (block != BlockTable.NONE) {
            blocks.onUnused(block, nowNs);
        }
        blocks.checkIdle(subscriber, nowNs);
    }

    private int protocolIndex(int row) {
        return Protocol.index(rows.protocol(row));
    }
}
