package org.portreeve.control.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.BitSet;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.rules.Rules;
import org.portreeve.nat.shard.ShardAudit;

/**
 * Holds what each subscriber has against what its profile allows. Nothing is taken away when a
 * quota shrinks, so whoever had more may keep that, but get no more. Owners of reservations are
 * left out: what a reservation leaves counts, and staff are not bound.
 */
final class QuotaWatch {
    private final Population population;
    private final WholeNode node;
    private final int[] ports;
    private final int[] sessions;
    private final int[] mappings;
    private final BitSet reserved = new BitSet();

    /** Whether subscribers may still have the profile of a policy before. */
    private boolean isLoose;

    QuotaWatch(Population population, WholeNode node) {
        this.population = population;
        this.node = node;
        int capacity = node.config.nat().capacity().subscribers();
        ports = new int[capacity];
        sessions = new int[capacity];
        mappings = new int[capacity];
    }

    /** Staff have something to do with an address. */
    void onReserved(int host) {
        reserved.set(host & ~1, (host | 1) + 1);
    }

    /** Before another policy: for a while the one before may hold. */
    void loosen() {
        isLoose = true;
        for (int host = 0; host < population.hosts(); host++) {
            long pairing = node.pairing(Population.ip(host));
            if (pairing != Directory.NONE) {
                raise(Directory.subscriber(pairing), population.quotaOf(host));
            }
        }
    }

    /** At rest: every subscriber has its profile, and what it has. */
    void tighten() {
        isLoose = false;
        Arrays.fill(ports, 0);
        Arrays.fill(sessions, 0);
        Arrays.fill(mappings, 0);
        // Who is not paired now may be when next looked at, with ports that rest since before.
        for (ShardAudit audit : node.audits) {
            for (int subscriber = 0; subscriber < ports.length; subscriber++) {
                ports[subscriber] = Math.max(ports[subscriber], audit.ports(subscriber));
            }
        }
        for (int host = 0; host < population.hosts(); host++) {
            long pairing = node.pairing(Population.ip(host));
            if (pairing != Directory.NONE) {
                int subscriber = Directory.subscriber(pairing);
                ShardAudit audit = node.auditOf(Directory.addressIndex(pairing));
                ports[subscriber] = audit.ports(subscriber);
                sessions[subscriber] = audit.sessions(subscriber);
                mappings[subscriber] = audit.explicitMappings(subscriber);
            }
        }
    }

    /** Looks at who owns an address. */
    void check(int host) {
        long pairing = node.pairing(Population.ip(host));
        if (pairing == Directory.NONE || reserved.get(host)) {
            return;
        }
        int subscriber = Directory.subscriber(pairing);
        ShardAudit audit = node.auditOf(Directory.addressIndex(pairing));
        Rules.Quota quota = population.quotaOf(host);
        check("ports", subscriber, audit.ports(subscriber), quota.ports(), ports);
        check("sessions", subscriber, audit.sessions(subscriber), quota.sessions(), sessions);
        int explicit = audit.explicitMappings(subscriber);
        check("mappings", subscriber, explicit, quota.mappings(), mappings);
    }

    void checkAll() {
        for (int host = 0; host < population.hosts(); host++) {
            check(host);
        }
    }

    private void check(String what, int subscriber, int count, int quota, int[] kept) {
        assertTrue(
                count <= Math.max(quota, kept[subscriber]),
                () ->
                        "subscriber %d has %d %s, its quota is %d and it had %d"
                                .formatted(subscriber, count, what, quota, kept[subscriber]));
        if (!isLoose) {
            kept[subscriber] = Math.min(kept[subscriber], count);
        }
    }

    private void raise(int subscriber, Rules.Quota quota) {
        ports[subscriber] = Math.max(ports[subscriber], quota.ports());
        sessions[subscriber] = Math.max(sessions[subscriber], quota.sessions());
        mappings[subscriber] = Math.max(mappings[subscriber], quota.mappings());
    }
}
