package org.portreeve.control.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.portreeve.control.history.HistoryChange.Began;
import org.portreeve.control.history.HistoryChange.Ended;
import org.portreeve.control.history.HistoryChange.Present;
import org.portreeve.control.history.HistoryChange.RollBegan;
import org.portreeve.control.history.HistoryChange.RollEnded;
import org.portreeve.control.store.HistoryEntry;

/**
 * Since when each has what it has. Bounded by the leases, reservations, port blocks and mappings at
 * shared ports of a node. Writer thread only.
 */
final class OpenEntries {
    private final Map<Possession, Long> sinceMillis = new HashMap<>();

    /** Who has a shared port towards a remote address, by {@link Possession#place}. */
    private final Map<Possession, Possession> sharers = new HashMap<>();

    /** What a roll call has not met yet. */
    private final Set<Possession> missing = new HashSet<>();

    /** Connections at shared ports that a former process left, which did not outlive it. */
    private final List<HistoryEntry> left = new ArrayList<>();

    private long rollMillis;

    /** Begins with what the store takes to be going on. */
    void load(List<HistoryEntry> ongoing) {
        for (HistoryEntry entry : ongoing) {
            Possession possession = Possession.of(entry);
            if (possession.isShared()) {
                left.add(entry);
            } else {
                sinceMillis.merge(possession, entry.fromMillis(), Math::min);
            }
        }
    }

    /** What is to be written about a change. */
    List<HistoryEntry> take(HistoryChange change) {
        return switch (change) {
            case Began(Possession possession, long atMillis) -> begin(possession, atMillis);
            case Present(Possession possession, long atMillis) -> begin(possession, atMillis);
            case Ended(Possession possession, long atMillis) -> end(possession, atMillis).toList();
            case RollBegan(long atMillis) -> beginRoll(atMillis);
            case RollEnded() -> endRoll();
        };
    }

    private List<HistoryEntry> begin(Possession possession, long atMillis) {
        if (possession.isShared()) {
            return beginSharing(possession, atMillis);
        }
        missing.remove(possession);
        // It was there before a restart, and still is.
        return sinceMillis.putIfAbsent(possession, atMillis) == null
                ? List.of(possession.during(atMillis, HistoryEntry.ONGOING))
                : List.of();
    }

    /** Whoever had the place before has it no more, even if nobody heard of that end. */
    private List<HistoryEntry> beginSharing(Possession possession, long atMillis) {
        Possession former = sharers.get(possession.place());
        Stream<HistoryEntry> over = former == null ? Stream.of() : end(former, atMillis);
        sharers.put(possession.place(), possession);
        sinceMillis.put(possession, atMillis);
        HistoryEntry begun = possession.during(atMillis, HistoryEntry.ONGOING);
        return Stream.concat(over, Stream.of(begun)).toList();
    }

    private Stream<HistoryEntry> end(Possession possession, long atMillis) {
        missing.remove(possession);
        if (possession.isShared()) {
            sharers.remove(possession.place(), possession);
        }
        Long since = sinceMillis.remove(possession);
        // Of what nobody heard when it began this moment alone is certain.
        long fromMillis = since == null ? atMillis : since;
        // The wall clock may have been set back.
        return Stream.of(possession.during(fromMillis, Math.max(fromMillis, atMillis)));
    }

    private List<HistoryEntry> beginRoll(long atMillis) {
        rollMillis = atMillis;
        missing.clear();
        sinceMillis.keySet().stream().filter(each -> !each.isShared()).forEach(missing::add);
        List<HistoryEntry> over = left.stream().map(entry -> over(entry, atMillis)).toList();
        left.clear();
        return over;
    }

    private static HistoryEntry over(HistoryEntry entry, long atMillis) {
        long fromMillis = entry.fromMillis();
        return Possession.of(entry).during(fromMillis, Math.max(fromMillis, atMillis));
    }

    private List<HistoryEntry> endRoll() {
        return List.copyOf(missing).stream().flatMap(gone -> end(gone, rollMillis)).toList();
    }
}
