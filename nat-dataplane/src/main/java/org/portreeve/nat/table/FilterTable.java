package org.portreeve.nat.table;

import java.util.BitSet;
import java.util.List;
import org.portreeve.nat.PeerFilter;
import org.portreeve.nat.memory.Memory;

/**
 * Whom the explicit mappings let in (RFC 6887 §13.3): for each mapping a chain of rows that is in
 * force, and one that was set aside to take its place. A mapping without a chain lets everybody in.
 * The mappings of a set have one chain together. Setting aside is what can fail, so that what was
 * promised can be put in force at once. Owned by the shard thread.
 *
 * <pre>
 *  0 network (4) | mask (4)
 *  8 port (2), 0 for every port | in a chain's first row: mappings that have it (2)
 * 12 the next row of the chain, plus one (4)
 * </pre>
 */
public final class FilterTable {
    private static final int ROW_BYTES = 16;
    private static final int NETWORK = 0;
    private static final int MASK = 4;
    private static final int PORT = 8;
    private static final int HOLDERS = 10;
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
        addHolders(head, 1);
        Memory.putInt(head(mapping) + STAGED, head);
    }

    /** Sets aside for a mapping what was set aside for another; it takes no further row. */
    public void share(int mapping, int other) {
        unstage(mapping);
        int head = Memory.getInt(head(other) + STAGED);
        addHolders(head, 1);
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

    /** How many rows a mapping has, alone or with others, those set aside included. */
    public int size(int mapping) {
        return length(Memory.getInt(head(mapping) + IN_FORCE))
                + length(Memory.getInt(head(mapping) + STAGED));
    }

    /** Marks the rows that a mapping has, alone or with others, those set aside included. */
    public void mark(int mapping, BitSet marked) {
        mark(marked, Memory.getInt(head(mapping) + IN_FORCE));
        mark(marked, Memory.getInt(head(mapping) + STAGED));
    }

    private void mark(BitSet marked, int head) {
        for (int next = head; next != END; next = Memory.getInt(rows.at(next - 1) + NEXT)) {
            marked.set(next - 1);
        }
    }

    private int length(int head) {
        int length = 0;
        for (int next = head; next != END; next = Memory.getInt(rows.at(next - 1) + NEXT)) {
            length++;
        }
        return length;
    }

    private void release(int head) {
        int next = addHolders(head, -1) == 0 ? head : END;
        while (next != END) {
            int row = next - 1;
            next = Memory.getInt(rows.at(row) + NEXT);
            rows.release(row);
        }
    }

    /** How many mappings have a chain now. */
    private int addHolders(int head, int change) {
        if (head == END) {
            return 0;
        }
        long at = rows.at(head - 1) + HOLDERS;
        int holders = Memory.getShort(at) + change;
        Memory.putShort(at, holders);
        return holders;
    }

    private long head(int mapping) {
        return heads + (long) mapping * HEADS_BYTES;
    }
}
