package org.portreeve.nat.io.linux;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.portreeve.nat.Prefix;

/** Covers addresses with the fewest prefixes that hold no other address. Any thread. */
final class PoolPrefixes {
    private PoolPrefixes() {}

    /** The prefixes in ascending order; addresses named twice count once. */
    static List<Prefix> of(Collection<Integer> addresses) {
        long[] sorted =
                addresses.stream().mapToLong(Integer::toUnsignedLong).sorted().distinct().toArray();
        List<Prefix> prefixes = new ArrayList<>();
        int at = 0;
        while (at < sorted.length) {
            int length = largestAt(sorted, at);
            Prefix prefix = new Prefix((int) sorted[at], length);
            prefixes.add(prefix);
            at += (int) prefix.size();
        }
        return prefixes;
    }

    /** The length of the largest prefix that begins at an index and is wholly there. */
    private static int largestAt(long[] sorted, int at) {
        int length = 32;
        while (length > 1) {
            long size = 1L << (32 - (length - 1));
            boolean aligned = sorted[at] % size == 0;
            long end = at + size - 1;
            if (!aligned || end >= sorted.length || sorted[(int) end] != sorted[at] + size - 1) {
                break;
            }
            length--;
        }
        return length;
    }
}
