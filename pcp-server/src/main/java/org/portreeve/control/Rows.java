package org.portreeve.control;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Octets for entries of a book, as many for each, by slot. A million objects are what each
 * collection looks through, and copies while they are new; octets are not looked through, and come
 * in pieces that are made once, so that nothing is copied when there are more. What was taken for
 * entries that are gone stays for those that come. Event loop only.
 *
 * <pre>
 *  octets  of each row
 *  8       deadline, monotonic (ns)
 *  4       external address, as a place in the pool
 *  1       marks; 0 of a free row
 *  n       what the table keeps, from {@link #OWN} on
 * </pre>
 */
final class Rows {
    /** Where the octets of a table's own begin. */
    static final int OWN = 13;

    /** The mark of every row that has an entry; a table may use the others. */
    static final int IN_USE = 1;

    private static final int DEADLINE = 0;
    private static final int ADDRESS_INDEX = 8;
    private static final int MARKS = 12;
    private static final int PIECE_BITS = 12;
    private static final int PIECE_ROWS = 1 << PIECE_BITS;

    private final int rowBytes;
    private final Slots slots = new Slots();
    private ByteBuffer[] pieces = new ByteBuffer[16];
    private int pieceCount;

    /** Begins without rows. */
    Rows(int rowBytes) {
        this.rowBytes = rowBytes;
    }

    /** Takes a row, of whose other octets nothing is known; it has the mark of its use alone. */
    int add(int addressIndex, long deadlineNs) {
        int slot = slots.take();
        if (slot >> PIECE_BITS == pieceCount) {
            if (pieceCount == pieces.length) {
                pieces = Arrays.copyOf(pieces, 2 * pieceCount);
            }
            pieces[pieceCount++] = ByteBuffer.allocate(PIECE_ROWS * rowBytes);
        }
        ByteBuffer piece = piece(slot);
        assert piece.get(offset(slot) + MARKS) == 0 : "a row is taken twice";
        piece.putInt(offset(slot) + ADDRESS_INDEX, addressIndex);
        piece.put(offset(slot) + MARKS, (byte) IN_USE);
        deadlineNs(slot, deadlineNs);
        return slot;
    }

    /** Gives a row back. */
    void remove(int slot) {
        assert isInUse(slot) : "a row is given back twice";
        piece(slot).put(offset(slot) + MARKS, (byte) 0);
        slots.free(slot);
    }

    /** The piece that has a row; its octets are from {@link #offset} on. */
    ByteBuffer piece(int slot) {
        return pieces[slot >> PIECE_BITS];
    }

    /** Where a row begins in its piece. */
    int offset(int slot) {
        return (slot & (PIECE_ROWS - 1)) * rowBytes;
    }

    boolean isInUse(int slot) {
        return isMarked(slot, IN_USE);
    }

    boolean isMarked(int slot, int mark) {
        return (piece(slot).get(offset(slot) + MARKS) & mark) != 0;
    }

    void mark(int slot, int mark, boolean isSet) {
        assert isInUse(slot) : "a row without an entry is marked";
        int at = offset(slot) + MARKS;
        int others = piece(slot).get(at) & ~mark;
        piece(slot).put(at, (byte) (isSet ? others | mark : others));
    }

    long deadlineNs(int slot) {
        return piece(slot).getLong(offset(slot) + DEADLINE);
    }

    void deadlineNs(int slot, long deadlineNs) {
        piece(slot).putLong(offset(slot) + DEADLINE, deadlineNs);
    }

    int addressIndex(int slot) {
        return piece(slot).getInt(offset(slot) + ADDRESS_INDEX);
    }

    /** The slots that are in use at an external address; looks at all of them. */
    IntStream at(int addressIndex) {
        return IntStream.range(0, slotCount())
                .filter(slot -> isInUse(slot) && addressIndex(slot) == addressIndex);
    }

    /** Rows in use and free ones between them. */
    int slotCount() {
        return slots.count();
    }
}
