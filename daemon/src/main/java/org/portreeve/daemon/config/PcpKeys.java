package org.portreeve.daemon.config;

import static org.portreeve.daemon.config.ConfigKey.list;
import static org.portreeve.daemon.config.ConfigKey.one;

import java.util.List;
import org.portreeve.daemon.config.ValueKind.Choice;
import org.portreeve.daemon.config.ValueKind.Flag;
import org.portreeve.daemon.config.ValueKind.Network;
import org.portreeve.daemon.config.ValueKind.Prefix64;

/** The part of the key table about what PCP requests may do, and what they are told. Immutable. */
final class PcpKeys {
    private PcpKeys() {}

    static List<ConfigKey> permissions() {
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
                list(
                                "pcp.third-party.from",
                                new Network(),
                                List.of(),
                                "Addresses that may ask for mappings of other hosts (RFC 6887"
                                        + " §13.1), such as a portal's: a /24 at the widest, single"
                                        + " hosts inside, no subscriber's; to all others"
                                        + " THIRD_PARTY is an option that is not supported.")
                        .live(),
                list(
                                "pcp.third-party.for",
                                new Network(),
                                List.of(),
                                "Internal addresses that they may ask for.")
                        .live(),
                list(
                                "pcp.prefix64.prefixes",
                                new Prefix64(),
                                List.of(),
                                "Prefixes of a NAT64 beside this node, told to hosts that ask"
                                        + " (RFC 7225): up to 8, with up to 16 IPv4 prefixes.")
                        .live(),
                one(
                                "pcp.prefix64.unasked",
                                new Flag(),
                                "false",
                                "Whether every answer to MAP tells them.")
                        .live());
    }
}
