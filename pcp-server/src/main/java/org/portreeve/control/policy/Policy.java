package org.portreeve.control.policy;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a reload may change as a whole. Immutable.
 *
 * @param profiles by name; {@link Profile#DEFAULT} is among them
 * @param subscribers named subscribers; empty means that each inside address is one subscriber with
 *     the default profile
 * @param lifetime bounds of what is granted
 */
public record Policy(
        Map<String, Profile> profiles, List<SubscriberPlan> subscribers, LifetimeBounds lifetime) {
    /** Takes copies. */
    public Policy {
        profiles = Map.copyOf(new TreeMap<>(profiles));
        subscribers = List.copyOf(subscribers);
        assert profiles.containsKey(Profile.DEFAULT) : "there is no default profile";
    }

    /** The external addresses that subscribers have for themselves. */
    public List<Integer> dedicatedIps() {
        return subscribers.stream()
                .map(SubscriberPlan::dedicatedIp)
                .filter(ip -> ip != SubscriberPlan.SHARED)
                .toList();
    }
}
