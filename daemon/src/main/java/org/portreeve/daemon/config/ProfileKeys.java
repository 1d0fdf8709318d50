package org.portreeve.daemon.config;

import static org.portreeve.daemon.config.ConfigKey.list;
import static org.portreeve.daemon.config.ConfigKey.one;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.portreeve.daemon.config.ValueKind.Choice;
import org.portreeve.daemon.config.ValueKind.Flag;
import org.portreeve.daemon.config.ValueKind.Name;
import org.portreeve.daemon.config.ValueKind.Network;
import org.portreeve.daemon.config.ValueKind.Ports;
import org.portreeve.daemon.config.ValueKind.ProfileName;
import org.portreeve.daemon.config.ValueKind.Span;
import org.portreeve.daemon.config.ValueKind.Text;
import org.portreeve.daemon.config.ValueKind.Whole;

/** The part of the key table about profiles and subscribers. Immutable. */
final class ProfileKeys {
    private static final String ALL_PROFILES = ConfigPath.PROFILES + ".*";
    private static final long DAY = 86_400;
    private static final ValueKind RATE = new Whole(1, 1_000_000, false);
    private static final ValueKind FILTERING =
            Choice.of("endpoint-independent", "address-dependent", "address-and-port-dependent");

    private ProfileKeys() {}

    static List<ConfigKey> all() {
        var keys = new ArrayList<>(quota());
        for (String protocol : List.of("udp", "tcp")) {
            keys.add(
                    one(
                                    ALL_PROFILES + ".mapping." + protocol,
                                    FILTERING,
                                    "endpoint-independent",
                                    "Mapping behaviour (RFC 4787 REQ-1).")
                            .defaultOnly());
        }
        for (String protocol : List.of("udp", "tcp")) {
            keys.add(
                    one(
                                    ALL_PROFILES + ".filtering." + protocol,
                                    FILTERING,
                                    "endpoint-independent",
                                    "Filtering behaviour (RFC 4787 REQ-8).")
                            .defaultOnly());
        }
        keys.addAll(eif());
        keys.add(
                one(
                                ALL_PROFILES + ".external-ports",
                                new Ports(),
                                "1024-65535",
                                "What explicit requests may get.")
                        .defaultOnly());
        keys.addAll(subscribers());
        return keys;
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
                        quota + ".ports",
                        new Whole(1, 65_535, false),
                        "2048",
                        "External ports of a subscriber, at most its blocks times their size."),
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
                one(each + ".profile", new ProfileName(), "default", "Name of its profile."));
    }

    private static List<ConfigKey> eif() {
        String eif = ALL_PROFILES + ".eif";
        return List.of(
                one(
                        eif + ".inbound-sessions-per-mapping",
                        new Whole(1, 1_000_000, false),
                        "1024",
                        "Sessions that outside hosts may open on one mapping."),
                one(
                                eif + ".inbound-session-rate.per-second",
                                RATE,
                                "50",
                                "Sessions that outside hosts may open in a second.")
                        .defaultOnly(),
                one(
                                eif + ".inbound-session-rate.burst",
                                RATE,
                                "200",
                                "Sessions that outside hosts may open beyond the rate.")
                        .defaultOnly(),
                one(
                        eif + ".unreplied",
                        new Span(1, DAY, ""),
                        "30s",
                        "Life of an inbound session that the subscriber never answered."),
                one(
                        eif + ".inbound-refresh",
                        new Flag(),
                        "false",
                        "Whether inbound packets keep mappings alive (RFC 4787 REQ-6)."),
                one(
                                eif + ".protocol-independent",
                                new Flag(),
                                "false",
                                "Whether a mapping lets other protocols in.")
                        .defaultOnly(),
                list(
                                eif + ".applications",
                                new Text(),
                                List.of(),
                                "Protocols and ports with behaviour of their own.")
                        .defaultOnly());
    }
}
