package org.portreeve.upnp.ssdp;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many searches are answered: per source, as a forged source gets what it did not ask for, and
 * in all. Loop of the gateway only.
 */
final class SearchLimiter {
    /** IGD-CLI-004: a host may search 20 times in 10 s; some repeat each search threefold. */
    static final int SOURCE_BURST = 40;

    private static final long SOURCE_INTERVAL_NS = 250_000_000L;

    /** Answer datagrams of all: some 100 kB at once, and 200 kB/s for long. */
    static final int TOTAL_BURST = 1000;

    private static final long TOTAL_INTERVAL_NS = 2_000_000L;

    /** Sources that are remembered; the one that was silent longest gives way. */
    static final int MAX_SOURCES = 4096;

    private final Map<Integer, Bucket> sources =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Integer, Bucket> eldest) {
                    return size() > MAX_SOURCES;
                }
            };
    private final Bucket total;

    SearchLimiter(long nowNs) {
        total = new Bucket(TOTAL_INTERVAL_NS, TOTAL_BURST, nowNs);
    }

    /** Whether a search of this source may be looked at. */
    boolean admitsSearch(int sourceIp, long nowNs) {
        return sources.computeIfAbsent(
                        sourceIp, _ -> new Bucket(SOURCE_INTERVAL_NS, SOURCE_BURST, nowNs))
                .take(nowNs);
    }

    /** Whether one more answer may be sent. */
    boolean admitsAnswer(long nowNs) {
        return total.take(nowNs);
    }

    /** Sources that are remembered now. */
    int sourceCount() {
        return sources.size();
    }

    /** A token bucket as the time at which it would be full again. */
    private static final class Bucket {
        private final long intervalNs;
        private final long burstNs;
        private long fullAtNs;

        Bucket(long intervalNs, int burst, long nowNs) {
            this.intervalNs = intervalNs;
            this.burstNs = intervalNs * burst;
            this.fullAtNs = nowNs;
        }

        boolean take(long nowNs) {
            long fullNs = fullAtNs - nowNs < 0 ? nowNs : fullAtNs;
            if (fullNs + intervalNs - nowNs > burstNs) {
                return false;
            }
            fullAtNs = fullNs + intervalNs;
            return true;
        }
    }
}
