package org.portreeve.control;

import java.util.List;
import java.util.Map;
import org.portreeve.control.policy.LifetimeBounds;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.nat.config.NatConfig;

/**
 * What port control is built from. Values are checked by the configuration reader, which can name
 * the line. Immutable.
 *
 * @param nat the translator's own configuration
 * @param policy what a reload may change
 */
public record ControlConfig(NatConfig nat, Policy policy) {
    private static final LifetimeBounds LIFETIME = new LifetimeBounds(120, 86_400);
    private static final RequestRate REQUESTS = new RequestRate(20, 100);

    /** The defaults of the contract for a translator, each inside address being a subscriber. */
    public static ControlConfig of(NatConfig nat) {
        return of(nat, LIFETIME, REQUESTS);
    }

    /** The same with other bounds of lifetimes and another rate of requests. */
    public static ControlConfig of(NatConfig nat, LifetimeBounds lifetime, RequestRate requests) {
        Profile profile = new Profile(Profile.DEFAULT, nat.rules(), requests);
        return new ControlConfig(
                nat, new Policy(Map.of(Profile.DEFAULT, profile), List.of(), lifetime));
    }
}
