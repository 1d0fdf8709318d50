package org.portreeve.nat.shard;

import java.util.ArrayDeque;
import java.util.Deque;
import org.portreeve.nat.table.MappingTable;
import org.portreeve.nat.table.SessionTable;

/**
 * Ends what traffic of a subscriber, of a host, or at an address, keeps because staff want it now:
 * a walk over all mappings, some in each turn. Owned by the shard thread.
 */
final class Cutting {
    /** Rows that are looked at in a turn. */
    private static final int ROWS = 4_096;

    /** All subscribers, all addresses, or all hosts. */
    private static final int ANY = -1;

    private final Tables tables;
    private final MappingTable rows;
    private final Mappings mappings;
    private final Answers answers;

    /** One after the other; as many as requests at most. */
    private final Deque<Cut> waiting = new ArrayDeque<>();

    private int row;

    Cutting(Tables tables, Mappings mappings, Answers answers) {
        this.tables = tables;
        this.rows = tables.mappings;
        this.mappings = mappings;
        this.answers = answers;
    }

    void begin(ShardCommand.CutSubscriber cut) {
        waiting.add(new Cut(cut.requestId(), cut.subscriber(), ANY, ANY));
    }

    void begin(ShardCommand.CutHost cut) {
        long internalIp = Integer.toUnsignedLong(cut.internalIp());
        waiting.add(new Cut(cut.requestId(), cut.subscriber(), ANY, internalIp));
    }

    void begin(ShardCommand.CutAddress cut) {
        waiting.add(new Cut(cut.requestId(), ANY, cut.addressIndex(), ANY));
    }

    /** Goes on, and answers when it is through. Returns how many rows were looked at. */
    int advance(long nowNs) {
        if (waiting.isEmpty()) {
            return 0;
        }
        Cut wanted = waiting.peek();
        int last = Math.min(rows.capacity(), row + ROWS);
        int first = row;
        for (; row < last; row++) {
            if (rows.isUsed(row) && isCuttable(wanted)) {
                cut(nowNs);
            }
        }
        if (row == rows.capacity()) {
            row = 0;
            waiting.remove();
            answer(wanted);
        }
        return last - first;
    }

    private void answer(Cut wanted) {
        if (wanted.addressIndex == ANY) {
            int ports = tables.subscribers.ports(wanted.subscriber);
            int sessions = tables.subscribers.sessions(wanted.subscriber);
            answers.subscriberUse(wanted.requestId, ports, sessions);
        } else {
            int address = tables.localAddress(wanted.addressIndex);
            int blocks = tables.blocks.leased(address);
            answers.addressUse(wanted.requestId, tables.ports.held(address), blocks);
        }
    }

    private boolean isCuttable(Cut wanted) {
        return (wanted.subscriber == ANY || rows.subscriber(row) == wanted.subscriber)
                && (wanted.addressIndex == ANY || rows.addressIndex(row) == wanted.addressIndex)
                && (wanted.internalIp == ANY
                        || Integer.toUnsignedLong(rows.internalIp(row)) == wanted.internalIp)
                && !mappings.isKept(row)
                && !mappings.isResting(row);
    }

    private void cut(long nowNs) {
        while (rows.firstSession(row) != SessionTable.NONE) {
            mappings.sessions().remove(rows.firstSession(row));
        }
        mappings.settle(row, nowNs);
    }

    /** Whose, or where; the internal address is unsigned, so that none is {@link #ANY}. */
    private record Cut(long requestId, int subscriber, int addressIndex, long internalIp) {}
}
