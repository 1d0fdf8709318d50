package org.portreeve.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.Long2ObjectHashMap;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.policy.SubscriberPlan;
import org.portreeve.nat.Prefix;

/** The named subscribers of one policy, by address and by key. Immutable. */
final class Plans {
    private final Policy policy;
    private final List<Int2ObjectHashMap<Planned>> byNetwork = new ArrayList<>();
    private final Long2ObjectHashMap<Planned> byKey = new Long2ObjectHashMap<>();
    private final Int2ObjectHashMap<Planned> dedicated = new Int2ObjectHashMap<>();

    /** A named subscriber with its key and its profile. */
    record Planned(SubscriberPlan plan, long key, Profile profile) {}

    Plans(Policy policy, ToLongFunction<String> keyOfId) {
        this.policy = policy;
        for (int length = 0; length <= 32; length++) {
            byNetwork.add(new Int2ObjectHashMap<>());
        }
        for (SubscriberPlan plan : policy.subscribers()) {
            Profile profile = policy.profiles().get(plan.profile());
            assert profile != null : "a subscriber names a profile that is not there: " + plan;
            Planned planned = new Planned(plan, keyOfId.applyAsLong(plan.id()), profile);
            byKey.put(planned.key, planned);
            plan.dedicatedHost().ifPresent(host -> dedicated.put(host, planned));
            for (Prefix prefix : plan.prefixes()) {
                byNetwork.get(prefix.length()).put(prefix.network(), planned);
            }
        }
    }

    Policy policy() {
        return policy;
    }

    /** Whether nobody is named, so that each inside address is one subscriber. */
    boolean isImplicit() {
        return policy.subscribers().isEmpty();
    }

    /** Whom an address belongs to: the longest prefix wins. */
    Optional<Planned> ofAddress(int internalIp) {
        for (int length = 32; length >= 0; length--) {
            Int2ObjectHashMap<Planned> here = byNetwork.get(length);
            if (!here.isEmpty()) {
                int network = length == 0 ? 0 : internalIp & -1 << (32 - length);
                Planned planned = here.get(network);
                if (planned != null) {
                    return Optional.of(planned);
                }
            }
        }
        return Optional.empty();
    }

    /** The subscriber of a host that has an external address for itself. */
    Optional<Planned> ofDedicated(int internalIp) {
        return Optional.ofNullable(dedicated.get(internalIp));
    }

    Optional<Planned> ofKey(long key) {
        return Optional.ofNullable(byKey.get(key));
    }

    /** The profile of a subscriber; whoever is not named has the default one. */
    Profile profileOf(long key) {
        Planned planned = byKey.get(key);
        return planned == null ? policy.profiles().get(Profile.DEFAULT) : planned.profile;
    }
}
