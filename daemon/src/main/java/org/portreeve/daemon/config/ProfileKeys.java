package org.portreeve.daemon.config;

import static org.portreeve.daemon.config.ConfigKey.list;
import static org.portreeve.daemon.config.ConfigKey.one;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.portreeve.control.policy.MapPolicy.SetLimits;
import org.portreeve.control.policy.Service;
import org.portreeve.daemon.config.ValueKind.Choice;
import org.portreeve.daemon.config.ValueKind.ExternalAddress;
import org.portreeve.daemon.config.ValueKind.Flag;
import org.portreeve.daemon.config.ValueKind.Name;
import org.portreeve.daemon.config.ValueKind.Network;
import org.portreeve.daemon.config.ValueKind.Ports;
import org.portreeve.daemon.config.ValueKind.ProfileName;
import org.portreeve.daemon.config.ValueKind.Span;
import org.portreeve.daemon.config.ValueKind.Whole;
import org.portreeve.nat.PeerFilter;

/** The part of the key table about profiles and subscribers. Immutable. */
final class ProfileKeys {
    private static final String ALL_PROFILES = ConfigPath.PROFILES + ".*";
    private static final long DAY = 86_400;
    private static final int MOST_IN_TOTAL = 100_000_000;
    private static final ValueKind RATE = new Whole(1, 1_000_000, false);
    private static final ValueKind PORTS_OF = new Whole(0, 65_535, true);
    private static final ValueKind SESSIONS = new Whole(1, 1_000_000, false);
    private static final ValueKind BEHAVIOUR =
            Choice.of("endpoint-independent", "address-dependent", "address-and-port-dependent");

    private ProfileKeys() {}

    static List<ConfigKey> all() {
        var keys = new ArrayList<>(quota());
        keys.addAll(portSets());
        keys.addAll(behaviour());
        keys.addAll(eif());
        keys.addAll(applications());
        keys.addAll(
                live(
                        one(
                                ALL_PROFILES + ".external-ports",
                                new Ports(false),
                                "1024-65535",
                                "What explicit requests may get."),
                        one(
                                ALL_PROFILES + ".nonce",
                                Choice.of("auto", "strict", "renew-only", "off"),
                                "auto",
                                "What a PCP request may do to a mapping of another nonce; auto: as"
                                        + " pcp.nonce says."),
                        one(
                                ALL_PROFILES + ".explicit-mappings",
                                Choice.of("open", "as-filtering"),
                                "open",
                                "Whether subscribers may open ports by asking where filtering keeps"
                                        + " strangers out of all others; as-filtering refuses them"
                                        + " (RFC 6887 §18.1.1). Reservations are not concerned."),
                        list(
                                ALL_PROFILES + ".withheld",
                                Choice.of(Service.words().toArray(String[]::new)),
                                List.of(),
                                "Operations and options of PCP that its subscribers do not get, and"
                                        + " nat-pmp; map is withheld from NAT-PMP too. Each is"
                                        + " answered as one that is not known.")));
        keys.addAll(subscribers());
        return keys;
    }

    private static List<ConfigKey> behaviour() {
        String mapping = ALL_PROFILES + ".mapping";
        String filtering = ALL_PROFILES + ".filtering";
        String usual = "endpoint-independent";
        return live(
                one(
                        mapping + ".udp",
                        BEHAVIOUR,
                        usual,
                        "On what of the peer the external port of a UDP port depends (RFC 4787"
                                + " REQ-1). Leases and reservations are for every peer."),
                one(
                        mapping + ".tcp",
                        BEHAVIOUR,
                        usual,
                        "On what of the peer the external port of a TCP port depends (RFC 5382"
                                + " REQ-1)."),
                one(
                        mapping + ".protocol-independent",
                        new Flag(),
                        "false",
                        "Whether UDP and TCP of one internal port leave from one external port"
                                + " (RFC 7857 §5), where it is free for both and the mapping is"
                                + " endpoint-independent."),
                one(
                        filtering + ".udp",
                        BEHAVIOUR,
                        usual,
                        "Who may send to the external port of UDP: everybody, addresses that the"
                                + " host has contacted, or only their contacted ports (RFC 4787"
                                + " REQ-8). Leases and reservations are open to everybody."),
                one(
                        filtering + ".tcp",
                        BEHAVIOUR,
                        usual,
                        "Who may open connections to the external port of TCP (RFC 5382 REQ-3)."));
    }

    private static List<ConfigKey> portSets() {
        String quota = ALL_PROFILES + ".quota";
        return live(
                one(
                        quota + ".port-sets",
                        new Whole(0, SetLimits.MOST_SETS, false),
                        "2",
                        "Sets of ports of a subscriber by PORT_SET (RFC 7753 §6.1), each of which"
                                + " is one explicit mapping; with 0 a wish for a set gets one"
                                + " port."),
                one(
                        quota + ".port-set-size",
                        new Whole(1, SetLimits.MOST_PORTS, false),
                        "64",
                        "Ports that one set may have; a wish for more gets so many."));
    }

    private static List<ConfigKey> quota() {
        String quota = ALL_PROFILES + ".quota";
        return live(
                one(
                        quota + ".mappings",
                        new Whole(0, 65_535, false),
                        "32",
                        "Explicit mappings of a subscriber."),
                one(
                        quota + ".filters",
                        new Whole(1, PeerFilter.MOST, false),
                        "16",
                        "FILTERs that one mapping may have (RFC 6887 §13.3)."),
                one(
                        quota + ".ports",
                        new Whole(1, 65_535, false),
                        "2048",
                        "External ports of a subscriber, at most its blocks times their size."),
                one(
                        quota + ".tcp-ports",
                        PORTS_OF,
                        "auto",
                        "External TCP ports among them (RFC 6888 REQ-4); auto: all."),
                one(
                        quota + ".udp-ports",
                        PORTS_OF,
                        "auto",
                        "External UDP ports among them; auto: all."),
                one(
                        quota + ".icmp-identifiers",
                        PORTS_OF,
                        "auto",
                        "External identifiers of ICMP queries among them; auto: all."),
                one(
                        quota + ".sessions",
                        new Whole(1, 1_000_000, false),
                        "4096",
                        "Sessions of a subscriber."),
                one(
                        quota + ".session-rate.per-second",
                        RATE,
                        "200",
                        "New sessions of a subscriber in a second, sustained."),
                one(
                        quota + ".session-rate.burst",
                        RATE,
                        "2000",
                        "New sessions of a subscriber beyond the rate."),
                one(
                        quota + ".requests.per-second",
                        RATE,
                        "20",
                        "Port-control requests of a subscriber in a second, sustained."),
                one(
                        quota + ".requests.burst",
                        RATE,
                        "100",
                        "Port-control requests of a subscriber beyond the rate."));
    }

    private static List<ConfigKey> live(ConfigKey... keys) {
        return Arrays.stream(keys).map(ConfigKey::live).toList();
    }

    private static List<ConfigKey> subscribers() {
        String each = ConfigPath.SUBSCRIBERS + "[]";
        return live(
                one(
                        each + ".id",
                        new Name(),
                        "",
                        "Name of the subscriber; records carry it. Without any subscriber in the"
                                + " list each internal address is one, with profile default."),
                list(
                        each + ".prefixes",
                        new Network(),
                        List.of(),
                        "Its internal addresses, inside translator.inside.prefixes; the longest"
                                + " prefix wins where those of two subscribers overlap."),
                one(each + ".profile", new ProfileName(), "default", "Name of its profile."),
                one(
                        each + ".dedicated",
                        new ExternalAddress(),
                        "none",
                        "External address that it has for itself, outside of the pool, for its one"
                                + " internal address: all ports and all protocols pass both ways,"
                                + " and nothing is filtered."));
    }

    private static List<ConfigKey> eif() {
        String eif = ALL_PROFILES + ".eif";
        return live(
                one(
                        eif + ".inbound-sessions-per-mapping",
                        SESSIONS,
                        "1024",
                        "Sessions that outside hosts may have on one mapping."),
                one(
                        eif + ".inbound-sessions-per-subscriber",
                        SESSIONS,
                        "1000000",
                        "Sessions that outside hosts may have with one subscriber; three quarters"
                                + " of quota.sessions in any case."),
                one(
                        eif + ".inbound-sessions-in-total",
                        new Whole(1, MOST_IN_TOTAL, false),
                        Integer.toString(MOST_IN_TOTAL),
                        "Subscribers of the profile get no further session from outside while the"
                                + " node has so many; each shard counts its share."),
                one(
                        eif + ".inbound-session-rate.per-second",
                        RATE,
                        "50",
                        "Sessions that outside hosts may open on one mapping in a second."),
                one(
                        eif + ".inbound-session-rate.burst",
                        RATE,
                        "200",
                        "Sessions that outside hosts may open on one mapping beyond the rate."),
                one(
                        eif + ".unreplied",
                        new Span(1, DAY, ""),
                        "30s",
                        "Life of an inbound session that the subscriber never answered; it holds"
                                + " for sessions that begin after a change."),
                one(
                        eif + ".inbound-refresh",
                        new Flag(),
                        "false",
                        "Whether inbound packets keep sessions alive (RFC 4787 REQ-6)."),
                one(
                        eif + ".inbound-packet-rate.per-second",
                        new Whole(0, 10_000_000, false),
                        "0",
                        "Packets that outside hosts may send to one mapping in a second, whatever"
                                + " session they are of; 0 is no bound."),
                one(
                        eif + ".inbound-packet-rate.burst",
                        new Whole(1, 1_000_000, false),
                        "1000",
                        "Packets that outside hosts may send to one mapping beyond the rate."),
                list(
                        eif + ".refresh-ignore",
                        Choice.of("stun-error", "ike-invalid-syntax"),
                        List.of(),
                        "Replies of the subscriber by which it shows that it does not want what it"
                                + " got: they do not keep a session alive (RFC 7857 §7.1), as ICMP"
                                + " errors and TCP resets never do."),
                one(
                        eif + ".protocol-independent",
                        new Flag(),
                        "false",
                        "Whether a mapping of UDP lets TCP in at its external port, and the other"
                                + " way round, when nothing else has that port (RFC 7857 §6)."));
    }

    private static List<ConfigKey> applications() {
        String each = ALL_PROFILES + "." + ConfigPath.APPLICATIONS + "[]";
        return live(
                one(
                        each + ".protocol",
                        Choice.of("udp", "tcp"),
                        "",
                        "Protocol of an application, which has behaviour of its own. The first"
                                + " application in the list that matches holds. A profile without"
                                + " a list has that of profile default."),
                one(
                        each + ".internal-ports",
                        new Ports(false),
                        "",
                        "Ports of the subscriber's host that make the application; these or the"
                                + " external ones are required."),
                one(
                        each + ".external-ports",
                        new Ports(false),
                        "",
                        "Ports that outside hosts send to; instead of internal ones."),
                one(
                        each + ".mapping",
                        BEHAVIOUR,
                        "",
                        "Instead of the profile's own; only with internal ports."),
                one(each + ".filtering", BEHAVIOUR, "", "Instead of the profile's own."));
    }
}
