package org.portreeve.bench.traffic;

/**
 * Requests that wait for an answer, in the order in which they were sent. An entry whose request
 * was answered is out of date and goes when it comes to the front. Main thread.
 */
final class Waiting {
    /** Bound of what may be under way, answered entries behind an unanswered one included. */
    private static final int CAPACITY = 1 << 20;

    private final int[] queue = new int[CAPACITY];
    private final long[] queueSentNs = new long[CAPACITY];
    private final long[] dueNs = new long[Slots.COUNT];
    private final long[] sentNs = new long[Slots.COUNT];
    private final byte[] sendings = new byte[Slots.COUNT];
    private long head;
    private long tail;
    private int count;

    /** How many requests are under way. */
    int count() {
        return count;
    }

    boolean isFull() {
        return tail - head == CAPACITY;
    }

    /** When a request should have been sent. */
    long dueNs(int slot) {
        return dueNs[slot];
    }

    int sendings(int slot) {
        return sendings[slot];
    }

    void sent(int slot, long dueNs, long nowNs) {
        count++;
        this.dueNs[slot] = dueNs;
        sendings[slot] = 0;
        enqueue(slot, nowNs);
    }

    void sentAgain(int slot, long nowNs) {
        enqueue(slot, nowNs);
    }

    private void enqueue(int slot, long nowNs) {
        sendings[slot]++;
        sentNs[slot] = nowNs;
        int index = (int) (tail++ & CAPACITY - 1);
        queue[index] = slot;
        queueSentNs[index] = nowNs;
    }

    /** A request was answered or given up. */
    void settled() {
        count--;
    }

    /** Drops what is out of date; whether the first of the rest was sent at that time or before. */
    boolean isFirstLate(Slots slots, long beforeNs) {
        while (head != tail) {
            int index = (int) (head & CAPACITY - 1);
            int slot = queue[index];
            if (slots.isBusy(slot) && sentNs[slot] == queueSentNs[index]) {
                return queueSentNs[index] - beforeNs <= 0;
            }
            head++;
        }
        return false;
    }

    /** Takes the first, which is late. */
    int removeFirst() {
        return queue[(int) (head++ & CAPACITY - 1)];
    }
}
