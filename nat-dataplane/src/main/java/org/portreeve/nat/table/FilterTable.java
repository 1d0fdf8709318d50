package org.portreeve.nat.table;

import java.util.List;
import org.portreeve.nat.PeerFilter;
import org.portreeve.nat.memory.Memory;

/**
 * Whom the explicit mappings let in (RFC 6887 §13.3): for each mapping a chain of rows that is in
 * force, and one that was set aside to take its place. A mapping without a chain lets everybody in.
 * Setting aside is what can fail, so that what was promised can be put in force at once. Owned by
 * the shard thread.
 *
 * <pre>
 *  0 network (4) | mask (4)
 *  8 port (2), 0 for every port | unused (2) | the next row of the chain, plus one (4)
 * </pre>
 */
public final class FilterTable {
    private static final int ROW_BYTES = 16;
    private static final int NETWORK = 0;
    private static final int MASK = 4;
    private static final int PORT = 8;
    private static final int NEXT = 12;

    /** Where each mapping's chains begin: in force (4), set aside (4), both plus one. */
    private static final int HEADS_BYTES = 8;

    private static final int IN_FORCE = 0;
    private static final int STAGED = 4;
    private static final int END = 0;

    private final RowPool rows;
    private final long heads;

    /** A table of so many filters, for so many mappings. */
    public FilterTable(int capacity, int mappings) {
        rows = new RowPool(capacity, ROW_BYTES);
        heads = Memory.allocate((long) mappings * HEADS_BYTES);
    }

    /** Whether so many filters can be set aside. */
    public boolean hasRoom(int count) {
        return rows.capacity() - rows.inUse() >= count;
    }

    /** Sets filters aside for a mapping, in place of others set aside; there is room for them. */
    public void stage(int mapping, List<PeerFilter> filters) {
        unstage(mapping);
        int head = END;
        for (PeerFilter filter : filters) {
            int row = rows.take();
            assert row != RowPool.NONE : "room for filters was not looked for";
            long at = rows.at(row);
            Memory.putInt(at + NETWORK, filter.remote().network());
            Memory.putInt(at + MASK, filter.remote().mask());
            Memory.putShort(at + PORT, filter.remotePort());
            Memory.putInt(at + NEXT, head);
            head = row + 1;
        }
        Memory.putInt(head(mapping) + STAGED, head);
    }

    /** What was set aside holds from now on, instead of what held before. */
    public void apply(int mapping) {
        release(Memory.getInt(head(mapping) + IN_FORCE));
        Memory.putInt(head(mapping) + IN_FORCE, Memory.getInt(head(mapping) + STAGED));
        Memory.putInt(head(mapping) + STAGED, END);
    }

    /** What was set aside is not wanted any more. */
    public void unstage(int mapping) {
        release(Memory.getInt(head(mapping) + STAGED));
        Memory.putInt(head(mapping) + STAGED, END);
    }

    /** The mapping is not explicit any more: nothing holds, and nothing is set aside. */
    public void clear(int mapping) {
        unstage(mapping);
        apply(mapping);
    }

    /** Whether the mapping lets only some peers in. */
    public boolean has(int mapping) {
        return Memory.getInt(head(mapping) + IN_FORCE) != END;
    }

    /** Whether the mapping lets a peer in. */
    public boolean admits(int mapping, int remoteIp, int remotePort) {
        int next = Memory.getInt(head(mapping) + IN_FORCE);
        boolean admits = next == END;
        while (!admits && next != END) {
            long at = rows.at(next - 1);
            int port = Memory.getShort(at + PORT);
            admits =
                    (remoteIp & Memory.getInt(at + MASK)) == Memory.getInt(at + NETWORK)
                            && (port == 0 || port == remotePort);
            next = Memory.getInt(at + NEXT);
        }
        return admits;
    }

    /** Rows in use, those set aside included. */
    public int size() {
        return rows.inUse();
    }

    /** How many rows a mapping has, those set aside included. */
    public int size(int mapping) {
        return length(Memory.getInt(head(mapping) + IN_FORCE))
                + length(Memory.getInt(head(mapping) + STAGED));
    }

    private int length(int head) {
        int length = 0;
        for (int next = head; next != END; next = Memory.getInt(rows.at(next - 1) + NEXT)) {
            length++;
        }
        return length;
    }

    private void release(int head) {
        int next = head;
        while (next != END) {
            int row = next - 1;
            next = Memory.getInt(rows.at(row) + NEXT);
            rows.release(row);
        }
    }

    private long head(int mapping) {
        return heads + (long) mapping * HEADS_BYTES;
    }
}
