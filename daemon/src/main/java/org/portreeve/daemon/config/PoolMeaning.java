package org.portreeve.daemon.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.config.Pool.Allocation;
import org.portreeve.nat.port.DeterministicRanges;
import org.portreeve.nat.port.PortLayout;

/** What the ports of a pool amount to, in words for operators. Any thread. */
final class PoolMeaning {
    /** Octets of a block record in the journal, about. */
    private static final int RECORD_BYTES = 40;

    /** Blocks that a busy subscriber leases and returns in a day, about. */
    private static final int BLOCKS_PER_DAY = 10;

    private static final double MIB = 1 << 20;

    private PoolMeaning() {}

    /** A line for each subject. */
    static List<String> lines(NatConfig nat) {
        Pool pool = nat.pool();
        var lines = new ArrayList<String>();
        lines.add("ports: " + ports(nat));
        if (!pool.excludedPorts().isEmpty()) {
            lines.add("excluded ports: " + pool.excludedPorts());
        }
        if (pool.kept().perSubscriber() > 0) {
            lines.add(
                    "kept incoming ports: %d of TCP and of UDP for each subscriber, up to %,d at an address; %,d are left"
                            .formatted(
                                    pool.kept().perSubscriber(),
                                    pool.kept().subscribers(),
                                    pool.incomingPorts().size()
                                            - pool.kept().perSubscriber()
                                                    * pool.kept().subscribers()));
        }
        if (!pool.overlapPorts().equals(Pool.NO_PORTS)) {
            lines.add(
                    "shared ports: %s, for TCP when no other is left; each connection is recorded with its remote address"
                            .formatted(pool.overlapPorts()));
        }
        if (pool.pairing().isSoft()) {
            lines.add("pairing: soft; a full address sends new sessions to others of its shard");
        }
        lines.add("port selection: algorithm " + pool.choice().algorithm() + " of RFC 6056");
        return lines;
    }

    private static String ports(NatConfig nat) {
        Pool pool = nat.pool();
        String incoming =
                pool.incomingPorts().equals(Pool.NO_PORTS)
                        ? "no incoming"
                        : "%,d incoming (%s)"
                                .formatted(pool.incomingPorts().size(), pool.incomingPorts());
        String rest =
                switch (pool.allocation()) {
                    case Allocation.Blocks _ -> blocks(nat);
                    case Allocation.Dynamic _ ->
                            "%,d single ports, the incoming ones last"
                                    .formatted(pool.ports().size());
                    case Allocation.Deterministic given -> ranges(nat, given);
                };
        return "%s per address: %s and %s".formatted(pool.ports(), incoming, rest);
    }

    private static String blocks(NatConfig nat) {
        int blocks = new PortLayout(nat).leasableBlocks();
        return "%,d blocks of %d; %,d blocks in all, at most %d per subscriber"
                .formatted(
                        blocks,
                        nat.pool().block().size(),
                        (long) blocks * nat.pool().addresses().size(),
                        nat.pool().block().maxPerSubscriber());
    }

    private static String ranges(NatConfig nat, Allocation.Deterministic given) {
        var ranges = new DeterministicRanges(nat.inside(), nat.pool());
        String each =
                "%,d ranges of %,d ports (C %d, D %d, algorithm 0); %,d internal addresses have one"
                        .formatted(
                                given.compression(),
                                ranges.rangePorts(),
                                given.compression(),
                                given.dynamicFactor(),
                                ranges.size());
        return given.dynamicFactor() == 0
                ? each + "; nothing beyond it"
                : each + "; beyond it " + blocks(nat);
    }

    /** How much is written about who had which port. */
    static String logVolume(NatConfig nat) {
        return switch (nat.pool().allocation()) {
            case Allocation.Blocks _ -> ofBlocks(nat);
            case Allocation.Dynamic _ ->
                    "a dynamic pool needs a record for each mapping, which this version does not"
                            + " keep: nobody can tell later who had a port";
            case Allocation.Deterministic given ->
                    given.dynamicFactor() == 0
                            ? "none: portreeve deterministic computes who has a port"
                            : "none for ranges, which portreeve deterministic computes; for blocks "
                                    + ofBlocks(nat);
        };
    }

    private static String ofBlocks(NatConfig nat) {
        long blocks = (long) new PortLayout(nat).leasableBlocks() * nat.pool().addresses().size();
        long busy = Math.min(nat.capacity().subscribers(), blocks);
        double mebibytes = busy * BLOCKS_PER_DAY * 2 * RECORD_BYTES / MIB;
        return String.format(
                Locale.ROOT,
                "two records of about %d octets for each block leased: about %.1f MiB a day when"
                        + " %,d subscribers lease %d blocks each",
                RECORD_BYTES,
                mebibytes,
                busy,
                BLOCKS_PER_DAY);
    }
}
