package org.portreeve.nat.shard;

import java.util.Arrays;
import java.util.List;

/** From external address to address index and back; a short sorted array. Immutable. */
final class PoolIndex {
    /** The address is not in the pool. */
    static final int NONE = -1;

    private final int[] ips;
    private final long[] sorted;

    PoolIndex(List<Integer> pool) {
        ips = pool.stream().mapToInt(Integer::intValue).toArray();
        sorted = new long[ips.length];
        for (int index = 0; index < ips.length; index++) {
            sorted[index] = (ips[index] & 0xffff_ffffL) << 32 | index;
        }
        Arrays.sort(sorted);
    }

    int ip(int addressIndex) {
        return ips[addressIndex];
    }

    /** The address index, or {@link #NONE}. */
    int find(int ip) {
        int low = 0;
        int high = sorted.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int found = Integer.compareUnsigned((int) (sorted[middle] >>> 32), ip);
            if (found == 0) {
                return (int) sorted[middle];
            }
            if (found < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return NONE;
    }
}
