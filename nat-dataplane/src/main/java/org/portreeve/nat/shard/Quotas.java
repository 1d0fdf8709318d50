package org.portreeve.nat.shard;

import org.portreeve.nat.directory.ProfileRules;
import org.portreeve.nat.directory.SubscriberRules;
import org.portreeve.nat.table.SubscriberTable;

/**
 * Whether a subscriber may have more, by the rules of its profile as port control published them
 * last. Nothing that a subscriber has already is ever taken away (NAT-API-007). Static mappings
 * count against none of the limits: whoever grants them decides. Owned by the shard thread.
 */
final class Quotas {
    private final SubscriberTable subscribers;
    private final SubscriberRules rules;

    Quotas(Tables tables) {
        this.subscribers = tables.subscribers;
        this.rules = tables.rules;
    }

    /** Whether staff drain the subscriber: it gets no new mapping. */
    boolean isClosed(int subscriber) {
        return rules.isClosed(subscriber);
    }

    /** Whether the subscriber may have another explicit mapping. */
    boolean hasMappingLeft(int subscriber) {
        int profile = rules.profile(subscriber);
        return subscribers.explicitMappings(subscriber) < rules.now().mappings(profile);
    }

    /**
     * Whether it may have another external port of a protocol; those that rest are still its own.
     */
    boolean hasPortLeft(int subscriber, int protocolIndex) {
        return subscribers.ports(subscriber) < ports(subscriber)
                && subscribers.ports(subscriber, protocolIndex) < ports(subscriber, protocolIndex);
    }

    /** How many more external ports of a protocol it may have. */
    int portsLeft(int subscriber, int protocolIndex) {
        int left = ports(subscriber) - subscribers.ports(subscriber);
        int leftOf =
                ports(subscriber, protocolIndex) - subscribers.ports(subscriber, protocolIndex);
        return Math.max(0, Math.min(left, leftOf));
    }

    /**
     * Whether an outside host may make it use another one. As with sessions the last quarter is for
     * the subscriber itself.
     */
    boolean hasInboundPortLeft(int subscriber, int protocolIndex) {
        int quota = ports(subscriber);
        int quotaOf = ports(subscriber, protocolIndex);
        return subscribers.ports(subscriber) < quota - quota / 4
                && subscribers.ports(subscriber, protocolIndex) < quotaOf - quotaOf / 4
                && !isClosed(subscriber);
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
        int profile = rules.profile(subscriber);
        ProfileRules now = rules.now();
        return subscribers.takeSessionToken(
                subscriber, nowNs, now.sessionIntervalNs(profile), now.sessionBurst(profile));
    }

    private int ports(int subscriber) {
        return rules.now().ports(rules.profile(subscriber));
    }

    private int ports(int subscriber, int protocolIndex) {
        return rules.now().ports(rules.profile(subscriber), protocolIndex);
    }

    private int sessions(int subscriber) {
        return rules.now().sessions(rules.profile(subscriber));
    }
}
