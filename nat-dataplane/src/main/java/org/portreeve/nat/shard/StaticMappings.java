package org.portreeve.nat.shard;

import org.portreeve.nat.Protocol;
import org.portreeve.nat.shard.ShardOutcome.Refusal;
import org.portreeve.nat.table.MappingTable;

/**
 * Installs and removes static mappings. Staff choose their ports, so that neither the ranges nor
 * the quotas of subscribers bind them, nor the rest of a port (PCP-LIFE-011); but what somebody
 * else uses is never taken from him. Owned by the shard thread.
 */
final class StaticMappings {
    private final Tables tables;
    private final MappingTable rows;
    private final Mappings mappings;
    private final Blocks blocks;
    private final Answers answers;

    StaticMappings(Tables tables, Mappings mappings, Blocks blocks, Answers answers) {
        this.tables = tables;
        this.rows = tables.mappings;
        this.mappings = mappings;
        this.blocks = blocks;
        this.answers = answers;
    }

    void install(ShardCommand.InstallStatic install, long nowNs) {
        int own = mappings.find(install.internal());
        if (own != MappingTable.NONE && rows.has(own, MappingTable.STATIC)) {
            if (isAt(own, install)) {
                mappings.give(own, install.subscriber(), nowNs);
                answers.reserved(install.requestId(), own, true);
            } else {
                answers.refused(install.requestId(), Refusal.INTERNAL_USED);
            }
            return;
        }
        int keepers = MappingTable.EXPLICIT | MappingTable.PENDING;
        if (own != MappingTable.NONE && rows.has(own, keepers)) {
            answers.refused(install.requestId(), Refusal.INTERNAL_USED);
            return;
        }
        int protocol = install.internal().protocol();
        int holder = mappings.ofExternal(install.addressIndex(), protocol, install.externalPort());
        if (holder != MappingTable.NONE && rows.isOf(holder, Mappings.key(install.internal()))) {
            takeOver(install, own, holder, nowNs);
        } else {
            takeFresh(install, own, holder, nowNs);
        }
    }

    /** Ends a static mapping; what traffic keeps of it is an implicit one. */
    void remove(ShardCommand.RemoveStatic remove, long nowNs) {
        int row = mappings.find(remove.internal());
        boolean found = row != MappingTable.NONE && rows.has(row, MappingTable.STATIC);
        if (found) {
            mappings.endStatic(row, nowNs);
        }
        answers.ended(remove.requestId(), found, remove.internal());
    }

    /** The tuple has the port already, or what it had there still uses it or rests. */
    private void takeOver(ShardCommand.InstallStatic install, int own, int holder, long nowNs) {
        if (own != MappingTable.NONE && own != holder) {
            mappings.orphan(own);
        }
        mappings.give(holder, install.subscriber(), nowNs);
        mappings.makeStatic(holder, nowNs);
        answers.reserved(install.requestId(), holder, true);
    }

    /** The tuple has another port, or none. */
    private void takeFresh(ShardCommand.InstallStatic install, int own, int holder, long nowNs) {
        if (isRefused(install, holder)) {
            return;
        }
        if (holder != MappingTable.NONE) {
            mappings.endRest(holder, nowNs);
        }
        if (own != MappingTable.NONE) {
            mappings.orphan(own);
        }
        int row =
                mappings.create(
                        Mappings.key(install.internal()),
                        install.subscriber(),
                        install.addressIndex(),
                        install.externalPort(),
                        MappingTable.ACTIVE);
        mappings.makeStatic(row, nowNs);
        answers.reserved(install.requestId(), row, false);
    }

    /** Says so when the port cannot be had. One that only rests can (PCP-LIFE-011). */
    private boolean isRefused(ShardCommand.InstallStatic install, int holder) {
        int protocolIndex = Protocol.index(install.internal().protocol());
        boolean isHeld = holder != MappingTable.NONE;
        int blockOwner = blocks.ownerOf(install.addressIndex(), install.externalPort());
        boolean isForeign = blockOwner != Blocks.NOBODY && blockOwner != install.subscriber();
        isForeign |=
                tables.ports.isForeignRange(
                        tables.localAddress(install.addressIndex()),
                        install.internal().internalIp(),
                        install.externalPort());
        if (isForeign && !(isHeld && rows.has(holder, MappingTable.APART))) {
            answers.refused(install.requestId(), Refusal.BLOCK_HELD);
            return true;
        }
        if ((isHeld && !mappings.isResting(holder))
                || !tables.ports.isMappable(protocolIndex, install.externalPort())) {
            answers.refused(install.requestId(), Refusal.PORT_USED);
            return true;
        }
        if (!isHeld && rows.size() == rows.capacity()) {
            answers.refused(install.requestId(), Refusal.TABLE_FULL);
            return true;
        }
        return false;
    }

    private boolean isAt(int row, ShardCommand.InstallStatic install) {
        return rows.addressIndex(row) == install.addressIndex()
                && rows.externalPort(row) == install.externalPort();
    }
}
