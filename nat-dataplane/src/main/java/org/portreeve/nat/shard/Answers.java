package org.portreeve.nat.shard;

import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.shard.ShardOutcome.Holding;
import org.portreeve.nat.shard.ShardOutcome.Refusal;
import org.portreeve.nat.table.MappingTable;
import org.portreeve.nat.table.SessionTable;

/** Tells port control what became of its commands, one answer each. Owned by the shard thread. */
final class Answers {
    private final MappingTable rows;
    private final SessionTable sessions;
    private final Mappings mappings;
    private final ShardLink link;

    Answers(Tables tables, Mappings mappings, ShardLink link) {
        this.rows = tables.mappings;
        this.sessions = tables.sessions;
        this.mappings = mappings;
        this.link = link;
    }

    void reserved(long requestId, int row, boolean existing) {
        int kind = ShardLink.Kind.RESERVED;
        link.emit(
                kind, requestId, rows.addressIndex(row), rows.externalPort(row), existing ? 1 : 0);
    }

    void setReserved(long requestId, int firstRow) {
        int kind = ShardLink.Kind.SET_RESERVED;
        int port = rows.externalPort(firstRow);
        link.emit(kind, requestId, rows.addressIndex(firstRow), port, rows.setSize(firstRow));
    }

    @SuppressWarnings("EnumOrdinal") // The code never leaves the process.
    void refused(long requestId, Refusal reason) {
        link.emit(ShardLink.Kind.REFUSED, requestId, reason.ordinal(), 0, 0);
    }

    void activated(long requestId) {
        link.emit(ShardLink.Kind.ACTIVATED, requestId, 0, 0, 0);
    }

    void ended(long requestId, boolean found, InternalTuple tuple) {
        int row = mappings.find(tuple);
        boolean remains =
                row != MappingTable.NONE
                        && rows.state(row) == MappingTable.ACTIVE
                        && !rows.has(row, MappingTable.STATIC);
        link.emit(ShardLink.Kind.ENDED, requestId, found ? 1 : 0, remains ? 1 : 0, 0);
    }

    void stillUsed(long requestId, long remainingNs) {
        link.emit(ShardLink.Kind.STILL_USED, requestId, remainingNs, 0, 0);
    }

    void kept(long requestId, int session, long remainingNs) {
        int row = sessions.mapping(session);
        int kind = ShardLink.Kind.SESSION_KEPT;
        link.emit(kind, requestId, rows.addressIndex(row), rows.externalPort(row), remainingNs);
    }

    void forgotten(long requestId, int subscriber, boolean isForgotten) {
        int kind = isForgotten ? ShardLink.Kind.FORGOTTEN : ShardLink.Kind.BUSY;
        link.emit(kind, requestId, subscriber, 0, 0);
    }

    @SuppressWarnings("EnumOrdinal") // The code never leaves the process.
    void portUse(long requestId, Holding holding, int holder, int blockOwner) {
        link.emit(ShardLink.Kind.PORT_USE, requestId, holding.ordinal(), holder, blockOwner);
    }

    void addressUse(long requestId, int ports, int blocks) {
        link.emit(ShardLink.Kind.ADDRESS_USE, requestId, ports, blocks, 0);
    }

    void subscriberUse(long requestId, int ports, int sessions) {
        link.emit(ShardLink.Kind.SUBSCRIBER_USE, requestId, ports, sessions, 0);
    }
}
