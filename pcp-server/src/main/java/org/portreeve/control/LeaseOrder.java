package org.portreeve.control;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Slots of leases in the order of their first internal tuples ({@link LeaseBook#order}), no two of
 * which are the same. They stand on shelves of a bounded size, and each of them and each shelf
 * beside its number in the order, so that a search, and the collector, read numbers alone: some 20
 * octets for each lease, when most are there. Every step is O(log n) but for what is moved on one
 * shelf, or of the shelves when one is put up or taken away. Event loop only.
 */
final class LeaseOrder {
    /** Leases of a shelf that becomes two. */
    private static final int SHELF = 128;

    /** The least order that each shelf may have; the one at 0 is always there. */
    private long[] firsts = new long[16];

    private Shelf[] shelves = new Shelf[16];
    private int shelfCount = 1;
    private int size;

    LeaseOrder() {
        shelves[0] = new Shelf(new long[0], new int[0]);
    }

    /** Adds a slot at a place in the order where there is none. */
    void add(long order, int slot) {
        int at = shelfOf(order);
        Shelf shelf = shelves[at];
        shelf.add(order, slot);
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
            firsts = Arrays.copyOf(firsts, Slots.grown(shelfCount));
            shelves = Arrays.copyOf(shelves, Slots.grown(shelfCount));
        }
    }

    /** Removes the slot that is there. */
    void remove(long order, int slot) {
        int at = shelfOf(order);
        shelves[at].remove(order, slot);
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

    /** The last slot at a place in the order or before it, or {@link Slots#NONE}. */
    int atOrBefore(long order) {
        int at = shelfOf(order);
        int after = shelves[at].firstAfter(order);
        if (after > 0) {
            return shelves[at].slots[after - 1];
        }
        // A shelf without its first leases says nothing about those of the shelf before.
        boolean hasBefore = at > 0 && shelves[at - 1].count > 0;
        return hasBefore ? shelves[at - 1].last() : Slots.NONE;
    }

    /** Hands over the slots after one place in the order, up to another, while they are wanted. */
    void range(long afterOrder, long lastOrder, IntPredicate goesOn) {
        for (int at = shelfOf(Math.max(0, afterOrder)); at < shelfCount; at++) {
            Shelf shelf = shelves[at];
            for (int i = shelf.firstAfter(afterOrder); i < shelf.count; i++) {
                if (shelf.orders[i] > lastOrder || !goesOn.test(shelf.slots[i])) {
                    return;
                }
            }
        }
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

        void add(long order, int slot) {
            if (count == orders.length) {
                orders = Arrays.copyOf(orders, Slots.grown(count));
                slots = Arrays.copyOf(slots, Slots.grown(count));
            }
            int at = firstAfter(order);
            System.arraycopy(orders, at, orders, at + 1, count - at);
            System.arraycopy(slots, at, slots, at + 1, count - at);
            orders[at] = order;
            slots[at] = slot;
            count++;
        }

        void remove(long order, int slot) {
            int at = firstAfter(order) - 1;
            assert at >= 0 && slots[at] == slot : "a lease was not in its place";
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
