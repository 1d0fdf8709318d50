package org.portreeve.nat.session;

import java.util.Arrays;

/**
 * Deadlines of rows, by row index: a hashed wheel of {@link #SLOTS} ticks with doubly linked lists
 * in arrays. Arming, moving and cancelling take constant time and allocate nothing.
 *
 * <p>A deadline belongs to the first tick at or after it, so an index is given back never before
 * its deadline and at most one tick after it. A deadline beyond the wheel waits in some slot of its
 * far half and is placed again when the wheel comes there; which one depends on the index, so that
 * a million deadlines set at once are not moved at once. Deadlines lie within 2^62 ns of the start.
 * Owned by the shard thread.
 */
public final class DeadlineWheel {
    /** What {@link #poll} returns when nothing is due. */
    public static final int NONE = -1;

    /** What {@link #nextDeadlineNs} returns when nothing is armed. */
    public static final long NEVER = Long.MAX_VALUE;

    /** Ticks of one turn: 1,024 s at 250 ms, so that only long TCP deadlines are placed twice. */
    static final int SLOTS = 4096;

    private static final int MASK = SLOTS - 1;
    private static final int FAR_HALF = SLOTS / 2;
    private static final int WORDS = SLOTS / Long.SIZE;
    private static final int NOT_ARMED = -1;

    /** The {@code previous} of the first of a slot is this minus the slot. */
    private static final int FIRST_OF_SLOT_0 = -2;

    private final long tickNs;
    private final long startNs;
    private final long[] deadlineNs;
    private final int[] next;
    private final int[] previous;
    private final int[] first = new int[SLOTS];
    private final long[] occupied = new long[WORDS];
    private long cursorTick;
    private int armed;

    /** A wheel for indexes 0 to {@code capacity - 1}, with none armed. */
    public DeadlineWheel(int capacity, long tickNs, long startNs) {
        this.tickNs = tickNs;
        this.startNs = startNs;
        deadlineNs = new long[capacity];
        next = new int[capacity];
        previous = new int[capacity];
        Arrays.fill(previous, NOT_ARMED);
        Arrays.fill(first, NONE);
    }

    /** Sets the deadline of an index, or moves it. */
    public void arm(int id, long deadlineNs) {
        cancel(id);
        this.deadlineNs[id] = deadlineNs;
        link(id, tickOf(deadlineNs));
        armed++;
    }

    /** Forgets the deadline of an index, if there is one. */
    public void cancel(int id) {
        if (isArmed(id)) {
            unlink(id);
            armed--;
        }
    }

    /** Whether the index has a deadline. */
    public boolean isArmed(int id) {
        return previous[id] != NOT_ARMED;
    }

    /** The deadline of an armed index. */
    public long deadlineNs(int id) {
        assert isArmed(id) : "no deadline was set";
        return deadlineNs[id];
    }

    /** How many deadlines are set. */
    public int armed() {
        return armed;
    }

    /**
     * An index whose deadline has come, no longer armed, or {@link #NONE}. The caller bounds how
     * often it asks in a cycle; indexes that are due wait.
     */
    public int poll(long nowNs) {
        long nowTick = Math.floorDiv(nowNs - startNs, tickNs);
        // After a long pause one turn meets every slot; what is due is told by its true deadline.
        cursorTick = Math.max(cursorTick, nowTick - MASK);
        for (long tick = nextOccupiedTick(); tick <= nowTick; tick = nextOccupiedTick()) {
            cursorTick = tick;
            int id = first[(int) tick & MASK];
            unlink(id);
            long dueTick = tickOf(deadlineNs[id]);
            if (dueTick <= nowTick) {
                armed--;
                return id;
            }
            link(id, dueTick);
        }
        // Not beyond the present tick: what is armed late must be due at once.
        cursorTick = Math.max(cursorTick, nowTick);
        return NONE;
    }

    /** When to ask again: not after the first tick at which something may be due, or NEVER. */
    public long nextDeadlineNs(long nowNs) {
        long tick = nextOccupiedTick();
        return tick == NEVER ? NEVER : Math.max(nowNs, startNs + tick * tickNs);
    }

    private long tickOf(long deadlineNs) {
        return Math.ceilDiv(deadlineNs - startNs, tickNs);
    }

    private void link(int id, long tick) {
        long near = Math.max(tick, cursorTick);
        long place = near - cursorTick < SLOTS ? near : cursorTick + FAR_HALF + (id & FAR_HALF - 1);
        int slot = (int) place & MASK;
        int head = first[slot];
        next[id] = head;
        previous[id] = FIRST_OF_SLOT_0 - slot;
        if (head != NONE) {
            previous[head] = id;
        }
        first[slot] = id;
        occupied[slot / Long.SIZE] |= 1L << slot;
    }

    private void unlink(int id) {
        int after = next[id];
        int before = previous[id];
        if (after != NONE) {
            previous[after] = before;
        }
        if (before >= 0) {
            next[before] = after;
        } else {
            int slot = FIRST_OF_SLOT_0 - before;
            first[slot] = after;
            if (after == NONE) {
                occupied[slot / Long.SIZE] &= ~(1L << slot);
            }
        }
        previous[id] = NOT_ARMED;
    }

    /** The first tick from the cursor on whose slot is not empty, or NEVER. */
    private long nextOccupiedTick() {
        int from = (int) cursorTick & MASK;
        // One word more than there are: the first is looked at again for its slots before `from`.
        for (int step = 0; step <= WORDS; step++) {
            int word = (from / Long.SIZE + step) % WORDS;
            long bits = step == 0 ? occupied[word] & -1L << from : occupied[word];
            if (bits != 0) {
                int slot = word * Long.SIZE + Long.numberOfTrailingZeros(bits);
                return cursorTick + (slot - from & MASK);
            }
        }
        return NEVER;
    }
}
