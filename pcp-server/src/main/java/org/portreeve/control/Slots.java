package org.portreeve.control;

import java.util.Arrays;

/**
 * Numbers for entries of a book: each keeps its own for life, so that a walk over all of them in
 * slices meets each entry that is there all the while exactly once. Event loop only.
 */
final class Slots {
    /** The slot of what is not there. */
    static final int NONE = -1;

    private int[] free = new int[16];
    private int freeCount;
    private int count;

    /** A slot for an entry; the one that became free last, or else a new one. */
    int take() {
        return freeCount > 0 ? free[--freeCount] : count++;
    }

    /** The entry of a slot is gone. */
    void free(int slot) {
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, grown(freeCount));
        }
        free[freeCount++] = slot;
    }

    /** Slots in use and free ones between them. */
    int count() {
        return count;
    }

    /** How long an array becomes that was too short for its slots; it may have none. */
    static int grown(int length) {
        return length + (length >> 1) + 1;
    }
}
