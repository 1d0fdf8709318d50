package org.portreeve.bench.traffic;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** What became of the requests of one order. Main thread. */
final class Tally {
    /** Times kept of an order; later ones are not, so that memory is bounded. */
    private static final int MOST_TIMES = 1 << 21;

    /** Stands for a request that was never answered among the times. */
    private static final int NEVER_NS = Integer.MAX_VALUE;

    private static final int RESULTS = 256;
    private static final int SUCCESS = 0;

    private final int[] timesNs = new int[MOST_TIMES];
    private final long[] results = new long[RESULTS];
    private int timeCount;
    private long inTime;
    private long lastNs;
    long sent;
    long repeated;
    long never;
    long late;

    /**
     * Takes an answer down.
     *
     * @param elapsedNs since the order began
     * @param isInTime whether the order was still under way
     * @param tookNs since the request should have been sent
     */
    void answered(int result, long elapsedNs, boolean isInTime, long tookNs) {
        results[result]++;
        if (result == SUCCESS && isInTime) {
            inTime++;
            lastNs = elapsedNs;
        }
        time((int) Math.min(tookNs, NEVER_NS));
    }

    /** Takes down that no answer will be waited for any longer. */
    void unanswered() {
        never++;
        time(NEVER_NS);
    }

    /** Takes down requests that were due and never sent: as bad as unanswered ones. */
    void unsent(long count) {
        sent += count;
        repeated += count;
        for (long i = 0; i < count; i++) {
            unanswered();
        }
    }

    private void time(int ns) {
        if (timeCount < MOST_TIMES) {
            timesNs[timeCount++] = ns;
        }
    }

    /** All of it, by name; each result code but success under {@code refused} and its number. */
    Map<String, Long> figures() {
        Arrays.sort(timesNs, 0, timeCount);
        Map<String, Long> figures = new TreeMap<>();
        figures.put("sent", sent);
        figures.put("succeeded", results[SUCCESS]);
        figures.put("in-time", inTime);
        figures.put("took-ns", lastNs);
        figures.put("repeated", repeated);
        figures.put("never", never);
        figures.put("late", late);
        figures.put("p50-ns", percentile(50));
        figures.put("p99-ns", percentile(99));
        for (int result = 1; result < RESULTS; result++) {
            if (results[result] > 0) {
                figures.put("refused-" + result, results[result]);
            }
        }
        return figures;
    }

    private long percentile(int percent) {
        return timeCount == 0 ? 0 : timesNs[(int) ((long) (timeCount - 1) * percent / 100)];
    }
}
