package org.portreeve.control;

import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Ports at rest as octets, 40 for each: those that {@link Rows} has of all, and two that are not
 * used. Event loop only.
 */
final class HoldTable {
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
        int slot =
                rows.add(
                        hold.internal(),
                        hold.subscriber(),
                        hold.addressIndex(),
                        hold.externalPort(),
                        hold.nonce(),
                        hold.deadlineNs());
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
        return new Hold(
                slot,
                rows.internal(slot),
                subscribers.apply(rows.subscriber(slot)),
                rows.addressIndex(slot),
                rows.externalPort(slot),
                rows.nonce(slot),
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
