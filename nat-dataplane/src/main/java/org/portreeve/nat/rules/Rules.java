package org.portreeve.nat.rules;

import java.util.List;
import org.portreeve.nat.PortRange;

/**
 * The rules of one profile. Immutable.
 *
 * @param quota limits of each subscriber
 * @param explicitPorts what explicit requests may get; lower ports are for reservations
 * @param mapping on what of the remote peer the external port of a host depends
 * @param filtering which outside hosts may send to a mapping; explicit and static ones are open to
 *     all (RFC 6887 §11)
 * @param eif knobs of endpoint-independent filtering
 * @param applications what holds instead for some ports; the first that matches
 */
public record Rules(
        Quota quota,
        PortRange explicitPorts,
        Mapping mapping,
        Filtering filtering,
        Eif eif,
        List<Application> applications) {
    /** Applications of a profile at most: each new session is compared with all of them. */
    public static final int MAX_APPLICATIONS = 16;

    /** Takes a copy of the list. */
    public Rules {
        applications = List.copyOf(applications);
        assert applications.size() <= MAX_APPLICATIONS : "too many applications";
    }

    /** Rules with the default behaviour: endpoint-independent in every respect. */
    public static Rules of(Quota quota, PortRange explicitPorts, Eif eif) {
        return new Rules(
                quota,
                explicitPorts,
                Mapping.ENDPOINT_INDEPENDENT,
                Filtering.ENDPOINT_INDEPENDENT,
                eif,
                List.of());
    }

    /** The same with other limits. */
    public Rules with(Quota other) {
        return new Rules(other, explicitPorts, mapping, filtering, eif, applications);
    }

    /**
     * Limits of one subscriber.
     *
     * @param mappings explicit mappings
     * @param ports external ports and identifiers, resting ones included
     * @param sessions sessions
     * @param sessionsPerSecond sustained rate of new sessions
     * @param sessionBurst new sessions beyond the rate
     */
    public record Quota(
            int mappings, int ports, int sessions, int sessionsPerSecond, int sessionBurst) {}

    /**
     * Mapping behaviour; that of ICMP queries is endpoint-independent always.
     *
     * @param udp of UDP (RFC 4787 REQ-1)
     * @param tcp of TCP (RFC 5382 REQ-1)
     * @param protocolIndependent whether UDP and TCP of one internal port leave from one external
     *     port, where that can be had (RFC 7857 §5)
     */
    public record Mapping(Behaviour udp, Behaviour tcp, boolean protocolIndependent) {
        /** What the RFCs require of an unconfigured NAT. */
        public static final Mapping ENDPOINT_INDEPENDENT =
                new Mapping(Behaviour.ENDPOINT_INDEPENDENT, Behaviour.ENDPOINT_INDEPENDENT, false);
    }

    /**
     * Filtering behaviour.
     *
     * @param udp of UDP (RFC 4787 REQ-8)
     * @param tcp of TCP (RFC 5382 REQ-3)
     */
    public record Filtering(Behaviour udp, Behaviour tcp) {
        /** What the RFCs recommend. */
        public static final Filtering ENDPOINT_INDEPENDENT =
                new Filtering(Behaviour.ENDPOINT_INDEPENDENT, Behaviour.ENDPOINT_INDEPENDENT);
    }

    /**
     * Knobs of endpoint-independent filtering (RFC 7857 §6, §7).
     *
     * @param inboundSessionsPerMapping sessions that outside hosts may have on one mapping
     * @param inboundSessionsPerSubscriber and with one subscriber
     * @param inboundSessionsInTotal and with the whole node: a subscriber gets no further one while
     *     there are so many, divided evenly among the shards
     * @param inboundSessionsPerSecond sustained rate at which they may open them on one mapping
     * @param inboundSessionBurst how many beyond the rate
     * @param unrepliedNs life of an inbound session that the host never answered
     * @param inboundRefresh whether inbound packets keep sessions alive
     * @param protocolIndependent whether a mapping of UDP lets TCP in at its external port, and the
     *     other way round
     */
    public record Eif(
            int inboundSessionsPerMapping,
            int inboundSessionsPerSubscriber,
            int inboundSessionsInTotal,
            int inboundSessionsPerSecond,
            int inboundSessionBurst,
            long unrepliedNs,
            boolean inboundRefresh,
            boolean protocolIndependent) {
        /** Knobs without bounds but for each mapping, and each protocol for itself. */
        public Eif(
                int inboundSessionsPerMapping,
                int inboundSessionsPerSecond,
                int inboundSessionBurst,
                long unrepliedNs,
                boolean inboundRefresh) {
            this(
                    inboundSessionsPerMapping,
                    Integer.MAX_VALUE,
                    Integer.MAX_VALUE,
                    inboundSessionsPerSecond,
                    inboundSessionBurst,
                    unrepliedNs,
                    inboundRefresh,
                    false);
        }
    }
}
