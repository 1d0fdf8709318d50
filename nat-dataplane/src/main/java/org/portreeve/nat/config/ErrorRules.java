package org.portreeve.nat.config;

import java.util.List;
import org.portreeve.nat.Prefix;

/**
 * Which ICMP errors the translator makes, how often, and whose errors pass beside those of hosts
 * that have sessions. Immutable.
 *
 * @param inside whether errors are sent to subscribers (RFC 5508 REQ-9)
 * @param outside whether errors are sent to the Internet (RFC 5508 REQ-9)
 * @param refusals whether a subscriber is told that its packet got no port or session
 * @param unsolicitedSyns whether an outside host is told, late, that nobody waits for its SYN (RFC
 *     5382 REQ-4); not without {@code outside}
 * @param perSecond errors that the node sends to either side at the sustained rate
 * @param perSubscriberPerSecond of them to one subscriber
 * @param infrastructure the operator's routers inside: their errors pass, they get no mappings
 */
public record ErrorRules(
        boolean inside,
        boolean outside,
        boolean refusals,
        boolean unsolicitedSyns,
        int perSecond,
        int perSubscriberPerSecond,
        List<Prefix> infrastructure) {
    /**
     * From where the node's kernel speaks about packets that the translator sends inside: an
     * address that every node may use for that alone (RFC 7600 §4.8), 192.0.0.8. Such an error
     * quotes an internal address, so the translator takes it as one from inside.
     */
    public static final int NODE_IP = 0xc000_0008;

    /** What a node sends to either side in a second unless configured. */
    public static final int PER_SECOND = 1_000;

    /** What one subscriber is sent in a second unless configured. */
    public static final int PER_SUBSCRIBER_PER_SECOND = 10;

    /** Takes a copy of the list. */
    public ErrorRules {
        infrastructure = List.copyOf(infrastructure);
    }

    /** The same with unsolicited SYNs answered. */
    public ErrorRules(
            boolean inside,
            boolean outside,
            boolean refusals,
            int perSecond,
            int perSubscriberPerSecond,
            List<Prefix> infrastructure) {
        this(inside, outside, refusals, true, perSecond, perSubscriberPerSecond, infrastructure);
    }

    /** Everything on, at the rates above, without routers inside. */
    public static ErrorRules defaults() {
        return new ErrorRules(
                true, true, true, true, PER_SECOND, PER_SUBSCRIBER_PER_SECOND, List.of());
    }
}
