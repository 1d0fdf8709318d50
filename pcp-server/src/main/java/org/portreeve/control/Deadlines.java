package org.portreeve.control;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToLongFunction;

/**
 * The entries of a book, by their slots, in the order of their deadlines, for whoever ends them.
 *
 * <p>The order is a binary heap of numbers; lanes keep the entries of different shards apart, so
 * that one that cannot be reached does not hold up the rest. A deadline that is put off is found
 * out about when the former one is over: clients renew long before that. Every other change is
 * O(log n). Event loop only.
 */
final class Deadlines {
    /** Deadlines put off that one question finds out about: some hundred microseconds. */
    private static final int MOST_PUT_OFF = 1_000;

    private final List<Lane> lanes = new ArrayList<>();
    private final IntToLongFunction deadlineNsOf;

    /** Where the slots are in the heaps of their lanes, one more than that; 0 for nowhere. */
    private int[] places = new int[16];

    /** Begins without entries; the function tells the deadline of a slot, monotonic, in ns. */
    Deadlines(int laneCount, IntToLongFunction deadlineNsOf) {
        this.deadlineNsOf = deadlineNsOf;
        for (int lane = 0; lane < laneCount; lane++) {
            lanes.add(new Lane());
        }
    }

    /** Starts the timer of an entry, or puts it right after its deadline changed. */
    void arm(int lane, int slot) {
        while (slot >= places.length) {
            places = Arrays.copyOf(places, Slots.grown(places.length));
        }
        lanes.get(lane).arm(slot, deadlineNsOf.applyAsLong(slot));
    }

    /** Stops the timer of an entry, for now or because the entry goes. */
    void disarm(int lane, int slot) {
        if (slot < places.length && places[slot] > 0) {
            lanes.get(lane).remove(places[slot] - 1);
        }
    }

    /**
     * The slot of a lane that is due first, when its deadline is over, or {@link Slots#NONE}. None
     * also when very many deadlines were put off: whoever asks again is told.
     */
    int due(int lane, long nowNs) {
        Lane of = lanes.get(lane);
        for (int i = 0; i < MOST_PUT_OFF && of.isDue(nowNs); i++) {
            int first = of.heap[0];
            long deadlineNs = deadlineNsOf.applyAsLong(first);
            if (deadlineNs == of.deadlinesNs[0]) {
                return first;
            }
            of.sink(0, first, deadlineNs);
        }
        return Slots.NONE;
    }

    /** One binary heap. Its deadlines are those of the entries, or sooner. */
    private final class Lane {
        private int[] heap = new int[16];
        private long[] deadlinesNs = new long[16];
        private int count;

        boolean isDue(long nowNs) {
            return count > 0 && deadlinesNs[0] - nowNs <= 0;
        }

        void arm(int slot, long deadlineNs) {
            int position = places[slot] - 1;
            if (position < 0) {
                if (count == heap.length) {
                    heap = Arrays.copyOf(heap, Slots.grown(count));
                    deadlinesNs = Arrays.copyOf(deadlinesNs, Slots.grown(count));
                }
                rise(count++, slot, deadlineNs);
            } else if (deadlineNs - deadlinesNs[position] < 0) {
                rise(position, slot, deadlineNs);
            }
        }

        void remove(int position) {
            places[heap[position]] = 0;
            count--;
            if (position == count) {
                return;
            }
            int last = heap[count];
            long deadlineNs = deadlinesNs[count];
            if (position > 0 && deadlineNs - deadlinesNs[(position - 1) / 2] < 0) {
                rise(position, last, deadlineNs);
            } else {
                sink(position, last, deadlineNs);
            }
        }

        /** Puts a slot at a position, or as far above it as it belongs. */
        private void rise(int from, int slot, long deadlineNs) {
            int position = from;
            while (position > 0 && deadlineNs - deadlinesNs[(position - 1) / 2] < 0) {
                int parent = (position - 1) / 2;
                put(position, heap[parent], deadlinesNs[parent]);
                position = parent;
            }
            put(position, slot, deadlineNs);
        }

        /** Puts a slot at a position, or as far below it as it belongs. */
        void sink(int from, int slot, long deadlineNs) {
            int position = from;
            int child = firstChild(position);
            while (child < count && deadlinesNs[child] - deadlineNs < 0) {
                put(position, heap[child], deadlinesNs[child]);
                position = child;
                child = firstChild(position);
            }
            put(position, slot, deadlineNs);
        }

        /** The child that is due first; beyond the heap when there is none. */
        private int firstChild(int position) {
            int child = 2 * position + 1;
            boolean isSecond = child + 1 < count && deadlinesNs[child + 1] - deadlinesNs[child] < 0;
            return isSecond ? child + 1 : child;
        }

        private void put(int position, int slot, long deadlineNs) {
            heap[position] = slot;
            deadlinesNs[position] = deadlineNs;
            places[slot] = position + 1;
        }
    }
}
