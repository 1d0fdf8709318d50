package org.portreeve.nat.rules;

import java.util.List;
import java.util.Set;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;

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

    /** Whether filtering may ask which addresses a host has contacted. */
    public boolean filtersByAddress() {
        return filtering.udp() == Behaviour.ADDRESS_DEPENDENT
                || filtering.tcp() == Behaviour.ADDRESS_DEPENDENT
                || applications.stream()
                        .anyMatch(each -> each.filtering() == Behaviour.ADDRESS_DEPENDENT);
    }

    /**
     * Limits of one subscriber.
     *
     * @param mappings explicit mappings
     * @param ports external ports and identifiers, resting ones included
     * @param sessions sessions
     * @param sessionsPerSecond sustained rate of new sessions
     * @param sessionBurst new sessions beyond the rate
     * @param each how many of {@code ports} a protocol alone may have
     */
    public record Quota(
            int mappings,
            int ports,
            int sessions,
            int sessionsPerSecond,
            int sessionBurst,
            PortsOf each) {
        /** Limits of all protocols together. */
        public Quota(
                int mappings, int ports, int sessions, int sessionsPerSecond, int sessionBurst) {
            this(mappings, ports, sessions, sessionsPerSecond, sessionBurst, PortsOf.ANY);
        }

        /** The same limits in all, with these for each protocol. */
        public Quota with(PortsOf other) {
            return new Quota(mappings, ports, sessions, sessionsPerSecond, sessionBurst, other);
        }
    }

    /**
     * External ports of each protocol, resting ones included (RFC 6888 REQ-4 b).
     *
     * @param tcp ports of TCP
     * @param udp ports of UDP
     * @param icmp identifiers of ICMP queries
     */
    public record PortsOf(int tcp, int udp, int icmp) {
        /** Stands for as many as there may be in all. */
        public static final int ALL = Integer.MAX_VALUE;

        /** Any protocol may have all ports. */
        public static final PortsOf ANY = new PortsOf(ALL, ALL, ALL);

        /** Those of a protocol, by its number in IP. */
        public int of(int protocol) {
            return switch (protocol) {
                case Protocol.TCP -> tcp;
                case Protocol.UDP -> udp;
                default -> icmp;
            };
        }
    }

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
     * @param inboundPackets how many packets a second outside hosts may send to one mapping
     * @param refreshIgnored replies of the host that do not keep a session alive
     */
    public record Eif(
            int inboundSessionsPerMapping,
            int inboundSessionsPerSubscriber,
            int inboundSessionsInTotal,
            int inboundSessionsPerSecond,
            int inboundSessionBurst,
            long unrepliedNs,
            boolean inboundRefresh,
            boolean protocolIndependent,
            PacketRate inboundPackets,
            Set<UnwantedReply> refreshIgnored) {
        /** Takes a copy of the set. */
        public Eif {
            refreshIgnored = Set.copyOf(refreshIgnored);
        }

        /** Knobs without a bound on packets, with which every reply keeps its session. */
        public Eif(
                int inboundSessionsPerMapping,
                int inboundSessionsPerSubscriber,
                int inboundSessionsInTotal,
                int inboundSessionsPerSecond,
                int inboundSessionBurst,
                long unrepliedNs,
                boolean inboundRefresh,
                boolean protocolIndependent) {
            this(
                    inboundSessionsPerMapping,
                    inboundSessionsPerSubscriber,
                    inboundSessionsInTotal,
                    inboundSessionsPerSecond,
                    inboundSessionBurst,
                    unrepliedNs,
                    inboundRefresh,
                    protocolIndependent,
                    PacketRate.UNBOUNDED,
                    Set.of());
        }

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

    /**
     * A bound on packets. A super-packet counts as what it is cut into.
     *
     * @param perSecond the sustained rate; 0 for no bound
     * @param burst how many beyond it
     */
    public record PacketRate(int perSecond, int burst) {
        /** As many as come. */
        public static final PacketRate UNBOUNDED = new PacketRate(0, 1_000);

        /** Whether there is a bound. */
        public boolean isBounded() {
            return perSecond > 0;
        }
    }
}
