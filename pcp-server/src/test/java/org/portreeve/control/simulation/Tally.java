package org.portreeve.control.simulation;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.portreeve.control.ControlCounter;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.event.EventKind;

/** What a run came to: how much of what happened, to be sure that it happened at all. */
final class Tally {
    final Map<StepKind, Integer> steps = new EnumMap<>(StepKind.class);
    private final Map<String, Long> counters = new TreeMap<>();
    long packetsIn;
    long packetsOut;
    long hairpins;
    long errors;
    long grants;
    long asked;
    long reservationsSaved;
    long reservationsRefused;
    long drainsBegun;
    long drainsEnded;
    long quarantinesOver;
    long policies;
    long restarts;
    long snapshots;
    long kills;
    long leasesKept;
    long sessionsKept;
    long restsKept;
    long journalFailures;
    long checks;
    long subscribersDrained;
    long addressesAdded;
    long addressesTaken;
    long poolsRefused;
    long untranslated;
    long sharedPackets;
    long sessionsPromised;
    long promisesKept;
    long filters;
    long setsGranted;
    int mostSubscribers;
    int mostLeases;
    int mostMappings;
    int mostSessions;
    int mostBlocks;
    int mostReservations;

    /** What the counters of a process that ends say. */
    void count(WholeNode node) {
        for (ControlCounter counter : ControlCounter.values()) {
            add(counter.name(), node.control.counters().value(counter));
        }
        for (EventKind kind : EventKind.values()) {
            add(kind.name(), node.control.events().count(kind));
        }
        node.shards.forEach(
                shard -> shard.counters().read().forEach((counter, n) -> add(counter.name(), n)));
    }

    private void add(String counter, long count) {
        if (count > 0) {
            counters.merge(counter, count, Long::sum);
        }
    }

    /** Takes in what another run came to. */
    void add(Tally other) {
        other.steps.forEach((kind, count) -> steps.merge(kind, count, Integer::sum));
        other.counters.forEach(this::add);
        packetsIn += other.packetsIn;
        packetsOut += other.packetsOut;
        hairpins += other.hairpins;
        errors += other.errors;
        grants += other.grants;
        asked += other.asked;
        reservationsSaved += other.reservationsSaved;
        reservationsRefused += other.reservationsRefused;
        drainsBegun += other.drainsBegun;
        drainsEnded += other.drainsEnded;
        quarantinesOver += other.quarantinesOver;
        policies += other.policies;
        restarts += other.restarts;
        snapshots += other.snapshots;
        kills += other.kills;
        leasesKept += other.leasesKept;
        sessionsKept += other.sessionsKept;
        restsKept += other.restsKept;
        journalFailures += other.journalFailures;
        checks += other.checks;
        subscribersDrained += other.subscribersDrained;
        addressesAdded += other.addressesAdded;
        addressesTaken += other.addressesTaken;
        poolsRefused += other.poolsRefused;
        untranslated += other.untranslated;
        sharedPackets += other.sharedPackets;
        sessionsPromised += other.sessionsPromised;
        promisesKept += other.promisesKept;
        filters += other.filters;
        setsGranted += other.setsGranted;
        most(other);
    }

    private void most(Tally other) {
        mostSubscribers = Math.max(mostSubscribers, other.mostSubscribers);
        mostLeases = Math.max(mostLeases, other.mostLeases);
        mostMappings = Math.max(mostMappings, other.mostMappings);
        mostSessions = Math.max(mostSessions, other.mostSessions);
        mostBlocks = Math.max(mostBlocks, other.mostBlocks);
        mostReservations = Math.max(mostReservations, other.mostReservations);
    }

    int stepCount() {
        return steps.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** One line of it. */
    String summary() {
        return ("%d steps; packets: %d in, %d out, %d hairpinned, %d errors of the node; mappings"
                        + " made: %d; requests: %d, granted %d; refused because a mailbox was full:"
                        + " %d requests, %d hand-overs of packets; reservations: %d saved, %d"
                        + " refused; policies: %d; drains: %d begun, %d ended, %d quarantines over,"
                        + " %d of subscribers; starts: %d after a rest, %d with a snapshot, %d after a kill; found"
                        + " again: %d leases, %d sessions, %d ports at rest; journal: %d times"
                        + " failing, %d groups lost; at most: %d subscribers, %d leases, %d"
                        + " reservations, %d mappings, %d sessions, %d blocks; used without a"
                        + " record: %d blocks, %d pairings; shared ports: %d connections, %d"
                        + " packets; %d packets untranslated; addresses: %d added, %d taken away, %d"
                        + " changes refused, %d subscribers moved; PEERs: %d kept, %d found again;"
                        + " %d filters; %d sets of ports; everything looked at %d times")
                .formatted(
                        stepCount(),
                        packetsIn,
                        packetsOut,
                        hairpins,
                        errors,
                        counted(NatCounter.MAPPINGS_MADE),
                        asked,
                        grants,
                        counted(ControlCounter.SHARD_FULL),
                        counted(NatCounter.DROP_HANDOVER_FULL),
                        reservationsSaved,
                        reservationsRefused,
                        policies,
                        drainsBegun,
                        drainsEnded,
                        quarantinesOver,
                        subscribersDrained,
                        restarts,
                        snapshots,
                        kills,
                        leasesKept,
                        sessionsKept,
                        restsKept,
                        journalFailures,
                        counted(ControlCounter.JOURNAL_LOST),
                        mostSubscribers,
                        mostLeases,
                        mostReservations,
                        mostMappings,
                        mostSessions,
                        mostBlocks,
                        counted(ControlCounter.BLOCKS_UNRECORDED),
                        counted(ControlCounter.PAIRINGS_UNRECORDED),
                        counted(EventKind.OVERLAP_MADE),
                        sharedPackets,
                        untranslated,
                        addressesAdded,
                        addressesTaken,
                        poolsRefused,
                        counted(ControlCounter.PAIRINGS_MOVED),
                        sessionsPromised,
                        promisesKept,
                        filters,
                        setsGranted,
                        checks);
    }

    private long counted(Enum<?> counter) {
        return counters.getOrDefault(counter.name(), 0L);
    }

    @Override
    public String toString() {
        return "%s; steps: %s; counters of all processes: %s".formatted(summary(), steps, counters);
    }
}
