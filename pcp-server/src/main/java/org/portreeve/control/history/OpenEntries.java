package org.portreeve.control.history;

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
 * Since when each has what it has. Bounded by the leases, reservations and port blocks of a node.
 * Writer thread only.
 */
final class OpenEntries {
    private final Map<Possession, Long> sinceMillis = new HashMap<>();

    /** What a roll call has not met yet. */
    private final Set<Possession> missing = new HashSet<>();

    private long rollMillis;

    /** Begins with what the store takes to be going on. */
    void load(List<HistoryEntry> ongoing) {
        ongoing.forEach(
                entry -> sinceMillis.merge(Possession.of(entry), entry.fromMillis(), Math::min));
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
        missing.remove(possession);
        // It was there before a restart, and still is.
        return sinceMillis.putIfAbsent(possession, atMillis) == null
                ? List.of(possession.during(atMillis, HistoryEntry.ONGOING))
                : List.of();
    }

    private Stream<HistoryEntry> end(Possession possession, long atMillis) {
        missing.remove(possession);
        Long since = sinceMillis.remove(possession);
        // Of what nobody heard when it began this moment alone is certain.
        long fromMillis = since == null ? atMillis : since;
        // The wall clock may have been set back.
        return Stream.of(possession.during(fromMillis, Math.max(fromMillis, atMillis)));
    }

    private List<HistoryEntry> beginRoll(long atMillis) {
        rollMillis = atMillis;
        missing.clear();
        missing.addAll(sinceMillis.keySet());
        return List.of();
    }

    private List<HistoryEntry> endRoll() {
        return List.copyOf(missing).stream().flatMap(gone -> end(gone, rollMillis)).toList();
    }
}
