package org.portreeve.daemon.config;

import static org.portreeve.daemon.config.ConfigKey.list;
import static org.portreeve.daemon.config.ConfigKey.one;

import java.util.List;
import java.util.stream.Stream;
import org.portreeve.daemon.config.ValueKind.Choice;
import org.portreeve.daemon.config.ValueKind.Flag;
import org.portreeve.daemon.config.ValueKind.Name;
import org.portreeve.daemon.config.ValueKind.PoolAddresses;
import org.portreeve.daemon.config.ValueKind.Ports;
import org.portreeve.daemon.config.ValueKind.Span;
import org.portreeve.daemon.config.ValueKind.Whole;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.config.Pool;

/** The keys of a pool: which external addresses, and how their ports are given. Immutable. */
final class PoolKeys {
    private static final String POOL = ConfigKeys.POOL;

    /** What becomes of what a removed address has. */
    static final String ON_REMOVAL = POOL + ".on-removal";

    private static final long DAY = 86_400;

    /** TCP ports, UDP ports and identifiers of one address. */
    private static final int MOST_PORTS = 3 * PortRange.MAX_PORT;

    private PoolKeys() {}

    static List<ConfigKey> all() {
        return Stream.of(addresses(), blocks(), deterministic(), selection(), pairing())
                .flatMap(List::stream)
                .toList();
    }

    private static List<ConfigKey> addresses() {
        return List.of(
                one(POOL + ".name", new Name(), "default", "Name of the pool in records."),
                list(
                                POOL + ".addresses",
                                new PoolAddresses(),
                                List.of("198.51.100.0/28"),
                                "External addresses. The default is a documentation prefix that no"
                                        + " packet reaches; required when io is tun. A reload adds"
                                        + " addresses at once; one that is left out gets no new"
                                        + " mapping, and leaves when nothing uses it any more. In"
                                        + " deterministic and static pools they change with a"
                                        + " restart alone.")
                        .live(),
                one(
                                ON_REMOVAL,
                                Choice.of("drain", "cut"),
                                "drain",
                                "What becomes of sessions and leases at an address that is left out:"
                                        + " they end by their timers, or at once.")
                        .live(),
                one(
                        POOL + ".ports",
                        new Ports(false),
                        "1024-65535",
                        "External ports in use. A dynamic pool gives those below 1024, if it has"
                                + " any, to internal ports below 1024 alone."),
                one(
                        POOL + ".allocation",
                        Choice.of("block", "dynamic", "deterministic", "static"),
                        "block",
                        "How implicit mappings get ports: from blocks that a subscriber leases;"
                                + " singly, from all ports; from a range computed from the internal"
                                + " address, then from blocks (RFC 7422); from such a range alone,"
                                + " with nothing outside of it for anybody."),
                one(
                        POOL + ".incoming-ports",
                        new Ports(true),
                        "1024-16383",
                        "Single ports for explicit mappings, inside ports; the rest is for blocks"
                                + " or ranges. Dynamic pools give them to others last. None in"
                                + " static pools, and where none is written."),
                one(
                        POOL + ".kept-incoming.per-subscriber",
                        new Whole(0, 1_024, false),
                        "0",
                        "TCP and UDP ports each of incoming-ports that a subscriber can always have"
                                + " by asking, whatever the others took; in block and deterministic"
                                + " pools."),
                one(
                        POOL + ".kept-incoming.subscribers",
                        new Whole(1, PortRange.MAX_PORT, false),
                        "64",
                        "For how many subscribers of an external address they are kept; with more"
                                + " of them the promise is not."),
                list(
                        POOL + ".excluded-ports",
                        new Ports(false),
                        List.of(),
                        "Ports that nobody gets, reservations included."),
                one(
                        POOL + ".overlap-ports",
                        new Ports(true),
                        "none",
                        "Ports outside of ports that TCP connections of several subscribers share,"
                                + " each towards a remote address of its own (RFC 7857 §3), when"
                                + " no other port is left for them. Only the remote endpoint of a"
                                + " connection gets in. Needs records.destinations: overlapping."));
    }

    private static List<ConfigKey> blocks() {
        return List.of(
                one(
                        POOL + ".block.size",
                        new Whole(16, 16_384, false),
                        "512",
                        "Ports of a block: a power of two that divides what incoming-ports leaves"
                                + " of ports."),
                one(
                        POOL + ".block.max-per-subscriber",
                        new Whole(1, Pool.Block.MAX_BLOCKS, false),
                        "8",
                        "Blocks that one subscriber may hold."),
                one(
                        POOL + ".block.idle-return",
                        new Span(1, 7 * DAY, ""),
                        "180s",
                        "How long a block without a used port stays leased."));
    }

    private static List<ConfigKey> deterministic() {
        return List.of(
                one(
                        POOL + ".deterministic.compression",
                        new Whole(1, PortRange.MAX_PORT, true),
                        "auto",
                        "Internal addresses for each external one (C of RFC 7422), in deterministic"
                                + " and static pools; auto serves all inside prefixes."),
                one(
                        POOL + ".deterministic.dynamic-factor",
                        new Whole(0, PortRange.MAX_PORT, false),
                        "1",
                        "Shares of the ports that are left for blocks (D of RFC 7422), as large as"
                                + " a range each; 0: none, as always in static pools."),
                one(
                        POOL + ".deterministic.range-ports",
                        new Whole(1, PortRange.MAX_PORT, true),
                        "auto",
                        "Ports of a range; auto divides what there is by compression and"
                                + " dynamic-factor together."));
    }

    private static List<ConfigKey> selection() {
        return List.of(
                one(
                        POOL + ".port-selection.algorithm",
                        new Whole(1, 5, false),
                        "2",
                        "Which free port it is (RFC 6056 §3.3): 1 a random one, then the next; 2"
                                + " random ones, then as 1; 3 a hash of the flow and a counter; 4"
                                + " the same with many counters; 5 random steps."),
                one(
                        POOL + ".port-selection.table",
                        new Whole(10, 65_536, false),
                        "10",
                        "Counters of algorithm 4."),
                one(
                        POOL + ".port-selection.increment",
                        new Whole(1, PortRange.MAX_PORT, false),
                        "500",
                        "The largest step of algorithm 5 (N of RFC 6056)."),
                one(
                        POOL + ".port-selection.parity",
                        new Flag(),
                        "false",
                        "Whether UDP mappings made by traffic have even ports for even internal"
                                + " ones and odd for odd (RFC 4787 REQ-4)."),
                one(
                        POOL + ".port-selection.preserve",
                        new Flag(),
                        "false",
                        "Whether a mapping made by traffic keeps its internal port when that is"
                                + " free and its subscriber's to have. Such ports can be guessed."));
    }

    private static List<ConfigKey> pairing() {
        return List.of(
                one(
                        POOL + ".paired",
                        Choice.of("hard", "soft"),
                        "hard",
                        "Whether a subscriber keeps to one external address; soft lets traffic use"
                                + " others of the same shard when that one is full, in block and"
                                + " dynamic pools. Explicit mappings never do."),
                one(
                        POOL + ".pair-idle",
                        new Span(1, DAY, ""),
                        "300s",
                        "How long a subscriber that has only asked for its external address keeps"
                                + " it."),
                one(
                        POOL + ".max-resting-ports",
                        new Whole(0, MOST_PORTS, true),
                        "auto",
                        "Released ports of an external address that rest for timers.hold-down at a"
                                + " time; more are free at once, except those of explicit mappings."
                                + " Addresses of one shard share. auto: all of them."));
    }
}
