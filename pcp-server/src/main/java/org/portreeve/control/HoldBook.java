package org.portreeve.control;

import java.util.Optional;
import java.util.function.IntFunction;
import org.agrona.collections.Long2LongHashMap;
import org.portreeve.nat.InternalTuple;

/**
 * All external ports that rest, by external tuple and by deadline, and the latest one of each
 * internal tuple. Numbers alone, as in {@link LeaseBook}. Bounded by the ports of the pool. Event
 * loop only.
 */
final class HoldBook {
    private static final int LANE = 0;

    private final HoldTable table;
    private final Deadlines deadlines;

    /** Slots, by {@link LeaseBook#order}. */
    private final Long2LongHashMap byInternal = new Long2LongHashMap(Slots.NONE);

    /** Slots, by {@link ExternalTuple#key}. */
    private final Long2LongHashMap byExternal = new Long2LongHashMap(Slots.NONE);

    /** Begins without rests; the function tells subscribers by their index. */
    HoldBook(IntFunction<Subscriber> subscribers) {
        this.table = new HoldTable(subscribers);
        this.deadlines = new Deadlines(1, table::deadlineNs);
    }

    /** Adds a rest; an earlier one of the same external port gives way. */
    void add(Hold hold) {
        findExternal(hold.protocol(), hold.addressIndex(), hold.externalPort())
                .ifPresent(this::remove);
        int slot = table.add(hold);
        deadlines.arm(LANE, slot);
        byExternal.put(externalKey(hold), slot);
        byInternal.put(LeaseBook.order(hold.internal()), slot);
        hold.subscriber().holds++;
        hold.subscriber().setHolds += hold.ofSet() ? 1 : 0;
        hold.subscriber().hadPort = true;
    }

    /**
     * Adds a rest that a start puts back. Of several of an internal tuple the first is found, as it
     * is the one that the translator gives back.
     */
    void restore(Hold hold) {
        long order = LeaseBook.order(hold.internal());
        long first = byInternal.get(order);
        add(hold);
        if (first != Slots.NONE) {
            // Where the new one is, if that took its place.
            byInternal.put(order, first);
        }
    }

    void remove(Hold hold) {
        long slot = byExternal.remove(externalKey(hold));
        assert slot == hold.slot() : "a rest was removed twice";
        long internalKey = LeaseBook.order(hold.internal());
        if (byInternal.get(internalKey) == hold.slot()) {
            byInternal.remove(internalKey);
        }
        deadlines.disarm(LANE, hold.slot());
        table.remove(hold.slot());
        hold.subscriber().holds--;
        hold.subscriber().setHolds -= hold.ofSet() ? 1 : 0;
    }

    /** The latest rest of a port of this internal tuple. */
    Optional<Hold> find(InternalTuple internal) {
        return of(byInternal.get(LeaseBook.order(internal)));
    }

    Optional<Hold> findExternal(int protocol, int addressIndex, int externalPort) {
        long key = ExternalTuple.key(protocol, addressIndex, externalPort);
        return of(byExternal.get(key));
    }

    private Optional<Hold> of(long slot) {
        return slot == Slots.NONE ? Optional.empty() : Optional.of(table.hold((int) slot));
    }

    Optional<Hold> due(long nowNs) {
        return of(deadlines.due(LANE, nowNs));
    }

    int size() {
        return byExternal.size();
    }

    int slotCount() {
        return table.slotCount();
    }

    Optional<Hold> at(int slot) {
        return table.at(slot);
    }

    /** Whether there is one at an external address; looks at all of them. */
    boolean hasAt(int addressIndex) {
        return table.hasAt(addressIndex);
    }

    private static long externalKey(Hold hold) {
        return ExternalTuple.key(hold.protocol(), hold.addressIndex(), hold.externalPort());
    }
}
