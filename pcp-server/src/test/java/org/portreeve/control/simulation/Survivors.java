package org.portreeve.control.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.shard.ShardAudit;
import org.portreeve.nat.shard.ShardAudit.Flow;
import org.portreeve.nat.shard.ShardAudit.Held;

/**
 * What a planned restart has to bring back: each session that is not over meanwhile, at its
 * external tuple and with its deadline, and each port that still rests, for its owner. Left out is
 * what staff may take: reserved tuples, and what left with its host's owner.
 */
final class Survivors {
    private static final long SLACK_NS = 2_000_000;
    private static final long TICK_NS = 250_000_000L;

    private final WholeNode node;
    private final ExternalWatch externals;
    private final Staff staff;
    private final PoolWatch pools;
    private final Tally tally;

    /** What there was, by its external tuple: an address may have another index now. */
    private final Map<List<Integer>, Held> before = new HashMap<>();

    Survivors(WholeNode node, ExternalWatch externals, Staff staff, PoolWatch pools, Tally tally) {
        this.node = node;
        this.externals = externals;
        this.staff = staff;
        this.pools = pools;
        this.tally = tally;
    }

    /** The node is about to stop. */
    void note() {
        before.clear();
        // Nor is there a record of what was used without one; and whoever was on his way to an
        // address that the next start does not have is paired with that, or with nothing.
        if (staff.hasReloaded() || staff.hasUnrecorded() || pools.hasLost()) {
            return;
        }
        for (ShardAudit audit : node.audits) {
            audit.held().stream()
                    .filter(this::isOfItsHost)
                    .forEach(held -> before.put(externalOf(held), held));
        }
    }

    private boolean isOfItsHost(Held held) {
        ShardAudit.Row row = held.row();
        long pairing = node.pairing(row.internal().internalIp());
        // Shared ports end with the process, and towards their peers they rest.
        return pairing != Directory.NONE
                && !row.isShared()
                && Directory.subscriber(pairing) == row.subscriber()
                && isKeptAddress(row.addressIndex(), pairing)
                && !externals.isReserved(row.internal(), row.externalPort());
    }

    /** Whether the next process has the address, and its host can be seen to have been there. */
    private boolean isKeptAddress(int addressIndex, long pairing) {
        List<Integer> next = node.config.nat().pool().addresses();
        int place = next.indexOf(node.externalIp(addressIndex));
        int paired = next.indexOf(node.externalIp(Directory.addressIndex(pairing)));
        NatConfig nat = node.config.nat();
        return place >= 0 && paired >= 0 && nat.shardOf(place) == nat.shardOf(paired);
    }

    /** The next process has put back what it found. */
    void check() {
        Map<List<Integer>, Held> after = new HashMap<>();
        for (ShardAudit audit : node.audits) {
            audit.held().stream()
                    .filter(held -> !held.row().isShared())
                    .forEach(held -> after.put(externalOf(held), held));
        }
        boolean hadRoom = counted(NatCounter.UNKEPT_TABLE_FULL) == 0;
        before.forEach((external, held) -> {
            Held found = after.get(external);
            if (hadRoom && !isTaken(held, found) && !hasMovedAway(external, held)) {
                check(held, found);
            }
        });
        before.clear();
    }

    /**
     * Whether the move of its subscriber to another shard was on record when the process ended, and
     * nowhere to be seen yet.
     */
    private boolean hasMovedAway(List<Integer> external, Held held) {
        long pairing = node.pairing(held.row().internal().internalIp());
        int place = node.addressIndex(external.get(1));
        NatConfig nat = node.config.nat();
        return pairing != Directory.NONE
                && place >= 0
                && nat.shardOf(place) != nat.shardOf(Directory.addressIndex(pairing));
    }

    /** The journal is right where it and the snapshot differ. */
    private static boolean isTaken(Held held, Held found) {
        return found != null
                && !found.row().internal().equals(held.row().internal())
                && (found.row().isExplicit()
                        || found.row().isStatic()
                        || found.flows().stream().anyMatch(Flow::isKept));
    }

    private void check(Held held, Held found) {
        boolean rests = isToCome(held.restsUntilNs());
        List<Flow> alive =
                held.flows().stream()
                        .filter(f -> f.isWanted() && isToCome(f.deadlineNs()))
                        .toList();
        if (!rests && alive.isEmpty()) {
            return;
        }
        assertTrue(found != null, () -> "a planned restart lost " + describe(held));
        InternalTuple internal = held.row().internal();
        assertEquals(internal, found.row().internal(), () -> "a planned restart gave away " + held);
        tally.restsKept += alive.isEmpty() ? 1 : 0;
        tally.sessionsKept += alive.size();
        for (Flow flow : alive) {
            assertTrue(
                    found.flows().stream().anyMatch(f -> isSame(flow, f)),
                    () -> "a planned restart cut %s of %s, left %s".formatted(flow, held, found));
        }
    }

    /** What may tell why it is gone. */
    private String describe(Held held) {
        long pairing = node.pairing(held.row().internal().internalIp());
        Map<NatCounter, Long> unkept = new EnumMap<>(NatCounter.class);
        for (NatCounter counter : NatCounter.values()) {
            if (counter.name().startsWith("UNKEPT_")) {
                unkept.put(counter, counted(counter));
            }
        }
        String paired =
                pairing == Directory.NONE
                        ? "unpaired"
                        : "paired with address " + Directory.addressIndex(pairing);
        return "%s; its host is %s; %s".formatted(held, paired, unkept);
    }

    private boolean isToCome(long momentNs) {
        return momentNs != ShardAudit.NEVER && momentNs - TICK_NS - node.nowNs() > 0;
    }

    private static boolean isSame(Flow flow, Flow other) {
        return flow.isWith(other.remoteIp(), other.remotePort())
                && Math.abs(flow.deadlineNs() - other.deadlineNs()) <= SLACK_NS;
    }

    private List<Integer> externalOf(Held held) {
        ShardAudit.Row row = held.row();
        int externalIp = node.externalIp(row.addressIndex());
        return List.of(row.internal().protocol(), externalIp, row.externalPort());
    }

    private long counted(NatCounter counter) {
        return node.shards.stream().mapToLong(s -> s.counters().read().get(counter)).sum();
    }
}
