package org.portreeve.nat.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Reads and writes off-heap memory by absolute address, as fast as the JIT can make it. There are
 * no bounds: callers check every length against what was received. With {@code
 * -Dportreeve.checkedMemory=true} each access must lie in memory handed out by {@link #allocate} or
 * named by {@link #register}; tests run like that. Any thread.
 *
 * <p>Packet fields are big-endian ({@code u16}, {@code u32}); rows use the machine's order ({@code
 * getInt} and so on).
 */
@SuppressWarnings("restricted") // The one whole-address-space segment is the point of this class.
public final class Memory {
    /** Octets of a cache line: rows are this long and aligned to it. */
    public static final int CACHE_LINE = 64;

    private static final boolean CHECKED = Boolean.getBoolean("portreeve.checkedMemory");
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final ConcurrentSkipListMap<Long, Long> REGIONS = new ConcurrentSkipListMap<>();

    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    /** Where tables lie while it is bound: a simulation starts many nodes in one process. */
    static final ScopedValue<Arena> TABLES = ScopedValue.newInstance();

    private Memory() {}

    /** Zeroed memory aligned to a cache line, never freed: tables live as long as the node. */
    public static long allocate(long bytes) {
        return allocate(TABLES.orElse(Arena.global()), bytes);
    }

    /** Zeroed memory aligned to a cache line that lives as long as the arena. */
    public static long allocate(Arena arena, long bytes) {
        long address = arena.allocate(bytes, CACHE_LINE).address();
        register(address, bytes);
        return address;
    }

    /** Names memory that was had elsewhere, for the checked mode. */
    public static void register(long address, long bytes) {
        if (CHECKED) {
            REGIONS.put(address, bytes);
        }
    }

    /** The memory as a segment, for system calls and tests. */
    public static MemorySegment segment(long address, long bytes) {
        check(address, bytes);
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    public static int u8(long address) {
        check(address, 1);
        return ALL.get(ValueLayout.JAVA_BYTE, address) & 0xff;
    }

    public static void u8(long address, int value) {
        check(address, 1);
        ALL.set(ValueLayout.JAVA_BYTE, address, (byte) value);
    }

    public static int u16(long address) {
        check(address, 2);
        return ALL.get(U16, address) & 0xffff;
    }

    public static void u16(long address, int value) {
        check(address, 2);
        ALL.set(U16, address, (short) value);
    }

    /** Four octets in network order, as an {@code int}: compare unsigned where order matters. */
    public static int u32(long address) {
        check(address, 4);
        return ALL.get(U32, address);
    }

    public static void u32(long address, int value) {
        check(address, 4);
        ALL.set(U32, address, value);
    }

    public static int getShort(long address) {
        check(address, 2);
        return ALL.get(SHORT, address) & 0xffff;
    }

    public static void putShort(long address, int value) {
        check(address, 2);
        ALL.set(SHORT, address, (short) value);
    }

    public static int getInt(long address) {
        check(address, 4);
        return ALL.get(INT, address);
    }

    public static void putInt(long address, int value) {
        check(address, 4);
        ALL.set(INT, address, value);
    }

    public static long getLong(long address) {
        check(address, 8);
        return ALL.get(LONG, address);
    }

    public static void putLong(long address, long value) {
        check(address, 8);
        ALL.set(LONG, address, value);
    }

    /** Copies octets; the ranges do not overlap. */
    public static void copy(long from, long to, long bytes) {
        check(from, bytes);
        check(to, bytes);
        MemorySegment.copy(ALL, from, ALL, to, bytes);
    }

    /** Sets octets to zero; a multiple of eight. */
    public static void clear(long address, long bytes) {
        check(address, bytes);
        for (long at = address; at < address + bytes; at += Long.BYTES) {
            ALL.set(LONG, at, 0L);
        }
    }

    /** Copies a heap array into memory. */
    public static void put(long address, byte[] from, int offset, int bytes) {
        check(address, bytes);
        MemorySegment.copy(from, offset, ALL, ValueLayout.JAVA_BYTE, address, bytes);
    }

    /** Copies memory into a heap array. */
    public static void get(long address, byte[] to, int offset, int bytes) {
        check(address, bytes);
        MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, address, to, offset, bytes);
    }

    private static void check(long address, long bytes) {
        if (CHECKED) {
            var region = REGIONS.floorEntry(address);
            if (region == null || address + bytes > region.getKey() + region.getValue()) {
                throw new IndexOutOfBoundsException(
                        bytes + " octets at " + Long.toHexString(address) + " are nobody's");
            }
        }
    }
}
