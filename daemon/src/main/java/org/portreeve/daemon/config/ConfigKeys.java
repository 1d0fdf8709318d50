package org.portreeve.daemon.config;

import static org.portreeve.daemon.config.ConfigKey.list;
import static org.portreeve.daemon.config.ConfigKey.one;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.portreeve.daemon.config.ValueKind.Choice;
import org.portreeve.daemon.config.ValueKind.Destinations;
import org.portreeve.daemon.config.ValueKind.Device;
import org.portreeve.daemon.config.ValueKind.DeviceStem;
import org.portreeve.daemon.config.ValueKind.File;
import org.portreeve.daemon.config.ValueKind.Flag;
import org.portreeve.daemon.config.ValueKind.HostAddress;
import org.portreeve.daemon.config.ValueKind.Listen;
import org.portreeve.daemon.config.ValueKind.Name;
import org.portreeve.daemon.config.ValueKind.Network;
import org.portreeve.daemon.config.ValueKind.PortTime;
import org.portreeve.daemon.config.ValueKind.Span;
import org.portreeve.daemon.config.ValueKind.Text;
import org.portreeve.daemon.config.ValueKind.Whole;
import org.portreeve.nat.config.ErrorRules;
import org.portreeve.nat.io.linux.IngressCheck;
import org.portreeve.pcp.AnnounceSettings;

/**
 * The table of all keys: the reader, {@code portreeve config} and {@code docs/config.md} come from
 * it. Immutable.
 */
final class ConfigKeys {
    /** Where the elements of the pool list are described. */
    static final String ADDRESSES = "translator.capacity.addresses";

    static final String POOL = "translator.pools[]";

    static final String MANAGE_ROUTES = "translator.manage-routes";
    static final String INGRESS_CHECK = "translator.inside.ingress-check";

    /** Where the profile lies that the others take their defaults from. */
    static final String PROFILE = "profiles.default";

    /** Shards of a node at most; more than any machine of the next years has cores. */
    static final int MAX_SHARDS = 64;

    /** Rows of a table at most: what 32-bit row numbers and memory of one node bear. */
    private static final long MAX_ROWS = 1L << 26;

    /** Errors in a second at most: more are a flood that the translator takes part in. */
    private static final long MAX_ERRORS_PER_SECOND = 100_000;

    private static final long DAY = 86_400;

    /** Every key, in the order of the reference. */
    static final List<ConfigKey> ALL = all();

    private static final Map<String, ConfigKey> BY_PATTERN =
            ALL.stream().collect(Collectors.toUnmodifiableMap(ConfigKey::path, key -> key));

    private ConfigKeys() {}

    private static List<ConfigKey> all() {
        var keys = new ArrayList<ConfigKey>();
        keys.addAll(node());
        keys.addAll(sides());
        keys.addAll(capacity());
        keys.addAll(PoolKeys.all());
        keys.addAll(timers());
        keys.addAll(icmpErrors());
        keys.addAll(services());
        keys.addAll(EventKeys.all());
        keys.addAll(ProfileKeys.all());
        return List.copyOf(keys);
    }

    private static List<ConfigKey> node() {
        return List.of(
                one("node", new Name(), "cgn-1", "Name of this node; records carry it."),
                one(
                        "data",
                        new File(),
                        "./data",
                        "Directory of lease journal, database, keys and control socket."),
                one(
                        "translator.io",
                        Choice.of("tun", "afxdp", "memory"),
                        "memory",
                        "How packets come and go: tun translates packets through the Linux kernel;"
                                + " memory moves none, the allocator and port control are real."
                                + " afxdp is not available in this version."),
                one(
                        "translator.shards",
                        new Whole(1, MAX_SHARDS, true),
                        "auto",
                        "Translator threads; auto is the number of cores, at most the number of"
                                + " pool addresses."),
                one(
                        "translator.tun.name",
                        new DeviceStem(),
                        "portreeve0",
                        "Stem of the names of the two TUN devices; -in and -out are added to it."),
                one(
                        MANAGE_ROUTES,
                        new Flag(),
                        "true",
                        "Whether the node sets and removes its own routes, rules and guards."));
    }

    private static List<ConfigKey> sides() {
        return List.of(
                list(
                        "translator.inside.interfaces",
                        new Device(),
                        List.of(),
                        "Subscriber-facing interfaces; required when io is tun."),
                list(
                        "translator.inside.prefixes",
                        new Network(),
                        List.of(
                                "127.0.0.0/8",
                                "10.0.0.0/8",
                                "172.16.0.0/12",
                                "192.168.0.0/16",
                                "100.64.0.0/10"),
                        "Who is a subscriber; other sources from inside are dropped as spoofed."
                                + " Required when io is tun."),
                list(
                        "translator.inside.infrastructure",
                        new Network(),
                        List.of(),
                        "The operator's own routers inside: their ICMP errors pass, they"
                                + " get no mappings."),
                one(
                        INGRESS_CHECK,
                        Choice.of(IngressCheck.STRICT.word(), IngressCheck.OFF.word()),
                        IngressCheck.STRICT.word(),
                        "What the kernel does with a packet that comes by an inside interface: with"
                                + " strict it drops and counts it, before anything else looks at it,"
                                + " unless that interface leads to its source, so that no host"
                                + " speaks in the name of a subscriber behind another one; off is"
                                + " for networks where subscribers' packets come by another way"
                                + " than packets to them go. With manage-routes: false the check is"
                                + " yours."),
                list(
                        "translator.outside.interfaces",
                        new Device(),
                        List.of(),
                        "Internet-facing interfaces; required when io is tun."),
                list(
                        "translator.pass-through",
                        new Destinations(),
                        List.of(),
                        "Destinations that subscribers reach untranslated, with their own"
                                + " addresses and without a mapping, and that reach subscribers"
                                + " so (RFC 6888 REQ-6): whole TCP, UDP and ICMP packets, no"
                                + " fragments or other protocols. Listed hosts must use internal"
                                + " addresses: what they send to an external one is answered from"
                                + " the internal one. Sessions to a destination end at the restart"
                                + " that lists it."));
    }

    private static List<ConfigKey> capacity() {
        ValueKind rows = new Whole(1_024, MAX_ROWS, true);
        return List.of(
                one(
                        "translator.capacity.sessions",
                        rows,
                        "auto",
                        "Sessions of the whole node; auto follows the pool and the memory."),
                one(
                        "translator.capacity.mappings",
                        rows,
                        "auto",
                        "Mappings of the whole node; auto follows the pool and the memory."),
                one(
                        "translator.capacity.subscribers",
                        new Whole(16, 1L << 22, true),
                        "auto",
                        "Subscribers with a pairing at one time; auto follows the pool."),
                one(
                        ADDRESSES,
                        new Whole(1, Contradictions.MAX_POOL_ADDRESSES, true),
                        "auto",
                        "External addresses that there is room for, those that are on their way"
                                + " out of the pool included; auto is 8 more than the pool has at"
                                + " the start, as many as it has in deterministic and static"
                                + " pools."));
    }

    private static List<ConfigKey> timers() {
        return List.of(
                one(
                        "translator.timers.udp",
                        new Span(120, DAY, "RFC 4787 REQ-5: not less than 120 s"),
                        "300s",
                        "Idle time of a UDP mapping."),
                list(
                        "translator.timers.udp-ports",
                        new PortTime(),
                        List.of(),
                        "Shorter idle times of UDP sessions to well-known ports of peers, such as"
                                + " 53 10s for DNS (RFC 4787 REQ-5 a). A mapping ends so early"
                                + " only when all its sessions are such."),
                one(
                        "translator.timers.icmp",
                        new Span(60, DAY, "RFC 5508 REQ-2: not less than 60 s"),
                        "60s",
                        "Idle time of an ICMP query session."),
                one(
                        "translator.timers.tcp-established",
                        new Span(7_440, 7 * DAY, "RFC 5382 REQ-5: not less than 2 h 4 min"),
                        "7440s",
                        "Idle time of an established TCP session."),
                one(
                        "translator.timers.tcp-opening",
                        new Span(6, DAY, "may go below 240 s: RFC 7857 §2.1"),
                        "240s",
                        "Idle time of a TCP session whose handshake is not complete."),
                one(
                        "translator.timers.tcp-closing",
                        new Span(240, DAY, "RFC 5382 REQ-5: not less than 4 min"),
                        "240s",
                        "Idle time of a TCP session that both sides have closed."),
                one(
                        "translator.timers.hold-down",
                        new Span(0, DAY, ""),
                        "120s",
                        "How long a released port rests (RFC 6888 REQ-8 asks for 120 s)."),
                one(
                        "translator.restart.keep",
                        new Span(0, 3_600, ""),
                        "120s",
                        "How long the sessions and mappings of a node that was stopped by SIGTERM"
                                + " or SIGINT wait for its next start; 0 keeps none."));
    }

    private static List<ConfigKey> icmpErrors() {
        return List.of(
                one(
                        "translator.icmp-errors.inside",
                        new Flag(),
                        "true",
                        "Whether the translator sends ICMP errors of its own to subscribers:"
                                + " refusals, and time exceeded."),
                one(
                        "translator.icmp-errors.outside",
                        new Flag(),
                        "true",
                        "Whether it sends errors of its own to outside hosts, from an address of"
                                + " the pool: time exceeded, and answers to unsolicited SYNs."),
                one(
                        "translator.icmp-errors.refusals",
                        new Flag(),
                        "true",
                        "Whether subscribers are told (host unreachable) that a packet got no"
                                + " port or session."),
                one(
                        "translator.icmp-errors.unsolicited-syns",
                        new Flag(),
                        "true",
                        "Whether an outside host is told (port unreachable) that nobody waits for"
                                + " its SYN, 6 s after it (RFC 5382 REQ-4); not without"
                                + " outside: true."),
                one(
                        "translator.icmp-errors.per-second",
                        new Whole(1, MAX_ERRORS_PER_SECOND, false),
                        Integer.toString(ErrorRules.PER_SECOND),
                        "Errors of its own that the node sends to either side in a second."),
                one(
                        "translator.icmp-errors.per-subscriber-per-second",
                        new Whole(1, MAX_ERRORS_PER_SECOND, false),
                        Integer.toString(ErrorRules.PER_SUBSCRIBER_PER_SECOND),
                        "Those of them to one subscriber."));
    }

    private static List<ConfigKey> services() {
        var keys = new ArrayList<>(pcp());
        keys.addAll(PcpKeys.permissions());
        keys.addAll(announcements());
        keys.add(
                list(
                        "upnp.interfaces",
                        new Device(),
                        List.of(),
                        "Inside interfaces where UPnP IGD is offered; empty is off."));
        keys.add(
                one(
                        "upnp.present-as",
                        Choice.of("auto", "igd1", "igd2"),
                        "auto",
                        "Which IGD version clients see; auto shows each what it asks for."));
        keys.add(
                one(
                        "admin.listen",
                        new Listen(),
                        "127.0.0.1:8443",
                        "Where the admin UI and the API answer, by HTTPS."));
        keys.add(
                one(
                        "admin.tls.certificate",
                        new File(),
                        "",
                        "PEM file with the certificate chain of the admin UI; empty: one is made at"
                                + " the first start."));
        keys.add(one("admin.tls.key", new File(), "", "PEM file with its private key."));
        keys.add(
                one("store.url", new Text(), "", "Database of what staff edit; empty is embedded.")
                        .defaultOnly());
        keys.add(
                one(
                        "metrics.listen",
                        new Listen(),
                        "127.0.0.1:9464",
                        "Where metrics and health answer, without authentication."));
        return keys;
    }

    private static List<ConfigKey> pcp() {
        return List.of(
                list(
                        "pcp.listen",
                        new HostAddress(),
                        List.of("127.0.0.1"),
                        "Addresses that answer PCP on port 5351, each from itself; the anycast"
                                + " addresses 192.0.0.9 and 2001:1::1 (RFC 7723) are for it too."
                                + " One that the loopback device has is answered at each of"
                                + " translator.inside.interfaces. IPv6 clients are told the epoch,"
                                + " and have nothing to map for themselves."),
                one(
                                "pcp.enabled",
                                new Flag(),
                                "true",
                                "Whether PCP is answered; without it its clients are told to speak"
                                        + " NAT-PMP.")
                        .live(),
                one("pcp.nat-pmp", new Flag(), "true", "Whether NAT-PMP is answered too.").live(),
                one(
                                "pcp.lifetime.minimum",
                                new Span(1, DAY, ""),
                                "120s",
                                "Shortest lifetime that is granted (RFC 6887 §15 advises 120 s).")
                        .live(),
                one(
                                "pcp.lifetime.maximum",
                                new Span(1, 30 * DAY, ""),
                                "24h",
                                "Longest lifetime that is granted.")
                        .live());
    }

    private static List<ConfigKey> announcements() {
        return List.of(
                one(
                                "pcp.announce.multicast",
                                new Flag(),
                                "true",
                                "Whether a start is announced to all hosts of each link that is"
                                        + " listened on.")
                        .live(),
                one(
                                "pcp.announce.unicast",
                                new Flag(),
                                "true",
                                "Whether a start is announced to each client that has a mapping by"
                                        + " PCP, one by one.")
                        .live(),
                one(
                                "pcp.announce.count",
                                new Whole(1, AnnounceSettings.MOST_COPIES, false),
                                Integer.toString(AnnounceSettings.USUAL.copies()),
                                "How often a start is announced, each gap twice the one before"
                                        + " (RFC 6887 §14.1.3); single clients less often when there"
                                        + " are many of them.")
                        .live(),
                one(
                                "pcp.announce.per-second",
                                new Whole(1, 1_000_000, false),
                                Integer.toString(AnnounceSettings.USUAL.perSecond()),
                                "Single clients that are told in a second of a start, or of what"
                                        + " staff or the configuration made of their mappings.")
                        .live());
    }

    /** The key of a place in a file. */
    static Optional<ConfigKey> find(String path) {
        return Optional.ofNullable(BY_PATTERN.get(ConfigPath.pattern(path)));
    }

    /** Whether keys lie below the path. */
    static boolean isSection(String path) {
        String start = ConfigPath.pattern(path) + ".";
        return ALL.stream().anyMatch(key -> key.path().startsWith(start));
    }

    /** The words that may follow the path; the empty path is the top of the file. */
    static Set<String> wordsBelow(String path) {
        String start = path.isEmpty() ? "" : ConfigPath.pattern(path) + ".";
        var words = new TreeSet<String>();
        for (ConfigKey key : ALL) {
            if (key.path().startsWith(start)) {
                String word = key.path().substring(start.length()).split("\\.", 2)[0];
                words.add(word.replace("[]", "").replace("*", "NAME"));
            }
        }
        return words;
    }
}
