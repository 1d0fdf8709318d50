package org.portreeve.nat.event;

/**
 * Remembers what was told lately, so that a subscriber that runs against its quota with every
 * packet is told of once in a while. A place holds one memory; a later one pushes it out, and then
 * the event is told earlier than need be. Owned by the shard thread.
 */
final class Repeats {
    /** What is remembered at most. */
    static final int PLACES = 4096;

    private static final int SHIFT = Long.SIZE - Integer.numberOfTrailingZeros(PLACES);
    private static final long GOLDEN = 0x9e37_79b9_7f4a_7c15L;

    private final long[] keys = new long[PLACES];
    private final long[] toldNs = new long[PLACES];

    /** Whether to tell it: not when it was told less than {@code againNs} ago. */
    boolean passes(EventKind kind, int subscriber, long nowNs, long againNs) {
        long key = (kind.code() + 1L) << Integer.SIZE | (subscriber & 0xffff_ffffL);
        int place = (int) ((key * GOLDEN) >>> SHIFT);
        if (keys[place] == key && nowNs - toldNs[place] < againNs) {
            return false;
        }
        keys[place] = key;
        toldNs[place] = nowNs;
        return true;
    }
}
