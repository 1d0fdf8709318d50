package org.portreeve.control;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.policy.Profile;
import org.portreeve.nat.rules.Rules;

/**
 * The indexes that shards know profiles by: a name keeps its index as long as policies have it, and
 * the index of one that is gone is not used again before no subscriber has it any more. Event loop
 * only.
 */
final class Profiles {
    /** Shards use it for whoever has an index that they do not know. */
    private static final int DEFAULT_INDEX = 0;

    private Map<String, Integer> indexes = Map.of(Profile.DEFAULT, DEFAULT_INDEX);

    /** Indexes that subscribers may have since everybody followed a policy last. */
    private final Set<Integer> taken = new HashSet<>();

    /**
     * Takes over a policy. Returns the rules by index.
     *
     * @param isFollowed whether each subscriber has an index of the policy before
     */
    List<Rules> apply(Policy policy, boolean isFollowed) {
        Map<String, Integer> fresh = new HashMap<>(indexes);
        fresh.keySet().retainAll(policy.profiles().keySet());
        if (isFollowed) {
            taken.clear();
        }
        taken.addAll(indexes.values());
        int free = 0;
        for (String name : policy.profiles().keySet().stream().sorted().toList()) {
            if (!fresh.containsKey(name)) {
                while (!taken.add(free)) {
                    free++;
                }
                fresh.put(name, free);
            }
        }
        indexes = fresh;
        return rules(policy);
    }

    int indexOf(Profile profile) {
        return indexes.get(profile.name());
    }

    private List<Rules> rules(Policy policy) {
        int count = Collections.max(indexes.values()) + 1;
        Rules unused = policy.profiles().get(Profile.DEFAULT).rules();
        List<Rules> rules = new ArrayList<>(Collections.nCopies(count, unused));
        indexes.forEach((name, index) -> rules.set(index, policy.profiles().get(name).rules()));
        return rules;
    }
}
