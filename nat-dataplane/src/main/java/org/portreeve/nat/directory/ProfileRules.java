package org.portreeve.nat.directory;

import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.rules.Application;
import org.portreeve.nat.rules.Behaviour;
import org.portreeve.nat.rules.Rules;
import org.portreeve.nat.rules.UnwantedReply;

/**
 * The rules of each profile by profile index, compiled to arrays for the packet path. An index that
 * is not known has the rules of the first profile, so that it does not matter in which order a
 * reader sees new rules and new profiles of subscribers. Immutable; any thread.
 */
public final class ProfileRules {
    /** No profile at all: what a directory has before its writer published any. */
    public static final ProfileRules NONE = new ProfileRules(List.of());

    /** The code of {@link Behaviour#ENDPOINT_INDEPENDENT}. */
    public static final int ENDPOINT_INDEPENDENT = code(Behaviour.ENDPOINT_INDEPENDENT);

    /** The code of {@link Behaviour#ADDRESS_DEPENDENT}. */
    public static final int ADDRESS_DEPENDENT = code(Behaviour.ADDRESS_DEPENDENT);

    /** The code of {@link Behaviour#ADDRESS_AND_PORT_DEPENDENT}. */
    public static final int ADDRESS_AND_PORT_DEPENDENT = code(Behaviour.ADDRESS_AND_PORT_DEPENDENT);

    private static final long SECOND_NS = 1_000_000_000L;
    private static final long MILLISECOND_NS = 1_000_000L;

    private final int[] mappings;
    private final int[] ports;
    private final int[][] portsOf = new int[Protocol.COUNT][];
    private final int[] sessions;
    private final long[] sessionIntervalNs;
    private final int[] sessionBurst;
    private final PortRange[] explicitPorts;
    private final int[] udpMapping;
    private final int[] tcpMapping;
    private final int[] udpFiltering;
    private final int[] tcpFiltering;
    private final boolean[] isMappingShared;
    private final boolean[] isFilteringShared;
    private final boolean[] inboundRefresh;
    private final boolean hasInboundRefresh;
    private final int[] inboundPerMapping;
    private final int[] inboundPerSubscriber;
    private final int[] inboundInTotal;
    private final long[] inboundIntervalNs;
    private final int[] inboundBurst;
    private final int[] unrepliedMs;
    private final long[] inboundPacketIntervalNs;
    private final int[] inboundPacketBurst;
    private final boolean boundsInboundPackets;
    private final int[] refreshIgnored;
    private final boolean hasRefreshIgnored;
    private final ApplicationRules[] applications;
    private final boolean filtersByAddress;

    private ProfileRules(List<Rules> rules) {
        mappings = ints(rules, each -> each.quota().mappings());
        ports = ints(rules, each -> each.quota().ports());
        for (int i = 0; i < Protocol.COUNT; i++) {
            int protocol = Protocol.ofIndex(i);
            portsOf[i] = ints(rules, each -> each.quota().each().of(protocol));
        }
        sessions = ints(rules, each -> each.quota().sessions());
        sessionIntervalNs = longs(rules, each -> intervalNs(each.quota().sessionsPerSecond()));
        sessionBurst = ints(rules, each -> each.quota().sessionBurst());
        explicitPorts = rules.stream().map(Rules::explicitPorts).toArray(PortRange[]::new);
        udpMapping = ints(rules, each -> code(each.mapping().udp()));
        tcpMapping = ints(rules, each -> code(each.mapping().tcp()));
        udpFiltering = ints(rules, each -> code(each.filtering().udp()));
        tcpFiltering = ints(rules, each -> code(each.filtering().tcp()));
        isMappingShared = new boolean[rules.size()];
        isFilteringShared = new boolean[rules.size()];
        inboundRefresh = new boolean[rules.size()];
        inboundPerMapping = ints(rules, each -> each.eif().inboundSessionsPerMapping());
        inboundPerSubscriber = ints(rules, each -> each.eif().inboundSessionsPerSubscriber());
        inboundInTotal = ints(rules, each -> each.eif().inboundSessionsInTotal());
        inboundIntervalNs = longs(rules, each -> intervalNs(each.eif().inboundSessionsPerSecond()));
        inboundBurst = ints(rules, each -> each.eif().inboundSessionBurst());
        unrepliedMs = ints(rules, each -> (int) (each.eif().unrepliedNs() / MILLISECOND_NS));
        inboundPacketIntervalNs =
                longs(rules, each -> packetIntervalNs(each.eif().inboundPackets()));
        inboundPacketBurst = ints(rules, each -> each.eif().inboundPackets().burst());
        boundsInboundPackets =
                rules.stream().anyMatch(each -> each.eif().inboundPackets().isBounded());
        refreshIgnored = ints(rules, each -> codes(each.eif().refreshIgnored()));
        hasRefreshIgnored = rules.stream().anyMatch(each -> !each.eif().refreshIgnored().isEmpty());
        applications = new ApplicationRules[rules.size()];
        for (int profile = 0; profile < rules.size(); profile++) {
            Rules each = rules.get(profile);
            isMappingShared[profile] = each.mapping().protocolIndependent();
            isFilteringShared[profile] = each.eif().protocolIndependent();
            inboundRefresh[profile] = each.eif().inboundRefresh();
            applications[profile] = new ApplicationRules(each.applications());
        }
        filtersByAddress = rules.stream().anyMatch(Rules::filtersByAddress);
        hasInboundRefresh = rules.stream().anyMatch(each -> each.eif().inboundRefresh());
    }

    /** The rules of these profiles; the position is the profile index. */
    public static ProfileRules of(List<Rules> profiles) {
        return new ProfileRules(profiles);
    }

    /** How many profiles there are. */
    public int profileCount() {
        return mappings.length;
    }

    /** Explicit mappings. */
    public int mappings(int profile) {
        return mappings[known(profile)];
    }

    /** External ports and identifiers, resting ones included. */
    public int ports(int profile) {
        return ports[known(profile)];
    }

    /** Those of one protocol. */
    public int ports(int profile, int protocolIndex) {
        return portsOf[protocolIndex][known(profile)];
    }

    /** Sessions. */
    public int sessions(int profile) {
        return sessions[known(profile)];
    }

    /** The time between two new sessions at the sustained rate, at least 1 ns. */
    public long sessionIntervalNs(int profile) {
        return sessionIntervalNs[known(profile)];
    }

    /** New sessions at once. */
    public int sessionBurst(int profile) {
        return sessionBurst[known(profile)];
    }

    /** What explicit requests may get. */
    public PortRange explicitPorts(int profile) {
        return explicitPorts[known(profile)];
    }

    /** The code of the behaviour by which a port of a host is mapped; TCP or UDP. */
    public int mapping(int profile, int protocol, int internalPort) {
        int known = known(profile);
        int otherwise = protocol == Protocol.TCP ? tcpMapping[known] : udpMapping[known];
        return applications[known].mapping(protocol, internalPort, otherwise);
    }

    /** The code of the behaviour by which a mapping is filtered; TCP or UDP. */
    public int filtering(int profile, int protocol, int internalPort, int externalPort) {
        int known = known(profile);
        int otherwise = protocol == Protocol.TCP ? tcpFiltering[known] : udpFiltering[known];
        return applications[known].filtering(protocol, internalPort, externalPort, otherwise);
    }

    /** Whether those of any profile ask which addresses a host has contacted. */
    public boolean filtersByAddress() {
        return filtersByAddress;
    }

    /** Whether UDP and TCP of one internal port are to have one external port. */
    public boolean isMappingShared(int profile) {
        return isMappingShared[known(profile)];
    }

    /** Whether a mapping of UDP lets TCP in, and the other way round. */
    public boolean isFilteringShared(int profile) {
        return isFilteringShared[known(profile)];
    }

    /** Whether inbound packets keep the sessions of any profile. */
    public boolean hasInboundRefresh() {
        return hasInboundRefresh;
    }

    /** Whether inbound packets keep sessions. */
    public boolean inboundRefresh(int profile) {
        return inboundRefresh[known(profile)];
    }

    /** Sessions that outside hosts may have on a mapping. */
    public int inboundPerMapping(int profile) {
        return inboundPerMapping[known(profile)];
    }

    /** Sessions that outside hosts may have with a subscriber. */
    public int inboundPerSubscriber(int profile) {
        return inboundPerSubscriber[known(profile)];
    }

    /** Sessions that outside hosts may have with the whole node. */
    public int inboundInTotal(int profile) {
        return inboundInTotal[known(profile)];
    }

    /** The time between two sessions that outside hosts open on a mapping, at least 1 ns. */
    public long inboundIntervalNs(int profile) {
        return inboundIntervalNs[known(profile)];
    }

    /** Sessions that outside hosts may open on a mapping at once. */
    public int inboundBurst(int profile) {
        return inboundBurst[known(profile)];
    }

    /** Life of an inbound session that the host never answered, in milliseconds. */
    public int unrepliedMs(int profile) {
        return unrepliedMs[known(profile)];
    }

    /** Whether any profile bounds the packets to a mapping. */
    public boolean boundsInboundPackets() {
        return boundsInboundPackets;
    }

    /** The time between two packets to a mapping at the sustained rate; 0 for no bound. */
    public long inboundPacketIntervalNs(int profile) {
        return inboundPacketIntervalNs[known(profile)];
    }

    /** Packets that may come to a mapping at once. */
    public int inboundPacketBurst(int profile) {
        return inboundPacketBurst[known(profile)];
    }

    /** Whether any profile has replies that do not keep sessions. */
    public boolean hasRefreshIgnored() {
        return hasRefreshIgnored;
    }

    /** Whether a reply of this {@linkplain #code(UnwantedReply) code} does not keep a session. */
    public boolean isRefreshIgnored(int profile, int code) {
        return (refreshIgnored[known(profile)] & code) != 0;
    }

    /** The code of a kind of reply, a bit. */
    @SuppressWarnings("EnumOrdinal") // The codes never leave the process.
    public static int code(UnwantedReply reply) {
        return 1 << reply.ordinal();
    }

    private static int codes(Set<UnwantedReply> replies) {
        return replies.stream().mapToInt(ProfileRules::code).sum();
    }

    private static long packetIntervalNs(Rules.PacketRate rate) {
        return rate.isBounded() ? intervalNs(rate.perSecond()) : 0;
    }

    @SuppressWarnings("EnumOrdinal") // The codes never leave the process.
    static int code(Behaviour behaviour) {
        return behaviour.ordinal();
    }

    private int known(int profile) {
        return profile < mappings.length ? profile : 0;
    }

    private static int[] ints(List<Rules> rules, ToIntFunction<Rules> value) {
        return rules.stream().mapToInt(value).toArray();
    }

    private static long[] longs(List<Rules> rules, ToLongFunction<Rules> value) {
        return rules.stream().mapToLong(value).toArray();
    }

    private static long intervalNs(int perSecond) {
        return Math.max(1, SECOND_NS / Math.max(1, perSecond));
    }

    /** The applications of one profile, in their order. */
    private static final class ApplicationRules {
        private final int[] protocols;
        private final boolean[] isExternal;
        private final int[] firstPorts;
        private final int[] lastPorts;
        private final int[] mappings;
        private final int[] filterings;

        ApplicationRules(List<Application> applications) {
            protocols = applications.stream().mapToInt(Application::protocol).toArray();
            firstPorts = applications.stream().mapToInt(each -> each.ports().first()).toArray();
            lastPorts = applications.stream().mapToInt(each -> each.ports().last()).toArray();
            mappings = applications.stream().mapToInt(each -> code(each.mapping())).toArray();
            filterings = applications.stream().mapToInt(each -> code(each.filtering())).toArray();
            isExternal = new boolean[applications.size()];
            for (int i = 0; i < isExternal.length; i++) {
                isExternal[i] = applications.get(i).side() == Application.Side.EXTERNAL;
            }
        }

        int mapping(int protocol, int internalPort, int otherwise) {
            for (int i = 0; i < protocols.length; i++) {
                if (!isExternal[i] && matches(i, protocol, internalPort)) {
                    return mappings[i];
                }
            }
            return otherwise;
        }

        int filtering(int protocol, int internalPort, int externalPort, int otherwise) {
            for (int i = 0; i < protocols.length; i++) {
                if (matches(i, protocol, isExternal[i] ? externalPort : internalPort)) {
                    return filterings[i];
                }
            }
            return otherwise;
        }

        private boolean matches(int i, int protocol, int port) {
            return protocols[i] == protocol && firstPorts[i] <= port && port <= lastPorts[i];
        }
    }
}
