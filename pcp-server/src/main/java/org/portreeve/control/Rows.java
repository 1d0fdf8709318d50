package org.portreeve.control;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.portreeve.nat.InternalTuple;

/**
 * Octets for what a book has of internal tuples, as many for each, by slot. A million objects are
 * what each collection looks through, and copies while they are new; octets are not looked through,
 * and come in pieces that are made once, so that nothing is copied when there are more. What was
 * taken for entries that are gone stays for those that come. Event loop only.
 *
 * <pre>
 *  octets  of each row
 *  8       deadline, monotonic (ns)
 *  4       external address, as a place in the pool
 *  1       marks; 0 of a free row
 *  1, 2    protocol, external port
 *  8, 4    nonce
 *  4, 4, 2 internal address, index of the subscriber, internal port
 *  n       what the table keeps, from {@link #OWN} on
 * </pre>
 */
final class Rows {
    /** Where the octets of a table's own begin. */
    static final int OWN = 38;

    /** The mark of every row that has an entry; a table may use the others. */
    static final int IN_USE = 1;

    private static final int DEADLINE = 0;
    private static final int ADDRESS_INDEX = 8;
    private static final int MARKS = 12;
    private static final int PROTOCOL = 13;
    private static final int EXTERNAL_PORT = 14;
    private static final int NONCE_HIGH = 16;
    private static final int NONCE_LOW = 24;
    private static final int INTERNAL_IP = 28;
    private static final int SUBSCRIBER = 32;
    private static final int INTERNAL_PORT = 36;
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
    int add(
            InternalTuple internal,
            Subscriber subscriber,
            int addressIndex,
            int externalPort,
            Nonce nonce,
            long deadlineNs) {
        assert internal.realm() == InternalTuple.DEFAULT_REALM : "a realm that nobody keeps";
        int slot = slots.take();
        if (slot >> PIECE_BITS == pieceCount) {
            if (pieceCount == pieces.length) {
                pieces = Arrays.copyOf(pieces, 2 * pieceCount);
            }
            pieces[pieceCount++] = ByteBuffer.allocate(PIECE_ROWS * rowBytes);
        }
        ByteBuffer row = piece(slot);
        int at = offset(slot);
        assert row.get(at + MARKS) == 0 : "a row is taken twice";
        row.put(at + MARKS, (byte) IN_USE);
        row.put(at + PROTOCOL, (byte) internal.protocol());
        row.putInt(at + INTERNAL_IP, internal.internalIp());
        row.putShort(at + INTERNAL_PORT, (short) internal.internalPort());
        row.putInt(at + SUBSCRIBER, subscriber.index);
        row.putInt(at + ADDRESS_INDEX, addressIndex);
        row.putShort(at + EXTERNAL_PORT, (short) externalPort);
        nonce(slot, nonce);
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

    InternalTuple internal(int slot) {
        ByteBuffer row = piece(slot);
        int at = offset(slot);
        return InternalTuple.of(
                Byte.toUnsignedInt(row.get(at + PROTOCOL)),
                row.getInt(at + INTERNAL_IP),
                Short.toUnsignedInt(row.getShort(at + INTERNAL_PORT)));
    }

    /** The index of the subscriber. */
    int subscriber(int slot) {
        return piece(slot).getInt(offset(slot) + SUBSCRIBER);
    }

    int externalPort(int slot) {
        return Short.toUnsignedInt(piece(slot).getShort(offset(slot) + EXTERNAL_PORT));
    }

    Nonce nonce(int slot) {
        ByteBuffer row = piece(slot);
        int at = offset(slot);
        return new Nonce(row.getLong(at + NONCE_HIGH), row.getInt(at + NONCE_LOW));
    }

    void nonce(int slot, Nonce nonce) {
        piece(slot).putLong(offset(slot) + NONCE_HIGH, nonce.high());
        piece(slot).putInt(offset(slot) + NONCE_LOW, nonce.low());
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
