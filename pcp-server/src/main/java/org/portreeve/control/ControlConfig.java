package org.portreeve.control;

import java.util.List;
import org.portreeve.nat.NatConfig;
import org.portreeve.nat.Prefix;

/**
 * What port control is built from. Values are checked by the configuration reader, which can name
 * the line. Immutable.
 *
 * @param nat the translator's own configuration; the quota there is the default profile's
 * @param subscribers named subscribers; empty means that each inside address is one subscriber
 * @param lifetime bounds of what is granted
 * @param requests how many requests of a subscriber are looked at
 */
public record ControlConfig(
        NatConfig nat,
        List<SubscriberPlan> subscribers,
        LifetimeBounds lifetime,
        RequestRate requests) {

    /** Takes a copy of the list. */
    public ControlConfig {
        subscribers = List.copyOf(subscribers);
    }

    /** The defaults of the contract for a translator. */
    public static ControlConfig of(NatConfig nat) {
        return new ControlConfig(
                nat, List.of(), new LifetimeBounds(120, 86_400), new RequestRate(20, 100));
    }

    /**
     * A subscriber with a name.
     *
     * @param id its name, unique
     * @param prefixes its internal addresses
     * @param mappings how many explicit mappings it may hold
     */
    public record SubscriberPlan(String id, List<Prefix> prefixes, int mappings) {
        /** Takes a copy of the list. */
        public SubscriberPlan {
            prefixes = List.copyOf(prefixes);
        }
    }

    /** Least and greatest lifetime of a lease, in seconds (RFC 6887 §15). */
    public record LifetimeBounds(long minimumSeconds, long maximumSeconds) {
        /** The lifetime that a wish gets. */
        public long granted(long wantedSeconds) {
            return Math.clamp(wantedSeconds, minimumSeconds, maximumSeconds);
        }
    }

    /**
     * A token bucket for requests.
     *
     * @param perSecond sustained requests per second, at least 1
     * @param burst requests at once, at least 1
     */
    public record RequestRate(int perSecond, int burst) {}
}
