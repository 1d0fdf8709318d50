package org.portreeve.control.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.rules.Rules;
import org.portreeve.nat.shard.ShardAudit;

/**
 * Holds what each subscriber has against what its profile allows. Nothing is taken away when a
 * quota shrinks, so whoever had more may keep that, but get no more. Each shard counts for itself
 * while a subscriber moves between two. Owners of reservations are left out: what a reservation
 * leaves counts, and staff are not bound.
 */
final class QuotaWatch {
    private final Population population;
    private final WholeNode node;
    private final int capacity;

    /** What each subscriber may keep, in each shard. */
    private final Map<Kind, int[]> kept = new EnumMap<>(Kind.class);

    /** The highest limits of each host since everything had come to rest. */
    private final Map<Kind, int[]> before = new EnumMap<>(Kind.class);

    private final BitSet reserved = new BitSet();

    /** Subscribers that get no new mapping. */
    private final Set<String> drained = new HashSet<>();

    /** Hosts of those. */
    private final BitSet drainedHosts = new BitSet();

    private boolean isStale;

    /** Whether subscribers may still have the profile of a policy before. */
    private boolean isLoose;

    /** What there is a limit of. */
    private enum Kind {
        PORTS,
        TCP_PORTS,
        UDP_PORTS,
        IDENTIFIERS,
        MAPPINGS,
        SESSIONS;

        int count(ShardAudit audit, int subscriber) {
            return switch (this) {
                case PORTS -> audit.ports(subscriber);
                case TCP_PORTS -> audit.ports(subscriber, Protocol.TCP);
                case UDP_PORTS -> audit.ports(subscriber, Protocol.UDP);
                case IDENTIFIERS -> audit.ports(subscriber, Protocol.ICMP);
                case MAPPINGS -> audit.explicitMappings(subscriber);
                case SESSIONS -> audit.sessions(subscriber);
            };
        }

        int limit(Rules.Quota quota) {
            return switch (this) {
                case PORTS -> quota.ports();
                case TCP_PORTS -> quota.each().tcp();
                case UDP_PORTS -> quota.each().udp();
                case IDENTIFIERS -> quota.each().icmp();
                case MAPPINGS -> quota.mappings();
                case SESSIONS -> quota.sessions();
            };
        }
    }

    private static final Kind[] KINDS = Kind.values();

    QuotaWatch(Population population, WholeNode node) {
        this.population = population;
        this.node = node;
        capacity = node.config.nat().capacity().subscribers();
        for (Kind kind : KINDS) {
            kept.put(kind, new int[capacity * Knobs.SHARDS]);
            before.put(kind, new int[population.hosts()]);
        }
    }

    /** Staff have something to do with an address. */
    void onReserved(int host) {
        reserved.set(host & ~1, (host | 1) + 1);
    }

    /** A subscriber keeps what it has, and gets no more. */
    void onDrained(String id) {
        drained.add(id);
        isStale = true;
        keepAll();
    }

    /** A subscriber may have more again. */
    void onDrainEnded(String id) {
        drained.remove(id);
        isStale = true;
    }

    /** A process began, with these drained. */
    void onDrains(Set<String> ids) {
        drained.clear();
        drained.addAll(ids);
        isStale = true;
    }

    /** Before another policy: for a while the one before may hold. */
    void loosen() {
        isLoose = true;
        isStale = true;
        for (int host = 0; host < population.hosts(); host++) {
            Rules.Quota quota = population.quotaOf(host);
            for (Kind kind : KINDS) {
                int[] limits = before.get(kind);
                limits[host] = Math.max(limits[host], kind.limit(quota));
            }
        }
    }

    /** At rest: every subscriber has its profile, and what it has. */
    void tighten() {
        isLoose = false;
        before.values().forEach(limits -> Arrays.fill(limits, 0));
        keepAll();
    }

    /** Those too who are not in the directory yet: a request of theirs may be under way. */
    private void keepAll() {
        for (int shard = 0; shard < Knobs.SHARDS; shard++) {
            ShardAudit audit = node.audits.get(shard);
            for (Kind kind : KINDS) {
                int[] cells = kept.get(kind);
                for (int subscriber = 0; subscriber < capacity; subscriber++) {
                    cells[shard * capacity + subscriber] = kind.count(audit, subscriber);
                }
            }
        }
    }

    /** After each step. */
    void check() {
        findDrained();
        for (int host = 0; host < population.hosts(); host++) {
            long pairing = node.pairing(Population.ip(host));
            if (pairing != Directory.NONE && !reserved.get(host)) {
                check(host, Directory.subscriber(pairing), Directory.addressIndex(pairing));
                if (Directory.isMoving(pairing)) {
                    check(host, Directory.subscriber(pairing), Directory.formerIndex(pairing));
                }
            }
        }
    }

    private void findDrained() {
        if (isStale) {
            isStale = false;
            drainedHosts.clear();
            for (int host = 0; host < population.hosts() && !drained.isEmpty(); host++) {
                drainedHosts.set(host, drained.contains(population.ownerOf(host)));
            }
        }
    }

    private void check(int host, int subscriber, int addressIndex) {
        int shard = node.config.nat().shardOf(addressIndex);
        int cell = shard * capacity + subscriber;
        Rules.Quota quota = population.quotaOf(host);
        boolean isDrained = drainedHosts.get(host);
        for (Kind kind : KINDS) {
            // Another session of a mapping that is there is no new mapping.
            int now = isDrained && kind != Kind.SESSIONS ? 0 : kind.limit(quota);
            int limit = Math.max(now, before.get(kind)[host]);
            check(kind, cell, kind.count(node.audits.get(shard), subscriber), limit);
        }
    }

    private void check(Kind kind, int cell, int count, int limit) {
        int[] cells = kept.get(kind);
        assertTrue(
                count <= limit || count <= cells[cell],
                () ->
                        "subscriber %d has %d %s, its limit is %d and it had %d"
                                .formatted(cell % capacity, count, kind, limit, cells[cell]));
        if (!isLoose) {
            cells[cell] = Math.min(cells[cell], count);
        }
    }
}
