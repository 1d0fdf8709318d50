package org.portreeve.control.store.sql;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Recent entries that are put in the order of their {@link PortKey}s; those of one key stay as they
 * came. They are outside the heap: the collector would copy as much as a node of many leases has.
 * One thread.
 */
final class StagedEntries implements AutoCloseable {
    private static final int DIGIT_BITS = 13;
    private static final int DIGITS = 1 << DIGIT_BITS;

    /** A key, and where the entry lies: the number of its stretch and its place there. */
    private static final int SLOT_BYTES = 16;

    private final Arena arena = Arena.ofShared();
    private final List<ByteBuffer> stretches = new ArrayList<>();
    private long bytes;
    private int count;
    private MemorySegment slots = MemorySegment.NULL;
    private MemorySegment spare = MemorySegment.NULL;
    private int sortedBits;
    private int next;

    /** Takes the entries of a stretch over. */
    void add(PackedRow stretch) throws SQLException {
        stretch.forEach(_ -> count++);
        ByteBuffer octets = stretch.octets();
        ByteBuffer copy = arena.allocate(octets.limit()).asByteBuffer();
        stretches.add(copy.put(octets.duplicate()).flip());
        bytes += octets.limit();
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Octets that they take, with what is needed to put them in order. */
    long bytes() {
        return bytes + 2L * SLOT_BYTES * count;
    }

    /**
     * Puts them in order, a part at a time. Nothing may be added any more.
     *
     * @return whether they are not in order yet
     */
    boolean sort() {
        if (slots.byteSize() == 0) {
            slots = slotted();
            spare = arena.allocate(slots.byteSize(), SLOT_BYTES);
            return true;
        }
        scatter(slots, spare, sortedBits);
        MemorySegment sorted = spare;
        spare = slots;
        slots = sorted;
        sortedBits += DIGIT_BITS;
        return sortedBits < PortKey.BITS;
    }

    private MemorySegment slotted() {
        MemorySegment unsorted = arena.allocate((long) SLOT_BYTES * count, SLOT_BYTES);
        var filler =
                new Object() {
                    int slot;
                };
        for (int i = 0; i < stretches.size(); i++) {
            long stretch = (long) i << Integer.SIZE;
            StretchCodec.forEach(
                    stretches.get(i),
                    entry -> put(unsorted, filler.slot++, entry.key(), stretch | entry.at()));
        }
        return unsorted;
    }

    /** Moves them to the order of one digit, and leaves those alike in that as they are. */
    private void scatter(MemorySegment from, MemorySegment to, int shift) {
        int[] places = new int[DIGITS + 1];
        for (int i = 0; i < count; i++) {
            places[digit(key(from, i), shift) + 1]++;
        }
        for (int digit = 0; digit < DIGITS; digit++) {
            places[digit + 1] += places[digit];
        }
        for (int i = 0; i < count; i++) {
            long key = key(from, i);
            put(to, places[digit(key, shift)]++, key, where(from, i));
        }
    }

    private static int digit(long key, int shift) {
        return (int) (key >>> shift) & DIGITS - 1;
    }

    private static void put(MemorySegment slots, int slot, long key, long where) {
        slots.setAtIndex(JAVA_LONG, 2L * slot, key);
        slots.setAtIndex(JAVA_LONG, 2L * slot + 1, where);
    }

    private static long key(MemorySegment slots, int slot) {
        return slots.getAtIndex(JAVA_LONG, 2L * slot);
    }

    private static long where(MemorySegment slots, int slot) {
        return slots.getAtIndex(JAVA_LONG, 2L * slot + 1);
    }

    boolean hasNext() {
        return next < count;
    }

    /** The key of the next entry. */
    long nextKey() {
        return key(slots, next);
    }

    PackedEntry next() {
        long where = where(slots, next++);
        return new PackedEntry(stretches.get((int) (where >>> Integer.SIZE)), (int) where);
    }

    /** Gives the memory back; entries must not be looked at any more. */
    @Override
    public void close() {
        arena.close();
    }
}
