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
 * <p>The order is a binary heap of numbers; lanes keep the entries of different shards apart, so
 * that one that cannot be reached does not hold up the rest. A deadline that is put off is found
 * out about when the former one is over: clients renew long before that. Every other change is
 * O(log n). Event loop only.
 */
final class DeadlineBook<E extends Booked> {
    /** Deadlines put off that one question finds out about: some hundred microseconds. */
    private static final int MOST_PUT_OFF = 1_000;

    private final List<Lane> lanes = new ArrayList<>();
    private final List<E> slots = new ArrayList<>();

    /** Where the slots are in the heaps of their lanes. */
    private int[] positions = new int[16];

    private int[] freeSlots = new int[16];
    private int freeCount;
    private int size;

    DeadlineBook(int laneCount) {
        for (int lane = 0; lane < laneCount; lane++) {
            lanes.add(new Lane());
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
            if (entry.slot == positions.length) {
                positions = Arrays.copyOf(positions, grown(entry.slot));
            }
        }
        positions[entry.slot] = Booked.NONE;
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
            freeSlots = Arrays.copyOf(freeSlots, grown(freeCount));
        }
        freeSlots[freeCount++] = slot;
        size--;
    }

    /** Starts the timer of an entry, or puts it right after its deadline changed. */
    void arm(int lane, E entry) {
        lanes.get(lane).arm(entry.slot, entry.deadlineNs());
    }

    /** Stops the timer; the entry stays. */
    void disarm(int lane, E entry) {
        if (positions[entry.slot] != Booked.NONE) {
            lanes.get(lane).remove(positions[entry.slot]);
        }
    }

    /**
     * The entry of a lane that is due first, when its deadline is over. None also when very many
     * deadlines were put off: whoever asks again is told.
     */
    Optional<E> due(int lane, long nowNs) {
        Lane of = lanes.get(lane);
        for (int i = 0; i < MOST_PUT_OFF && of.isDue(nowNs); i++) {
            E first = slots.get(of.heap[0]);
            if (first.deadlineNs() == of.deadlines[0]) {
                return Optional.of(first);
            }
            of.sink(0, of.heap[0], first.deadlineNs());
        }
        return Optional.empty();
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

    private static int grown(int length) {
        return length + (length >> 1);
    }

    /** One binary heap. Its deadlines are those of the entries, or sooner. */
    private final class Lane {
        private int[] heap = new int[16];
        private long[] deadlines = new long[16];
        private int count;

        boolean isDue(long nowNs) {
            return count > 0 && deadlines[0] - nowNs <= 0;
        }

        void arm(int slot, long deadlineNs) {
            int position = positions[slot];
            if (position == Booked.NONE) {
                if (count == heap.length) {
                    heap = Arrays.copyOf(heap, grown(count));
                    deadlines = Arrays.copyOf(deadlines, grown(count));
                }
                rise(count++, slot, deadlineNs);
            } else if (deadlineNs - deadlines[position] < 0) {
                rise(position, slot, deadlineNs);
            }
        }

        void remove(int position) {
            positions[heap[position]] = Booked.NONE;
            count--;
            if (position == count) {
                return;
            }
            int last = heap[count];
            long deadlineNs = deadlines[count];
            if (position > 0 && deadlineNs - deadlines[(position - 1) / 2] < 0) {
                rise(position, last, deadlineNs);
            } else {
                sink(position, last, deadlineNs);
            }
        }

        /** Puts a slot at a position, or as far above it as it belongs. */
        private void rise(int from, int slot, long deadlineNs) {
            int position = from;
            while (position > 0 && deadlineNs - deadlines[(position - 1) / 2] < 0) {
                int parent = (position - 1) / 2;
                put(position, heap[parent], deadlines[parent]);
                position = parent;
            }
            put(position, slot, deadlineNs);
        }

        /** Puts a slot at a position, or as far below it as it belongs. */
        void sink(int from, int slot, long deadlineNs) {
            int position = from;
            int child = firstChild(position);
            while (child < count && deadlines[child] - deadlineNs < 0) {
                put(position, heap[child], deadlines[child]);
                position = child;
                child = firstChild(position);
            }
            put(position, slot, deadlineNs);
        }

        /** The child that is due first; beyond the heap when there is none. */
        private int firstChild(int position) {
            int child = 2 * position + 1;
            boolean isSecond = child + 1 < count && deadlines[child + 1] - deadlines[child] < 0;
            return isSecond ? child + 1 : child;
        }

        private void put(int position, int slot, long deadlineNs) {
            heap[position] = slot;
            deadlines[position] = deadlineNs;
            positions[slot] = position;
        }
    }
}
