package org.portreeve.nat.shard;

import java.util.List;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.directory.Limits;
import org.portreeve.nat.table.SubscriberTable;

/**
 * Whether a subscriber may have more, by the limits of its profile as port control published them
 * last. Nothing that a subscriber has already is ever taken away (NAT-API-007). Static mappings
 * count against none of the limits: whoever grants them decides. Owned by the shard thread.
 */
final class Quotas {
    private final Directory directory;
    private final SubscriberTable subscribers;
    private final Limits atStart;

    Quotas(Directory directory, Tables tables) {
        this.directory = directory;
        this.subscribers = tables.subscribers;
        this.atStart = Limits.of(List.of(tables.config.quota()));
    }

    /** Whether the subscriber may have another explicit mapping. */
    boolean hasMappingLeft(int subscriber) {
        int profile = directory.profile(subscriber);
        return subscribers.explicitMappings(subscriber) < limits().mappings(profile);
    }

    /** Whether it may have another external port; those that rest are still its own. */
    boolean hasPortLeft(int subscriber) {
        int profile = directory.profile(subscriber);
        return subscribers.ports(subscriber) < limits().ports(profile);
    }

    /** Whether the subscriber may open another session. */
    boolean hasSessionLeft(int subscriber) {
        return subscribers.sessions(subscriber) < sessions(subscriber);
    }

    /**
     * Whether an outside host may open another session. The last quarter is for what the subscriber
     * opens itself: outside hosts cannot take its quota from it.
     */
    boolean hasInboundSessionLeft(int subscriber) {
        int quota = sessions(subscriber);
        return subscribers.sessions(subscriber) < quota - quota / 4;
    }

    /** Takes a token for a session that the subscriber opens; false when it opens too many. */
    boolean takeSessionToken(int subscriber, long nowNs) {
        int profile = directory.profile(subscriber);
        Limits limits = limits();
        return subscribers.takeSessionToken(
                subscriber, nowNs, limits.sessionIntervalNs(profile), limits.sessionBurst(profile));
    }

    private int sessions(int subscriber) {
        int profile = directory.profile(subscriber);
        return limits().sessions(profile);
    }

    private Limits limits() {
        Limits published = directory.limits();
        return published == Limits.NONE ? atStart : published;
    }
}
