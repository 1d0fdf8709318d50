package org.portreeve.control;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A set of entries, ordered by deadline for whoever ends them and numbered by slot for whoever
 * walks over all of them in slices: an entry keeps its slot for life, so a walk meets each entry
 * that is there all the while exactly once.
 *
 * <p>The order is a binary heap; lanes keep the entries of different shards apart, so that one that
 * cannot be reached does not hold up the rest. Every change is O(log n). Event loop only.
 */
final class DeadlineBook<E extends Booked> {
    private final List<Lane<E>> lanes = new ArrayList<>();
    private final List<E> slots = new ArrayList<>();
    private int[] freeSlots = new int[16];
    private int freeCount;
    private int size;

    DeadlineBook(int laneCount) {
        for (int lane = 0; lane < laneCount; lane++) {
            lanes.add(new Lane<>());
        }
    }

    /** Adds an entry and starts its timer. */
    void add(int lane, E entry) {
        if (freeCount > 0) {
            entry.slot = freeSlots[--freeCount];
            slots.set(entry.slot, entry);
        } else {
            entry.slot = slots.size();
            slots.add(entry);
        }
        size++;
        arm(lane, entry);
    }

    /** Removes an entry and its timer. */
    void remove(int lane, E entry) {
        disarm(lane, entry);
        int slot = entry.slot;
        slots.set(slot, null);
        entry.slot = Booked.NONE;
        if (freeCount == freeSlots.length) {
            freeSlots = Arrays.copyOf(freeSlots, 2 * freeCount);
        }
        freeSlots[freeCount++] = slot;
        size--;
    }

    /** Starts the timer of an entry, or puts it right after its deadline changed. */
    void arm(int lane, E entry) {
        lanes.get(lane).arm(entry);
    }

    /** Stops the timer; the entry stays. */
    void disarm(int lane, E entry) {
        lanes.get(lane).disarm(entry);
    }

    /** The entry of a lane that is due first, when its deadline is over. */
    Optional<E> due(int lane, long nowNs) {
        List<E> heap = lanes.get(lane).heap;
        return heap.isEmpty() || heap.getFirst().deadlineNs() - nowNs > 0
                ? Optional.empty()
                : Optional.of(heap.getFirst());
    }

    /** Slots in use and free ones between them. */
    int slotCount() {
        return slots.size();
    }

    /** The entry of a slot. */
    Optional<E> at(int slot) {
        return Optional.ofNullable(slots.get(slot));
    }

    int size() {
        return size;
    }

    /** One binary heap. */
    private static final class Lane<E extends Booked> {
        private final List<E> heap = new ArrayList<>();

        void arm(E entry) {
            if (entry.heapIndex == Booked.NONE) {
                put(heap.size(), entry);
            }
            settle(entry);
        }

        void disarm(E entry) {
            int index = entry.heapIndex;
            if (index == Booked.NONE) {
                return;
            }
            entry.heapIndex = Booked.NONE;
            E last = heap.removeLast();
            if (index < heap.size()) {
                put(index, last);
                settle(last);
            }
        }

        private void settle(E entry) {
            int index = entry.heapIndex;
            while (index > 0 && isBefore(entry, heap.get((index - 1) / 2))) {
                put(index, heap.get((index - 1) / 2));
                index = (index - 1) / 2;
            }
            for (int child = firstChild(index);
                    child < heap.size() && isBefore(heap.get(child), entry);
                    child = firstChild(index)) {
                put(index, heap.get(child));
                index = child;
            }
            put(index, entry);
        }

        /** The child that is due first; beyond the heap when there is none. */
        private int firstChild(int index) {
            int child = 2 * index + 1;
            boolean second =
                    child + 1 < heap.size() && isBefore(heap.get(child + 1), heap.get(child));
            return second ? child + 1 : child;
        }

        private boolean isBefore(E one, E other) {
            return one.deadlineNs() - other.deadlineNs() < 0;
        }

        private void put(int index, E entry) {
            if (index == heap.size()) {
                heap.add(entry);
            } else {
                heap.set(index, entry);
            }
            entry.heapIndex = index;
        }
    }
}
