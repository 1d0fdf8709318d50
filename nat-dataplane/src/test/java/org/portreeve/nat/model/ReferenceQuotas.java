package org.portreeve.nat.model;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.portreeve.nat.NatConfig;

/** What each subscriber may have, as port control said last. One thread. */
final class ReferenceQuotas {
    private final Map<Integer, Integer> profiles = new HashMap<>();
    private final Map<Integer, ReferenceBucket> buckets = new HashMap<>();
    private List<NatConfig.Quota> limits;

    ReferenceQuotas(NatConfig config) {
        limits = List.of(config.quota());
    }

    void limits(List<NatConfig.Quota> fresh) {
        limits = fresh;
    }

    void profile(int subscriber, int profileIndex) {
        profiles.put(subscriber, profileIndex);
    }

    /** The quota of a subscriber; a profile that is not there any more is the first one. */
    NatConfig.Quota of(int subscriber) {
        int profile = profiles.getOrDefault(subscriber, 0);
        return limits.get(profile < limits.size() ? profile : 0);
    }

    /** Whether the subscriber may open another session by its rate. */
    boolean takeToken(int subscriber, long nowNs) {
        NatConfig.Quota quota = of(subscriber);
        return buckets.computeIfAbsent(subscriber, _ -> new ReferenceBucket())
                .take(nowNs, quota.sessionsPerSecond(), quota.sessionBurst());
    }

    /** The subscriber's row is cleared; its profile stays. */
    void forget(int subscriber) {
        buckets.remove(subscriber);
    }
}
