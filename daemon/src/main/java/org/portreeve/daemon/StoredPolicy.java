package org.portreeve.daemon;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.policy.SubscriberPlan;
import org.portreeve.control.store.StoredProfile;

/**
 * The policy of the configuration file together with what the store has. What the file has is read
 * from there alone, so one name in both is refused: nobody could say which holds. What the store
 * does not say of a profile is that of the default one. Pure.
 */
final class StoredPolicy {
    private StoredPolicy() {}

    static Policy together(
            Policy file, List<StoredProfile> profiles, List<SubscriberPlan> subscribers)
            throws NodeStartException {
        refuseTwins(
                "profile",
                file.profiles().keySet().stream().toList(),
                profiles.stream().map(StoredProfile::name).toList());
        refuseTwins(
                "subscriber",
                file.subscribers().stream().map(SubscriberPlan::id).toList(),
                subscribers.stream().map(SubscriberPlan::id).toList());
        var allProfiles = new TreeMap<>(file.profiles());
        Profile defaults = file.profiles().get(Profile.DEFAULT);
        profiles.forEach(stored -> allProfiles.put(stored.name(), stored.above(defaults)));
        var allSubscribers = new ArrayList<>(file.subscribers());
        allSubscribers.addAll(subscribers);
        return new Policy(allProfiles, allSubscribers, file.lifetime());
    }

    private static void refuseTwins(String what, List<String> file, List<String> store)
            throws NodeStartException {
        String twins =
                store.stream().filter(file::contains).sorted().collect(Collectors.joining(", "));
        if (!twins.isEmpty()) {
            throw new NodeStartException(
                    "%s %s is in the configuration file and in the store; take it out of one"
                            .formatted(what, twins));
        }
    }
}
