package org.portreeve.control;

import java.util.Optional;
import org.agrona.collections.Long2LongHashMap;
import org.portreeve.nat.InternalTuple;

/**
 * All external ports that rest, by external tuple and by deadline, and the latest one of each
 * internal tuple. Bounded by the ports of the pool. Event loop only.
 */
final class HoldBook {
    private static final int LANE = 0;

    private final DeadlineBook<Hold> deadlines = new DeadlineBook<>(1);

    /** The slots of {@link #deadlines}, as by external tuple. */
    private final Long2LongHashMap byInternal = new Long2LongHashMap(Booked.NONE);

    private final Long2LongHashMap byExternal = new Long2LongHashMap(Booked.NONE);

    /** Adds a rest; an earlier one of the same external port gives way. */
    void add(Hold hold) {
        findExternal(hold.protocol(), hold.addressIndex, hold.externalPort).ifPresent(this::remove);
        deadlines.add(LANE, hold);
        byExternal.put(externalKey(hold), hold.slot);
        byInternal.put(hold.order(), hold.slot);
        hold.subscriber.holds++;
        hold.subscriber.setHolds += hold.ofSet ? 1 : 0;
        hold.subscriber.hadPort = true;
    }

    /**
     * Adds a rest that a start puts back. Of several of an internal tuple the first is found, as it
     * is the one that the translator gives back.
     */
    void restore(Hold hold) {
        Optional<Hold> first = find(hold.internal());
        add(hold);
        first.ifPresent(found -> byInternal.put(found.order(), found.slot));
    }

    void remove(Hold hold) {
        byExternal.remove(externalKey(hold));
        long internalKey = hold.order();
        if (byInternal.get(internalKey) == hold.slot) {
            byInternal.remove(internalKey);
        }
        deadlines.remove(LANE, hold);
        hold.subscriber.holds--;
        hold.subscriber.setHolds -= hold.ofSet ? 1 : 0;
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
        return slot == Booked.NONE ? Optional.empty() : deadlines.at((int) slot);
    }

    Optional<Hold> due(long nowNs) {
        return deadlines.due(LANE, nowNs);
    }

    int size() {
        return byExternal.size();
    }

    int slotCount() {
        return deadlines.slotCount();
    }

    Optional<Hold> at(int slot) {
        return deadlines.at(slot);
    }

    private static long externalKey(Hold hold) {
        return ExternalTuple.key(hold.protocol(), hold.addressIndex, hold.externalPort);
    }
}
