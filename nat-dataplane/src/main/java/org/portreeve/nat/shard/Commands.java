package org.portreeve.nat.shard;

import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.counter.ShardCounters;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.port.PortAllocator;
import org.portreeve.nat.shard.ShardOutcome.Holding;
import org.portreeve.nat.shard.ShardOutcome.Refusal;
import org.portreeve.nat.table.MappingTable;

/**
 * Carries out what port control asks and tells the outcome. Quotas are checked here, where nobody
 * gets round them; what is restored at start was granted before and is not held against them. Owned
 * by the shard thread.
 */
final class Commands {
    private static final int EXPIRED = ShardCounters.index(NatCounter.DROP_WAIT_EXPIRED);

    private final Tables tables;
    private final MappingTable rows;
    private final Mappings mappings;
    private final Blocks blocks;
    private final Outbound outbound;
    private final Quotas quotas;
    private final Answers answers;
    private final StaticMappings statics;
    private final Cutting cutting;
    private final PeerSessions peers;
    private final ExplicitMappings explicits;
    private final PortSets sets;

    Commands(
            Tables tables,
            Mappings mappings,
            Blocks blocks,
            Outbound outbound,
            MappingChoice choice,
            Quotas quotas,
            ShardLink link) {
        this.tables = tables;
        this.rows = tables.mappings;
        this.mappings = mappings;
        this.blocks = blocks;
        this.outbound = outbound;
        this.quotas = quotas;
        answers = new Answers(tables, mappings, link);
        statics = new StaticMappings(tables, mappings, blocks, answers);
        cutting = new Cutting(tables, mappings, answers);
        peers = new PeerSessions(tables, mappings, choice, answers);
        explicits = new ExplicitMappings(tables, mappings, answers);
        sets = new PortSets(tables, mappings, quotas, answers);
    }

    /** Goes on with what takes several turns. Returns how much was done. */
    int advance(long nowNs) {
        return cutting.advance(nowNs);
    }

    void execute(ShardCommand command, long nowNs) {
        switch (command) {
            case ShardCommand.ReserveMapping reserve -> onReserve(reserve);
            case ShardCommand.ReserveSet reserve -> {
                if (!sets.reserve(reserve)) {
                    onReserve(reserve.alone());
                }
            }
            case ShardCommand.RestoreSet restore -> sets.restore(restore, nowNs);
            case ShardCommand.ActivateMapping activate -> explicits.activate(activate);
            case ShardCommand.ReleaseReservation release -> explicits.release(release, nowNs);
            case ShardCommand.StageFilters stage -> explicits.stage(stage);
            case ShardCommand.EndMapping end -> explicits.end(end, nowNs);
            case ShardCommand.CutMapping cut -> explicits.cut(cut, nowNs);
            case ShardCommand.QueryIdle query -> explicits.query(query, nowNs);
            case ShardCommand.RestoreMapping restore -> onRestoreMapping(restore, nowNs);
            case ShardCommand.RestoreHold restore -> onRestoreHold(restore, nowNs);
            case ShardCommand.RestoreBlock restore -> onRestoreBlock(restore, nowNs);
            case ShardCommand.PairingDecided decided -> onPairing(decided, nowNs);
            case ShardCommand.ActivateBlock activate -> {
                int block = blocks.at(activate.addressIndex(), activate.firstPort());
                resumeAfterBlock(blocks.activate(block, nowNs), nowNs);
            }
            case ShardCommand.RefuseBlock refuse -> {
                int block = blocks.at(refuse.addressIndex(), refuse.firstPort());
                dropWaiting(blocks.refuse(block, nowNs), nowNs);
            }
            case ShardCommand.InstallStatic install -> statics.install(install, nowNs);
            case ShardCommand.RemoveStatic remove -> statics.remove(remove, nowNs);
            case ShardCommand.KeepSession keep -> peers.keep(keep, nowNs);
            case ShardCommand.QuerySession query -> peers.query(query, nowNs);
            case ShardCommand.ReleaseSession release -> peers.release(release, nowNs);
            case ShardCommand.RestoreSession restore -> peers.restore(restore, nowNs);
            case ShardCommand.QueryPort query -> onQueryPort(query);
            case ShardCommand.QueryUse query -> {
                int subscriber = query.subscriber();
                int ports = tables.subscribers.ports(subscriber);
                int sessions = tables.subscribers.sessions(subscriber);
                answers.subscriberUse(query.requestId(), ports, sessions);
            }
            case ShardCommand.UsePool use -> {
                tables.usePool(use.pool());
                answers.activated(use.requestId());
            }
            case ShardCommand.QueryAddress query -> {
                int address = tables.localAddress(query.addressIndex());
                answers.addressUse(
                        query.requestId(),
                        tables.ports.held(address),
                        tables.blocks.leased(address));
            }
            case ShardCommand.CutSubscriber cut -> cutting.begin(cut);
            case ShardCommand.CutHost cut -> cutting.begin(cut);
            case ShardCommand.CutAddress cut -> cutting.begin(cut);
            case ShardCommand.ForgetSubscriber forget -> {
                boolean isForgotten = blocks.forget(forget.subscriber());
                answers.forgotten(forget.requestId(), forget.subscriber(), isForgotten);
            }
        }
    }

    private void onReserve(ShardCommand.ReserveMapping reserve) {
        int row = mappings.find(reserve.internal());
        if (row != MappingTable.NONE && rows.has(row, MappingTable.STATIC)) {
            answers.refused(reserve.requestId(), Refusal.INTERNAL_USED);
            return;
        }
        if (!tables.filters.hasRoom(reserve.filters().size())) {
            tell(EventKind.TABLE_FULL, reserve);
            answers.refused(reserve.requestId(), Refusal.TABLE_FULL);
            return;
        }
        if (row == MappingTable.NONE || !keepsPort(reserve, row)) {
            reserveFresh(reserve, row);
            return;
        }
        int port = rows.externalPort(row);
        boolean isOther = reserve.suggestedPort() != 0 && reserve.suggestedPort() != port;
        if (reserve.exact() && isOther) {
            answers.refused(reserve.requestId(), Refusal.CANNOT_PROVIDE);
            return;
        }
        boolean isExplicit = rows.has(row, MappingTable.EXPLICIT | MappingTable.PENDING);
        boolean mayHave =
                quotas.hasMappingLeft(reserve.subscriber())
                        && !quotas.isClosed(reserve.subscriber());
        if (!isExplicit && !mayHave) {
            tell(EventKind.MAPPING_QUOTA, reserve);
            answers.refused(reserve.requestId(), Refusal.QUOTA);
            return;
        }
        if (!isExplicit) {
            if (rows.state(row) == MappingTable.RESTING) {
                mappings.reserveResting(row);
            }
            mappings.markPending(row);
        }
        tables.filters.stage(row, reserve.filters());
        answers.reserved(reserve.requestId(), row, true);
    }

    private boolean keepsPort(ShardCommand.ReserveMapping reserve, int row) {
        int keepers = MappingTable.EXPLICIT | MappingTable.PENDING;
        // SEED-B-063: soft pairing is not for explicit mappings. Nor is what a reservation left
        // outside the pool's ports: after a restart a lease would not get it again.
        boolean isHere =
                rows.has(row, keepers)
                        || (rows.addressIndex(row) == reserve.addressIndex()
                                && tables.ports.isOfPool(rows.externalPort(row)));
        return isHere
                && !mappings.isLeftOver(row, reserve.subscriber(), reserve.addressIndex())
                && (rows.state(row) != MappingTable.RESTING || keepsRestingPort(reserve, row));
    }

    /** A port that rests goes back to its own tuple, unless its owner must and cannot prove it. */
    private boolean keepsRestingPort(ShardCommand.ReserveMapping reserve, int row) {
        if (rows.has(row, MappingTable.WAS_EXPLICIT) && !reserve.reclaim()) {
            return false;
        }
        int suggested = reserve.suggestedPort();
        int address = tables.localAddress(reserve.addressIndex());
        int protocolIndex = Protocol.index(reserve.internal().protocol());
        int internalIp = reserve.internal().internalIp();
        return rows.addressIndex(row) == reserve.addressIndex()
                && !tables.ports.isOpenTo(
                        reserve.subscriber(), address, protocolIndex, internalIp, suggested);
    }

    /** Another port for a tuple without one, or whose port {@code left} is no more its own. */
    private void reserveFresh(ShardCommand.ReserveMapping reserve, int left) {
        int subscriber = reserve.subscriber();
        if (quotas.isClosed(subscriber)) {
            answers.refused(reserve.requestId(), Refusal.QUOTA);
            return;
        }
        int protocolIndex = Protocol.index(reserve.internal().protocol());
        boolean hasMapping = quotas.hasMappingLeft(subscriber);
        if (!hasMapping || !quotas.hasPortLeft(subscriber, protocolIndex)) {
            tell(hasMapping ? EventKind.PORT_QUOTA : EventKind.MAPPING_QUOTA, reserve);
            answers.refused(reserve.requestId(), Refusal.QUOTA);
            return;
        }
        int port =
                tables.ports.explicit(
                        subscriber,
                        tables.localAddress(reserve.addressIndex()),
                        protocolIndex,
                        reserve.internal().internalIp(),
                        reserve.suggestedPort(),
                        reserve.exact());
        if (port == PortAllocator.NONE) {
            Refusal reason = reserve.exact() ? Refusal.CANNOT_PROVIDE : Refusal.NO_PORTS;
            if (reason == Refusal.NO_PORTS) {
                tell(EventKind.PORTS_EXHAUSTED, reserve);
            }
            answers.refused(reserve.requestId(), reason);
            return;
        }
        int row =
                create(
                        reserve.internal(),
                        subscriber,
                        reserve.addressIndex(),
                        port,
                        MappingTable.RESERVED);
        if (row == MappingTable.NONE) {
            tell(EventKind.TABLE_FULL, reserve);
            answers.refused(reserve.requestId(), Refusal.TABLE_FULL);
            return;
        }
        // Only now: a refused request must not cost the owner the port that it may reclaim.
        if (left != MappingTable.NONE) {
            mappings.orphan(left);
        }
        mappings.markPending(row);
        tables.filters.stage(row, reserve.filters());
        answers.reserved(reserve.requestId(), row, false);
    }

    /** Tells of a limit that an explicit request ran against. */
    private void tell(EventKind kind, ShardCommand.ReserveMapping reserve) {
        tables.telemetry.limit(
                kind,
                reserve.subscriber(),
                reserve.internal().protocol(),
                tables.externalIp(reserve.addressIndex()),
                0);
    }

    private void onQueryPort(ShardCommand.QueryPort query) {
        int port = query.externalPort();
        int row = mappings.ofExternal(query.addressIndex(), query.protocol(), port);
        answers.portUse(
                query.requestId(),
                row == MappingTable.NONE ? Holding.FREE : holding(row),
                row == MappingTable.NONE ? Blocks.NOBODY : rows.subscriber(row),
                blocks.ownerOf(query.addressIndex(), port));
    }

    private Holding holding(int row) {
        if (rows.has(row, MappingTable.STATIC)) {
            return Holding.STATIC;
        }
        if (rows.has(row, MappingTable.EXPLICIT | MappingTable.PENDING)) {
            return Holding.EXPLICIT;
        }
        return mappings.isResting(row) ? Holding.RESTING : Holding.IMPLICIT;
    }

    private void onRestoreMapping(ShardCommand.RestoreMapping restore, long nowNs) {
        int row = mappings.find(restore.internal());
        int address = tables.localAddress(restore.addressIndex());
        int internalIp = restore.internal().internalIp();
        if (row != MappingTable.NONE
                || !tables.filters.hasRoom(restore.filters().size())
                || tables.ports.isForeignRange(address, internalIp, restore.externalPort())) {
            answers.refused(restore.requestId(), Refusal.CANNOT_PROVIDE);
            return;
        }
        row =
                restore(
                        restore.internal(),
                        restore.subscriber(),
                        restore.addressIndex(),
                        restore.externalPort(),
                        MappingTable.RESERVED,
                        nowNs);
        if (row == MappingTable.NONE) {
            answers.refused(restore.requestId(), Refusal.CANNOT_PROVIDE);
            return;
        }
        mappings.markPending(row);
        tables.filters.stage(row, restore.filters());
        mappings.activate(row);
        answers.reserved(restore.requestId(), row, false);
    }

    private void onRestoreHold(ShardCommand.RestoreHold restore, long nowNs) {
        boolean hasOther = mappings.find(restore.internal()) != MappingTable.NONE;
        int row =
                restore(
                        restore.internal(),
                        restore.subscriber(),
                        restore.addressIndex(),
                        restore.externalPort(),
                        hasOther ? MappingTable.RESTING_ORPHAN : MappingTable.RESTING,
                        nowNs);
        if (row == MappingTable.NONE) {
            answers.refused(restore.requestId(), Refusal.CANNOT_PROVIDE);
            return;
        }
        mappings.restoreResting(row, nowNs + restore.remainingNs());
        answers.reserved(restore.requestId(), row, false);
    }

    private void onRestoreBlock(ShardCommand.RestoreBlock restore, long nowNs) {
        int address = tables.localAddress(restore.addressIndex());
        if (blocks.restore(restore.subscriber(), address, restore.firstPort(), nowNs)) {
            answers.activated(restore.requestId());
        } else {
            answers.refused(restore.requestId(), Refusal.CANNOT_PROVIDE);
        }
    }

    private void onPairing(ShardCommand.PairingDecided decided, long nowNs) {
        tables.waiting.answered();
        long key = Waiting.pairingKey(decided.realm(), decided.internalIp());
        for (int left = tables.waiting.count(key); left > 0; left--) {
            int place = tables.waiting.take(key);
            int verdict =
                    tables.waiting.isLate(place, nowNs)
                            ? EXPIRED
                            : outbound.afterPairing(tables.waiting.at(place), nowNs);
            tables.counters.increment(verdict);
        }
    }

    private void resumeAfterBlock(int subscriber, long nowNs) {
        peers.onBlock(subscriber, true, nowNs);
        long key = Waiting.blockKey(subscriber);
        for (int left = tables.waiting.count(key); left > 0; left--) {
            int place = tables.waiting.take(key);
            int verdict =
                    tables.waiting.isLate(place, nowNs)
                            ? EXPIRED
                            : outbound.afterBlock(tables.waiting.at(place), subscriber, nowNs);
            tables.counters.increment(verdict);
        }
    }

    /** Without a record: another block would not have one either, so nobody waits for it. */
    private void dropWaiting(int subscriber, long nowNs) {
        peers.onBlock(subscriber, false, nowNs);
        long key = Waiting.blockKey(subscriber);
        for (int place = tables.waiting.take(key);
                place != Waiting.NONE;
                place = tables.waiting.take(key)) {
            int verdict =
                    tables.waiting.isLate(place, nowNs)
                            ? EXPIRED
                            : outbound.withoutRecord(tables.waiting.at(place), subscriber, nowNs);
            tables.counters.increment(verdict);
        }
    }

    private int restore(
            InternalTuple tuple,
            int subscriber,
            int addressIndex,
            int port,
            int state,
            long nowNs) {
        return mappings.restore(
                Mappings.key(tuple),
                MappingTable.ANY_PEER,
                subscriber,
                addressIndex,
                port,
                state,
                nowNs);
    }

    private int create(InternalTuple tuple, int subscriber, int addressIndex, int port, int state) {
        return mappings.create(Mappings.key(tuple), subscriber, addressIndex, port, state);
    }
}
