package org.portreeve.bench.traffic;

import java.util.Arrays;

/** Says how long something took. */
final class Times {
    private Times() {}

    /** The line {@code took P50 P99} of these times, which are sorted by it. */
    static String took(long[] tookNs) {
        Arrays.sort(tookNs);
        int count = tookNs.length;
        return "took " + tookNs[count / 2] + " " + tookNs[count - count / 100];
    }
}
