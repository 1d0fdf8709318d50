package org.portreeve.control.store;

import org.portreeve.control.policy.Profile;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.nat.rules.Rules;

/**
 * What the store has of a profile: its limits. Immutable.
 *
 * @param name unique among all profiles
 * @param quota limits that the translator keeps
 * @param requests how many requests of one subscriber are looked at
 */
public record StoredProfile(String name, Rules.Quota quota, RequestRate requests) {
    /** The whole profile: what the store has no column for is that of the default one. */
    public Profile above(Profile defaults) {
        Rules rules = defaults.rules();
        return new Profile(
                name,
                rules.with(quota.with(rules.quota().each())),
                requests,
                defaults.map(),
                defaults.withheld());
    }
}
