package org.portreeve.daemon.config;

import static org.portreeve.daemon.config.ConfigKey.list;
import static org.portreeve.daemon.config.ConfigKey.one;

import java.util.List;
import java.util.stream.Stream;
import org.portreeve.control.Description;
import org.portreeve.daemon.config.ValueKind.Choice;
import org.portreeve.daemon.config.ValueKind.Flag;
import org.portreeve.daemon.config.ValueKind.Prefix64;
import org.portreeve.daemon.config.ValueKind.Whole;

/** The part of the key table about what PCP requests may do, and what they are told. Immutable. */
final class PcpKeys {
    private PcpKeys() {}

    static List<ConfigKey> permissions() {
        return Stream.of(owners(), ThirdPartyKeys.all(), prefixes64())
                .flatMap(List::stream)
                .toList();
    }

    private static List<ConfigKey> owners() {
        return List.of(
                one(
                                "pcp.nonce",
                                Choice.of("strict", "renew-only", "off"),
                                "strict",
                                "What a PCP request may do to a mapping of another nonce: nothing;"
                                        + " prolong it; or all, as the internal address alone"
                                        + " decides. Profiles may say otherwise.")
                        .live(),
                one(
                                "pcp.strict-simple-model",
                                new Flag(),
                                "false",
                                "Whether no explicit mapping lives longer than traffic would keep"
                                        + " an implicit one (RFC 6887 §18.1): for links where"
                                        + " subscribers can take each other's addresses.")
                        .live(),
                one(
                                "pcp.honour-suggested-address",
                                new Flag(),
                                "false",
                                "Whether a subscriber without an external address gets the one of"
                                        + " the pool that its MAP or PEER suggests, while there is"
                                        + " room (RFC 6887 §11.3), and not the one with the fewest"
                                        + " subscribers. Who has an address keeps it (RFC 6888"
                                        + " REQ-2).")
                        .live(),
                one(
                                "pcp.description-bytes",
                                new Whole(1, Description.MAX_BYTES, false),
                                Integer.toString(Description.MAX_BYTES),
                                "Octets of UTF-8 at which the description of a mapping is cut (RFC"
                                        + " 7220 §3 advises to keep 128).")
                        .live());
    }

    private static List<ConfigKey> prefixes64() {
        return List.of(
                list(
                                "pcp.prefix64.prefixes",
                                new Prefix64(),
                                List.of(),
                                "Prefixes of a NAT64 beside this node, told to hosts that ask"
                                        + " (RFC 7225): up to 8, with up to 16 IPv4 prefixes. A change"
                                        + " is announced.")
                        .live(),
                one(
                                "pcp.prefix64.unasked",
                                new Flag(),
                                "false",
                                "Whether every answer to MAP and ANNOUNCE tells them, asked or not.")
                        .live());
    }
}
