package org.portreeve.control;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Leases in the order of their first internal tuples ({@link Lease#order}), no two of which are the
 * same. Their slots stand on shelves of a bounded size, and each of them and each shelf beside its
 * number in the order, so that a search, and the collector, read numbers alone: some 20 octets for
 * each lease, when most are there. Every step is O(log n) but for what is moved on one shelf, or of
 * the shelves when one is put up or taken away. Event loop only.
 */
final class LeaseOrder {
    /** Leases of a shelf that becomes two. */
    private static final int SHELF = 128;

    /** The least order that each shelf may have; the one at 0 is always there. */
    private long[] firsts = new long[16];

    private Shelf[] shelves = new Shelf[16];
    private int shelfCount = 1;
    private int size;
    private final IntFunction<Lease> leases;

    /** Begins without leases; {@code leases} are those of the slots that are added. */
    LeaseOrder(IntFunction<Lease> leases) {
        this.leases = leases;
        shelves[0] = new Shelf(new long[0], new int[0]);
    }

    /** Adds a lease that has a slot. */
    void add(Lease lease) {
        int at = shelfOf(lease.order());
        Shelf shelf = shelves[at];
        shelf.add(lease);
        size++;
        if (shelf.count == SHELF) {
            split(at);
        }
    }

    private void split(int at) {
        Shelf full = shelves[at];
        makeRoom();
        System.arraycopy(firsts, at + 1, firsts, at + 2, shelfCount - at - 1);
        System.arraycopy(shelves, at + 1, shelves, at + 2, shelfCount - at - 1);
        shelfCount++;
        shelves[at] = full.part(0, SHELF / 2);
        shelves[at + 1] = full.part(SHELF / 2, SHELF);
        firsts[at + 1] = shelves[at + 1].orders[0];
    }

    private void makeRoom() {
        if (shelfCount == shelves.length) {
            firsts = Arrays.copyOf(firsts, grown(shelfCount));
            shelves = Arrays.copyOf(shelves, grown(shelfCount));
        }
    }

    /** Removes a lease that is there. */
    void remove(Lease lease) {
        int at = shelfOf(lease.order());
        shelves[at].remove(lease);
        size--;
        if (shelves[at].count == 0 && at > 0) {
            shelfCount--;
            System.arraycopy(firsts, at + 1, firsts, at, shelfCount - at);
            System.arraycopy(shelves, at + 1, shelves, at, shelfCount - at);
            shelves[shelfCount] = null;
        }
    }

    int size() {
        return size;
    }

    /** The last lease at a place in the order or before it. */
    Optional<Lease> atOrBefore(long order) {
        int at = shelfOf(order);
        int after = shelves[at].firstAfter(order);
        if (after > 0) {
            return Optional.of(leases.apply(shelves[at].slots[after - 1]));
        }
        // A shelf without its first leases says nothing about those of the shelf before.
        boolean hasBefore = at > 0 && shelves[at - 1].count > 0;
        return hasBefore ? Optional.of(leases.apply(shelves[at - 1].last())) : Optional.empty();
    }

    /** The first leases after one place in the order, up to another. */
    List<Lease> range(long afterOrder, long lastOrder, int limit) {
        List<Lease> found = new ArrayList<>();
        for (int at = shelfOf(Math.max(0, afterOrder)); at < shelfCount; at++) {
            Shelf shelf = shelves[at];
            for (int i = shelf.firstAfter(afterOrder); i < shelf.count; i++) {
                if (shelf.orders[i] > lastOrder || found.size() == limit) {
                    return found;
                }
                found.add(leases.apply(shelf.slots[i]));
            }
        }
        return found;
    }

    /** Where the shelf stands that has a place in the order. */
    private int shelfOf(long order) {
        return firstAfter(firsts, shelfCount, order) - 1;
    }

    /** Where those after a place in the order begin. */
    private static int firstAfter(long[] orders, int count, long order) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (orders[middle] <= order) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static int grown(int length) {
        return length + (length >> 1) + 1;
    }

    /** The slots of some leases that follow each other, each beside its number. */
    private static final class Shelf {
        private long[] orders;
        private int[] slots;
        private int count;

        Shelf(long[] orders, int[] slots) {
            this.orders = orders;
            this.slots = slots;
            this.count = orders.length;
        }

        /** A copy: a shelf that was full once keeps its room. */
        Shelf part(int from, int to) {
            return new Shelf(
                    Arrays.copyOfRange(orders, from, to), Arrays.copyOfRange(slots, from, to));
        }

        void add(Lease lease) {
            if (count == orders.length) {
                orders = Arrays.copyOf(orders, grown(count));
                slots = Arrays.copyOf(slots, grown(count));
            }
            int at = firstAfter(lease.order());
            System.arraycopy(orders, at, orders, at + 1, count - at);
            System.arraycopy(slots, at, slots, at + 1, count - at);
            orders[at] = lease.order();
            slots[at] = lease.slot;
            count++;
        }

        void remove(Lease lease) {
            int at = firstAfter(lease.order()) - 1;
            assert at >= 0 && slots[at] == lease.slot : "a lease was not in its place";
            count--;
            System.arraycopy(orders, at + 1, orders, at, count - at);
            System.arraycopy(slots, at + 1, slots, at, count - at);
        }

        int last() {
            return slots[count - 1];
        }

        int firstAfter(long order) {
            return LeaseOrder.firstAfter(orders, count, order);
        }
    }
}
