package org.portreeve.nat.io;

import org.portreeve.nat.memory.Memory;

/**
 * Packets received together, back to back in one off-heap arena so that small ones stay in the
 * cache. A batch ends at {@link #MAX_PACKETS} or when another 64 KB packet might not fit. Owned by
 * the shard thread.
 */
public final class PacketBatch {
    /** Packets of a batch: enough to overlap the cache misses of a table look-up. */
    public static final int MAX_PACKETS = 64;

    /** Octets before each IPv4 header: the virtio-net header of 10 octets, at the end of them. */
    public static final int HEADROOM = 16;

    /** Octets of the virtio-net header, directly before the IPv4 header. */
    public static final int VNET_HEADER = 10;

    /** The longest packet, and so the place that must be left to receive another. */
    public static final int MAX_PACKET_BYTES = 65_536;

    private static final int ARENA_BYTES = 512 * 1024;

    private final long arena = Memory.allocate(ARENA_BYTES);
    private final long[] addresses = new long[MAX_PACKETS];
    private final int[] lengths = new int[MAX_PACKETS];
    private final byte[] sides = new byte[MAX_PACKETS];
    private int count;
    private long next = arena;

    /** Forgets the packets; their memory is used again. */
    public void clear() {
        count = 0;
        next = arena;
    }

    /** Whether one more packet of any length fits. */
    public boolean hasRoom() {
        return count < MAX_PACKETS && next + HEADROOM + MAX_PACKET_BYTES <= arena + ARENA_BYTES;
    }

    /** Where the IPv4 header of the next packet is to be written; the headroom is before it. */
    public long place() {
        return next + HEADROOM;
    }

    /** Adds the packet that was written at {@link #place}. */
    public void add(int side, int lengthBytes) {
        addresses[count] = place();
        lengths[count] = lengthBytes;
        sides[count] = (byte) side;
        count++;
        next = (place() + lengthBytes + Memory.CACHE_LINE - 1) & -Memory.CACHE_LINE;
    }

    public int count() {
        return count;
    }

    /** Where the IPv4 header of packet {@code index} begins. */
    public long address(int index) {
        return addresses[index];
    }

    public int lengthBytes(int index) {
        return lengths[index];
    }

    /** {@link PacketPort#INSIDE} or {@link PacketPort#OUTSIDE}. */
    public int side(int index) {
        return sides[index];
    }
}
