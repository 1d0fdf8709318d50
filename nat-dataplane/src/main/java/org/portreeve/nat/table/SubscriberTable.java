package org.portreeve.nat.table;

import org.portreeve.nat.config.Pool;
import org.portreeve.nat.memory.Memory;

/**
 * What a shard knows of each subscriber, by the subscriber's index: its use of what quotas limit
 * and its blocks. Owned by the shard thread.
 *
 * <pre>
 *  0 ports (4) | sessions (4) | ports of static mappings (4)
 * 12 sessions that outside hosts opened (4) | kept TCP ports (2) | kept UDP ports (2)
 * 20 explicit mappings (4) | blocks (4) | block that is pending (4), plus 1
 * 32 session rate: theoretical arrival time (8)
 * 40 session rate: the interval it was counted with (8)
 * 48 ports of each protocol, by its index (3 x 4) | spare (4)
 * 64 block indexes (16 x 4)
 * </pre>
 */
public final class SubscriberTable {
    /** No block is pending. */
    public static final int NONE = -1;

    private static final int ROW_BYTES = 2 * Memory.CACHE_LINE;
    private static final int PORTS = 0;
    private static final int SESSIONS = 4;
    private static final int STATIC_PORTS = 8;
    private static final int INBOUND_SESSIONS = 12;
    private static final int KEPT_PORTS = 16;
    private static final int EXPLICIT = 20;
    private static final int BLOCKS = 24;
    private static final int PENDING_BLOCK = 28;
    private static final int RATE = 32;
    private static final int RATE_INTERVAL = 40;
    private static final int PORTS_OF = 48;
    private static final int BLOCK_LIST = 64;

    private final long base;

    public SubscriberTable(int capacity) {
        base = Memory.allocate((long) capacity * ROW_BYTES);
    }

    /** External ports and identifiers, resting ones included, those of static mappings not. */
    public int ports(int subscriber) {
        return Memory.getInt(at(subscriber) + PORTS);
    }

    /** Those of them that are of one protocol. */
    public int ports(int subscriber, int protocolIndex) {
        return Memory.getInt(at(subscriber) + PORTS_OF + 4L * protocolIndex);
    }

    public void addPorts(int subscriber, int protocolIndex, int change) {
        add(at(subscriber) + PORTS, change);
        add(at(subscriber) + PORTS_OF + 4L * protocolIndex, change);
    }

    /** External ports of static mappings. */
    public int staticPorts(int subscriber) {
        return Memory.getInt(at(subscriber) + STATIC_PORTS);
    }

    public void addStaticPorts(int subscriber, int change) {
        add(at(subscriber) + STATIC_PORTS, change);
    }

    /** Ports of the incoming range that it has of those kept for it; TCP or UDP. */
    public int keptPorts(int subscriber, int protocolIndex) {
        return Memory.getShort(at(subscriber) + KEPT_PORTS + 2L * protocolIndex);
    }

    public void addKeptPorts(int subscriber, int protocolIndex, int change) {
        long at = at(subscriber) + KEPT_PORTS + 2L * protocolIndex;
        Memory.putShort(at, Memory.getShort(at) + change);
    }

    public int sessions(int subscriber) {
        return Memory.getInt(at(subscriber) + SESSIONS);
    }

    public void addSessions(int subscriber, int change) {
        add(at(subscriber) + SESSIONS, change);
    }

    /** Those of the sessions that outside hosts opened. */
    public int inboundSessions(int subscriber) {
        return Memory.getInt(at(subscriber) + INBOUND_SESSIONS);
    }

    public void addInboundSessions(int subscriber, int change) {
        add(at(subscriber) + INBOUND_SESSIONS, change);
    }

    /** Explicit mappings, those not yet durable included. */
    public int explicitMappings(int subscriber) {
        return Memory.getInt(at(subscriber) + EXPLICIT);
    }

    public void addExplicitMappings(int subscriber, int change) {
        add(at(subscriber) + EXPLICIT, change);
    }

    /** Whether nothing of the subscriber is left. */
    public boolean isIdle(int subscriber) {
        return ports(subscriber) == 0 && staticPorts(subscriber) == 0 && blocks(subscriber) == 0;
    }

    public int blocks(int subscriber) {
        return Memory.getInt(at(subscriber) + BLOCKS);
    }

    public int block(int subscriber, int position) {
        return Memory.getInt(at(subscriber) + BLOCK_LIST + 4L * position);
    }

    public void addBlock(int subscriber, int block) {
        int count = blocks(subscriber);
        assert count < Pool.Block.MAX_BLOCKS : "a block has no place in its subscriber's row";
        Memory.putInt(at(subscriber) + BLOCK_LIST + 4L * count, block);
        Memory.putInt(at(subscriber) + BLOCKS, count + 1);
    }

    public void removeBlock(int subscriber, int block) {
        int last = blocks(subscriber) - 1;
        for (int position = 0; position <= last; position++) {
            if (block(subscriber, position) == block) {
                Memory.putInt(at(subscriber) + BLOCK_LIST + 4L * position, block(subscriber, last));
                Memory.putInt(at(subscriber) + BLOCKS, last);
                return;
            }
        }
        throw new AssertionError("subscriber " + subscriber + " has no block " + block);
    }

    /** The block that waits for its record, or {@link #NONE}. */
    public int pendingBlock(int subscriber) {
        return Memory.getInt(at(subscriber) + PENDING_BLOCK) - 1;
    }

    public void pendingBlock(int subscriber, int block) {
        Memory.putInt(at(subscriber) + PENDING_BLOCK, block + 1);
    }

    /** Takes a token for a new session: one every {@code intervalNs}, {@code burst} at once. */
    public boolean takeSessionToken(int subscriber, long nowNs, long intervalNs, int burst) {
        long row = at(subscriber);
        long beforeNs = Memory.getLong(row + RATE_INTERVAL);
        if (beforeNs != intervalNs) {
            if (beforeNs != 0) {
                TokenBucket.rescale(row + RATE, nowNs, beforeNs, intervalNs);
            }
            Memory.putLong(row + RATE_INTERVAL, intervalNs);
        }
        return TokenBucket.take(row + RATE, nowNs, intervalNs, burst);
    }

    /** Clears the row of a subscriber that is gone. */
    public void forget(int subscriber) {
        Memory.clear(at(subscriber), ROW_BYTES);
    }

    private long at(int subscriber) {
        return base + (long) subscriber * ROW_BYTES;
    }

    private static void add(long at, int change) {
        Memory.putInt(at, Memory.getInt(at) + change);
    }
}
