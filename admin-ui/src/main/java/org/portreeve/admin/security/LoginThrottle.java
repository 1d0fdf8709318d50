package org.portreeve.admin.security;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Slows guessing down: after some tries without success each further one has to wait, twice as long
 * each time. A try counts as failed from its start, so that tries at the same time count too. Event
 * loop only.
 */
final class LoginThrottle {
    /** The longest pause: a person who mistyped waits for it, a guesser gets nowhere. */
    static final long MAX_PAUSE_SECONDS = 60;

    /** Tries are forgotten after this without another. */
    static final long MEMORY_SECONDS = 900;

    /** Names or addresses remembered; beyond, the one tried longest ago is forgotten. */
    static final int MAX_KEYS = 10_000;

    private final int freeTries;
    private final Map<String, Tally> tallies =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Tally> eldest) {
                    return size() > MAX_KEYS;
                }
            };

    /** Tries since the last success and the time of the last. Immutable. */
    private record Tally(int tries, long lastNs) {}

    /** A throttle that lets this many tries pass before the first pause. */
    LoginThrottle(int freeTries) {
        this.freeTries = freeTries;
    }

    /** How long a try has to wait, in seconds; 0 when it may be made now. */
    long waitSeconds(String key, long nowNs) {
        Tally tally = tallies.get(key);
        if (tally == null || tally.tries < freeTries) {
            return 0;
        }
        long goneNs = nowNs - tally.lastNs;
        if (goneNs >= TimeUnit.SECONDS.toNanos(MEMORY_SECONDS)) {
            return 0;
        }
        int doublings = Math.min(tally.tries - freeTries, Long.SIZE - 2);
        long pauseSeconds = Math.min(1L << doublings, MAX_PAUSE_SECONDS);
        long leftNs = TimeUnit.SECONDS.toNanos(pauseSeconds) - goneNs;
        return leftNs <= 0 ? 0 : (leftNs + TimeUnit.SECONDS.toNanos(1) - 1) / 1_000_000_000L;
    }

    /** A try is made now. */
    void onTry(String key, long nowNs) {
        Tally before = tallies.get(key);
        boolean isForgotten =
                before == null || nowNs - before.lastNs >= TimeUnit.SECONDS.toNanos(MEMORY_SECONDS);
        tallies.put(key, new Tally(isForgotten ? 1 : before.tries + 1, nowNs));
    }

    /** A try was right. */
    void onSuccess(String key) {
        tallies.remove(key);
    }
}
