package org.portreeve.nat.model;

import java.util.Optional;

/** A token bucket, full at first. One thread. */
final class ReferenceBucket {
    private Optional<Long> fullAgainNs = Optional.empty();

    boolean take(long nowNs, int perSecond, int burst) {
        long intervalNs = 1_000_000_000L / perSecond;
        long fullNs = Math.max(nowNs, fullAgainNs.orElse(nowNs));
        boolean has = fullNs + intervalNs - nowNs <= intervalNs * burst;
        if (has) {
            fullAgainNs = Optional.of(fullNs + intervalNs);
        }
        return has;
    }
}
