package org.portreeve.nat.shard;

import java.util.List;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PeerFilter;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.port.PortAllocator;
import org.portreeve.nat.shard.ShardOutcome.Refusal;
import org.portreeve.nat.table.MappingTable;

/**
 * How an explicit mapping of several ports begins (RFC 7753): external ports that follow each other
 * for internal ports that do. Each port is a row of its own, so that packets find it as any other;
 * the first row says how many there are. Owned by the shard thread.
 */
final class PortSets {
    private static final int ANY_PARITY = -1;

    private final Tables tables;
    private final MappingTable rows;
    private final Mappings mappings;
    private final Quotas quotas;
    private final Answers answers;

    PortSets(Tables tables, Mappings mappings, Quotas quotas, Answers answers) {
        this.tables = tables;
        this.rows = tables.mappings;
        this.mappings = mappings;
        this.quotas = quotas;
        this.answers = answers;
    }

    /** Returns false when one port at most can be had: that is no set, and nothing was done. */
    boolean reserve(ShardCommand.ReserveSet reserve) {
        boolean mayHave =
                quotas.hasMappingLeft(reserve.subscriber())
                        && !quotas.isClosed(reserve.subscriber())
                        && tables.filters.hasRoom(reserve.filters().size());
        int size = mayHave ? unbound(reserve) : 0;
        int first = suggested(reserve, size);
        if (first == PortAllocator.NONE) {
            size = Math.min(size, room(reserve));
            first = suggested(reserve, size);
        }
        if (first == PortAllocator.NONE) {
            long run = size < 2 ? 0 : run(reserve, size);
            size = PortAllocator.size(run);
            first = PortAllocator.first(run);
        }
        if (size < 2) {
            return false;
        }
        for (int i = 0; i < size; i++) {
            take(reserve, i, first + i, i == 0 ? size : 0);
        }
        answers.setReserved(reserve.requestId(), mappings.find(reserve.internal()));
        return true;
    }

    /** How many of the internal ports follow each other without a lease or a reservation. */
    private int unbound(ShardCommand.ReserveSet reserve) {
        int size = 0;
        while (size < reserve.size() && isUnbound(reserve.internal().next(size))) {
            size++;
        }
        return size;
    }

    private boolean isUnbound(InternalTuple internal) {
        int row = mappings.find(internal);
        return row == MappingTable.NONE || !mappings.isKept(row);
    }

    /** Ports that the quotas and the table of mappings have room for. */
    private int room(ShardCommand.ReserveSet reserve) {
        int protocolIndex = Protocol.index(reserve.internal().protocol());
        int ports = quotas.portsLeft(reserve.subscriber(), protocolIndex);
        return Math.min(ports, rows.capacity() - rows.size());
    }

    /** The suggested first port, or that which the tuple has or had, when all can be had. */
    private int suggested(ShardCommand.ReserveSet reserve, int size) {
        int row = mappings.find(reserve.internal());
        int own = row == MappingTable.NONE ? PortAllocator.NONE : rows.externalPort(row);
        if (fits(reserve, reserve.suggestedPort(), size)) {
            return reserve.suggestedPort();
        }
        return fits(reserve, own, size) ? own : PortAllocator.NONE;
    }

    private boolean fits(ShardCommand.ReserveSet reserve, int first, int size) {
        int parity = parity(reserve);
        boolean isParity = parity == ANY_PARITY || parity == (first & 1);
        if (first == PortAllocator.NONE
                || size < 2
                || first + size - 1 > PortRange.MAX_PORT
                || !isParity) {
            return false;
        }
        int fresh = 0;
        int incoming = 0;
        for (int i = 0; i < size; i++) {
            if (!isOwn(reserve, i, first + i)) {
                if (!isOpen(reserve, first + i)) {
                    return false;
                }
                fresh++;
                incoming += tables.ports.isIncoming(first + i) ? 1 : 0;
            }
        }
        return fresh <= room(reserve) && mayTakeIncoming(reserve, incoming);
    }

    /** Each of the ports alone may be had, but all of them could be what is kept for others. */
    private boolean mayTakeIncoming(ShardCommand.ReserveSet reserve, int count) {
        return tables.ports.mayTakeIncoming(
                reserve.subscriber(),
                tables.localAddress(reserve.addressIndex()),
                Protocol.index(reserve.internal().protocol()),
                count);
    }

    private boolean isOpen(ShardCommand.ReserveSet reserve, int port) {
        return tables.ports.isOpenTo(
                reserve.subscriber(),
                tables.localAddress(reserve.addressIndex()),
                Protocol.index(reserve.internal().protocol()),
                reserve.internal().internalIp(),
                port);
    }

    /** Whether the internal port has this port, or had it, and may have it again. */
    private boolean isOwn(ShardCommand.ReserveSet reserve, int i, int port) {
        int row = mappings.find(reserve.internal().next(i));
        return row != MappingTable.NONE
                && rows.addressIndex(row) == reserve.addressIndex()
                && rows.externalPort(row) == port
                && tables.ports.isOfPool(port)
                && (reserve.reclaim() || !rows.has(row, MappingTable.WAS_EXPLICIT))
                && !mappings.isLeftOver(row, reserve.subscriber(), reserve.addressIndex());
    }

    private long run(ShardCommand.ReserveSet reserve, int most) {
        return tables.ports.contiguous(
                reserve.subscriber(),
                tables.localAddress(reserve.addressIndex()),
                Protocol.index(reserve.internal().protocol()),
                reserve.internal().internalIp(),
                most,
                parity(reserve));
    }

    private static int parity(ShardCommand.ReserveSet reserve) {
        return reserve.keepsParity() ? reserve.internal().internalPort() & 1 : ANY_PARITY;
    }

    private void take(ShardCommand.ReserveSet reserve, int i, int port, int setSize) {
        InternalTuple internal = reserve.internal().next(i);
        int row = mappings.find(internal);
        if (isOwn(reserve, i, port)) {
            if (rows.state(row) == MappingTable.RESTING) {
                mappings.reserveResting(row);
            }
        } else {
            int before = row;
            row =
                    mappings.create(
                            Mappings.key(internal),
                            reserve.subscriber(),
                            reserve.addressIndex(),
                            port,
                            MappingTable.RESERVED);
            assert row != MappingTable.NONE : "room for a set was not looked for";
            if (before != MappingTable.NONE) {
                // Sessions of the host go on where they are; what begins is of the set.
                mappings.orphan(before);
            }
        }
        rows.setSize(row, setSize);
        mappings.markPending(row);
        stage(row, i, reserve.internal(), reserve.filters());
    }

    /** The ports of a set, the first of which comes first, have one chain of filters together. */
    private void stage(int row, int i, InternalTuple first, List<PeerFilter> filters) {
        if (i == 0) {
            tables.filters.stage(row, filters);
        } else {
            tables.filters.share(row, mappings.find(first));
        }
    }

    /** Puts a set back that was granted before, whatever the quotas say. */
    void restore(ShardCommand.RestoreSet restore, long nowNs) {
        if (!isRestorable(restore)) {
            answers.refused(restore.requestId(), Refusal.CANNOT_PROVIDE);
            return;
        }
        for (int i = 0; i < restore.size(); i++) {
            int row =
                    mappings.restore(
                            Mappings.key(restore.internal().next(i)),
                            MappingTable.ANY_PEER,
                            restore.subscriber(),
                            restore.addressIndex(),
                            restore.externalPort() + i,
                            MappingTable.RESERVED,
                            nowNs);
            rows.setSize(row, i == 0 ? restore.size() : 0);
            mappings.markPending(row);
            stage(row, i, restore.internal(), restore.filters());
        }
        // Only now: what is in force cannot be shared any more.
        for (int i = 0; i < restore.size(); i++) {
            mappings.activate(mappings.find(restore.internal().next(i)));
        }
        answers.setReserved(restore.requestId(), mappings.find(restore.internal()));
    }

    private boolean isRestorable(ShardCommand.RestoreSet restore) {
        int address = tables.localAddress(restore.addressIndex());
        int protocolIndex = Protocol.index(restore.internal().protocol());
        int internalIp = restore.internal().internalIp();
        boolean isFree =
                rows.capacity() - rows.size() >= restore.size()
                        && tables.filters.hasRoom(restore.filters().size());
        for (int i = 0; isFree && i < restore.size(); i++) {
            int port = restore.externalPort() + i;
            isFree =
                    mappings.find(restore.internal().next(i)) == MappingTable.NONE
                            && tables.ports.isFree(address, protocolIndex, port)
                            && !tables.ports.isForeignRange(address, internalIp, port);
        }
        return isFree;
    }
}
