package org.portreeve.nat.shard;

import java.util.Arrays;

/**
 * The rings between every two shards of a node, and how a shard wakes another that it gave packets:
 * once for a batch. Each row belongs to the thread of its shard.
 */
public final class Handover {
    private final HandoverRing[][] rings;
    private final boolean[][] marked;
    private final Runnable[] wakeups;

    /** Rings for so many shards; none for one. */
    public Handover(int shardCount) {
        rings = new HandoverRing[shardCount][shardCount];
        marked = new boolean[shardCount][shardCount];
        wakeups = new Runnable[shardCount];
        Arrays.fill(wakeups, (Runnable) () -> {});
        for (int from = 0; from < shardCount; from++) {
            for (int to = 0; to < shardCount; to++) {
                if (from != to) {
                    rings[from][to] = new HandoverRing();
                }
            }
        }
    }

    /** Says how a shard that sleeps is woken; set before the shards run. */
    public void wakeup(int shard, Runnable wakeup) {
        wakeups[shard] = wakeup;
    }

    int shardCount() {
        return wakeups.length;
    }

    HandoverRing ring(int from, int to) {
        return rings[from][to];
    }

    /** Notes that a shard was given a packet. Thread of {@code from}. */
    void mark(int from, int to) {
        marked[from][to] = true;
    }

    /** Wakes every shard that was given packets since the last call. Thread of {@code from}. */
    void wakeMarked(int from) {
        for (int to = 0; to < wakeups.length; to++) {
            if (marked[from][to]) {
                marked[from][to] = false;
                wakeups[to].run();
            }
        }
    }
}
