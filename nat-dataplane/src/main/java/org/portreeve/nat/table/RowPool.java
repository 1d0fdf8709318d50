package org.portreeve.nat.table;

import org.portreeve.nat.memory.Memory;

/**
 * Rows of one length, given out and taken back; the free ones form a stack. Owned by the shard
 * thread.
 */
final class RowPool {
    static final int NONE = -1;

    private final long base;
    private final int rowBytes;
    private final int[] free;
    private int freeCount;

    RowPool(int rows, int rowBytes) {
        this.rowBytes = rowBytes;
        base = Memory.allocate((long) rows * rowBytes);
        free = new int[rows];
        for (int row = rows - 1; row >= 0; row--) {
            free[freeCount++] = row;
        }
    }

    /** Takes a row, all zeros, or {@link #NONE} when all are in use. */
    int take() {
        if (freeCount == 0) {
            return NONE;
        }
        return free[--freeCount];
    }

    /** Gives a row back and clears it. */
    void release(int row) {
        Memory.clear(at(row), rowBytes);
        free[freeCount++] = row;
    }

    /** Where the row begins. */
    long at(int row) {
        return base + (long) row * rowBytes;
    }

    int inUse() {
        return free.length - freeCount;
    }

    int capacity() {
        return free.length;
    }
}
