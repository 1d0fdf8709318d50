package org.portreeve.nat.shard;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.portreeve.nat.io.PacketBatch;
import org.portreeve.nat.memory.Memory;

/**
 * Packets on their way from one shard to another, copied into a bounded off-heap ring: one producer
 * thread, one consumer thread, nothing allocated. A record is a header line (length, or the mark
 * that the ring wraps here; kind), then the packet with its headroom.
 */
final class HandoverRing {
    /** A packet of a subscriber, as it came. */
    static final int FROM_INSIDE = 0;

    /** A packet from the Internet, as it came. */
    static final int FROM_OUTSIDE = 1;

    /** A packet of a subscriber to a pool address, already translated outbound. */
    static final int HAIRPIN = 2;

    /** A packet of a subscriber that its former shard has nothing of. */
    static final int FROM_FORMER = 3;

    private static final int RING_BYTES = 1 << 20;
    private static final int HEADER_BYTES = Memory.CACHE_LINE - PacketBatch.HEADROOM;
    private static final int WRAP = -1;
    private static final VarHandle PRODUCED;
    private static final VarHandle CONSUMED;

    static {
        try {
            var lookup = MethodHandles.lookup();
            PRODUCED = lookup.findVarHandle(HandoverRing.class, "produced", long.class);
            CONSUMED = lookup.findVarHandle(HandoverRing.class, "consumed", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long base = Memory.allocate(RING_BYTES);
    private long produced;
    private long consumed;

    /** Copies a packet with its headroom in; false when there is no room. Producer thread. */
    boolean offer(int kind, long packet, int lengthBytes) {
        int record = recordBytes(lengthBytes);
        int at = (int) produced & RING_BYTES - 1;
        int toEnd = RING_BYTES - at;
        int needed = record <= toEnd ? record : toEnd + record;
        if (produced + needed - (long) CONSUMED.getAcquire(this) > RING_BYTES) {
            return false;
        }
        if (record > toEnd) {
            Memory.putInt(base + at, WRAP);
            at = 0;
        }
        Memory.putInt(base + at, lengthBytes);
        Memory.putInt(base + at + 4, kind);
        long from = packet - PacketBatch.HEADROOM;
        Memory.copy(from, base + at + HEADER_BYTES, lengthBytes + PacketBatch.HEADROOM);
        PRODUCED.setRelease(this, produced + needed);
        return true;
    }

    /** Where the oldest packet begins, or 0 when there is none. Consumer thread. */
    long peek() {
        if (consumed == (long) PRODUCED.getAcquire(this)) {
            return 0;
        }
        int at = (int) consumed & RING_BYTES - 1;
        if (Memory.getInt(base + at) == WRAP) {
            CONSUMED.setRelease(this, consumed + RING_BYTES - at);
            at = 0;
        }
        return base + at + Memory.CACHE_LINE;
    }

    /** The length of the packet that {@link #peek} gave. */
    static int lengthBytes(long packet) {
        return Memory.getInt(packet - Memory.CACHE_LINE);
    }

    /** The kind of the packet that {@link #peek} gave. */
    static int kind(long packet) {
        return Memory.getInt(packet - Memory.CACHE_LINE + 4);
    }

    /** Frees the place of the packet that {@link #peek} gave. Consumer thread. */
    void pop(long packet) {
        CONSUMED.setRelease(this, consumed + recordBytes(lengthBytes(packet)));
    }

    private static int recordBytes(int lengthBytes) {
        int bytes = HEADER_BYTES + PacketBatch.HEADROOM + lengthBytes;
        return (bytes + Memory.CACHE_LINE - 1) & -Memory.CACHE_LINE;
    }
}
