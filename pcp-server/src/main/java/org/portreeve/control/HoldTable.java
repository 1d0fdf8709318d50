package org.portreeve.control;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.IntFunction;
import org.portreeve.nat.InternalTuple;

/**
 * Ports at rest as octets, 40 for each. Event loop only.
 *
 * <pre>
 *  octets  of a row, after those of {@link Rows}
 *  1       protocol
 *  2       external port
 *  8, 4    nonce
 *  4       internal address
 *  4       index of the subscriber
 *  2       internal port
 * </pre>
 */
final class HoldTable {
    private static final int PROTOCOL = Rows.OWN;
    private static final int EXTERNAL_PORT = 14;
    private static final int NONCE_HIGH = 16;
    private static final int NONCE_LOW = 24;
    private static final int INTERNAL_IP = 28;
    private static final int SUBSCRIBER = 32;
    private static final int INTERNAL_PORT = 36;
    private static final int ROW_BYTES = 40;

    private static final int OF_SET = 2;

    private final IntFunction<Subscriber> subscribers;
    private final Rows rows = new Rows(ROW_BYTES);

    /** Begins without ports; the function tells subscribers by their index. */
    HoldTable(IntFunction<Subscriber> subscribers) {
        this.subscribers = subscribers;
    }

    /** Takes a port and returns its slot. */
    int add(Hold hold) {
        assert hold.internal().realm() == InternalTuple.DEFAULT_REALM : "a realm that nobody keeps";
        int slot = rows.add(hold.addressIndex(), hold.deadlineNs());
        ByteBuffer row = rows.piece(slot);
        int at = rows.offset(slot);
        row.putLong(at + NONCE_HIGH, hold.nonce().high());
        row.putInt(at + NONCE_LOW, hold.nonce().low());
        row.putInt(at + INTERNAL_IP, hold.internal().internalIp());
        row.putShort(at + INTERNAL_PORT, (short) hold.internal().internalPort());
        row.putShort(at + EXTERNAL_PORT, (short) hold.externalPort());
        row.putInt(at + SUBSCRIBER, hold.subscriber().index);
        row.put(at + PROTOCOL, (byte) hold.protocol());
        rows.mark(slot, OF_SET, hold.ofSet());
        return slot;
    }

    /** Gives back the row of a port. */
    void remove(int slot) {
        rows.remove(slot);
    }

    /** The port of a slot that is in use. */
    Hold hold(int slot) {
        assert rows.isInUse(slot) : "a slot without a port";
        ByteBuffer row = rows.piece(slot);
        int at = rows.offset(slot);
        return new Hold(
                slot,
                InternalTuple.of(
                        Byte.toUnsignedInt(row.get(at + PROTOCOL)),
                        row.getInt(at + INTERNAL_IP),
                        Short.toUnsignedInt(row.getShort(at + INTERNAL_PORT))),
                subscribers.apply(row.getInt(at + SUBSCRIBER)),
                rows.addressIndex(slot),
                Short.toUnsignedInt(row.getShort(at + EXTERNAL_PORT)),
                new Nonce(row.getLong(at + NONCE_HIGH), row.getInt(at + NONCE_LOW)),
                rows.isMarked(slot, OF_SET),
                rows.deadlineNs(slot));
    }

    /** The port of a slot, if it is in use. */
    Optional<Hold> at(int slot) {
        return rows.isInUse(slot) ? Optional.of(hold(slot)) : Optional.empty();
    }

    long deadlineNs(int slot) {
        return rows.deadlineNs(slot);
    }

    /** Whether a port of an external address rests; looks at all of them. */
    boolean hasAt(int addressIndex) {
        return rows.at(addressIndex).findAny().isPresent();
    }

    /** Slots in use and free ones between them. */
    int slotCount() {
        return rows.slotCount();
    }
}
