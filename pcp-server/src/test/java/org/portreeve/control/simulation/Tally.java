package org.portreeve.control.simulation;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.portreeve.control.ControlCounter;

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
    long leasesKeptOverRestarts;
    long sweeps;
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
        node.shards.forEach(
                shard -> shard.counters().read().forEach((counter, n) -> add(counter.name(), n)));
    }

    private void add(String counter, long count) {
        if (count > 0) {
            counters.merge(counter, count, Long::sum);
        }
    }

    @Override
    public String toString() {
        return ("%d steps %s; packets: %d in, %d out, %d hairpinned, %d errors of the node; requests: %d, granted %d;"
                        + " reservations: %d saved, %d refused; leases found again after"
                        + " restarts: %d; at most: %d subscribers, %d leases, %d reservations,"
                        + " %d mappings, %d sessions, %d blocks; %d sweeps over everything;"
                        + " counters of all processes: %s")
                .formatted(
                        steps.values().stream().mapToInt(Integer::intValue).sum(),
                        steps,
                        packetsIn,
                        packetsOut,
                        hairpins,
                        errors,
                        asked,
                        grants,
                        reservationsSaved,
                        reservationsRefused,
                        leasesKeptOverRestarts,
                        mostSubscribers,
                        mostLeases,
                        mostReservations,
                        mostMappings,
                        mostSessions,
                        mostBlocks,
                        sweeps,
                        counters);
    }
}
