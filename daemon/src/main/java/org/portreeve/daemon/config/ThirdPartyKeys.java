package org.portreeve.daemon.config;

import static org.portreeve.daemon.config.ConfigKey.list;
import static org.portreeve.daemon.config.ConfigKey.one;

import java.util.List;
import java.util.stream.Stream;
import org.portreeve.daemon.config.ValueKind.AnyNetwork;
import org.portreeve.daemon.config.ValueKind.Identifier;
import org.portreeve.daemon.config.ValueKind.Network;
import org.portreeve.daemon.config.ValueKind.Whole;
import org.portreeve.pcp.wire.RealmId;

/** The keys about who asks for mappings of other hosts, and how it names them. Immutable. */
final class ThirdPartyKeys {
    /** Who may ask, all of them for the same hosts. */
    static final String FROM = "pcp.third-party.from";

    /** For which hosts. */
    static final String FOR = "pcp.third-party.for";

    /** Lists of who may ask for others than those. */
    static final String PORTALS = "pcp.third-party.portals";

    /** Identifiers that stand beside addresses. */
    static final String REALMS = "pcp.third-party.realms";

    /** How long those may be. */
    static final String LENGTHS = "pcp.third-party.identifier-lengths";

    /** Hosts that need one. */
    static final String OVERLAPPING = "pcp.third-party.overlapping";

    private ThirdPartyKeys() {}

    static List<ConfigKey> all() {
        return Stream.of(portals(), realms()).flatMap(List::stream).map(ConfigKey::live).toList();
    }

    private static List<ConfigKey> portals() {
        return List.of(
                list(
                        FROM,
                        new AnyNetwork(),
                        List.of(),
                        "Addresses that may ask for mappings of other hosts (RFC 6887 §13.1), such"
                                + " as a portal's: a /24 at the widest, of IPv6 a /64, single hosts"
                                + " inside, no subscriber's; to all others THIRD_PARTY is an option"
                                + " that is not supported."),
                list(FOR, new Network(), List.of(), "Internal addresses that they may ask for."),
                list(
                        PORTALS + "[].from",
                        new AnyNetwork(),
                        List.of(),
                        "The same of portals that may ask for other hosts than those."),
                list(
                        PORTALS + "[].for",
                        new Network(),
                        List.of(),
                        "Internal addresses that these may ask for."));
    }

    private static List<ConfigKey> realms() {
        return List.of(
                one(
                        REALMS + "[].identifier",
                        new Identifier(),
                        "",
                        "What portals call a realm of internal addresses, or the tunnel to it"
                                + " (THIRD_PARTY_ID, RFC 7843). Without realms the option is not"
                                + " supported."),
                list(
                        REALMS + "[].prefixes",
                        new Network(),
                        List.of(),
                        "Its internal addresses. The translator has one space of them: no address"
                                + " can be in two realms."),
                list(
                        LENGTHS,
                        new Whole(1, RealmId.MAX_BYTES, false),
                        List.of(),
                        "Octets that an identifier may have; others are refused as of a length that"
                                + " is not supported. None: those of the realms."),
                list(
                        OVERLAPPING,
                        new Network(),
                        List.of(),
                        "Internal addresses for which a portal must name the realm: those that"
                                + " other realms of the network have too."));
    }
}
