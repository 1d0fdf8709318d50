package org.portreeve.control.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.agrona.collections.LongHashSet;
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
    /** Who has ports towards everybody, by {@link Possession#key}. */
    private final OpenPorts open = new OpenPorts();

    /** Who has a shared port towards a remote address, by {@link Possession#place}. */
    private final Map<Possession, Since> sharers = new HashMap<>();

    /** What a roll call has not met yet, by {@link Possession#key}. */
    private final LongHashSet missing = new LongHashSet();

    /** What the store takes to be going on and is not: it ends with the roll call. */
    private final List<HistoryEntry> left = new ArrayList<>();

    private long rollMillis;

    /** Begins with what the store takes to be going on. */
    void load(List<HistoryEntry> ongoing) {
        ongoing.forEach(this::load);
    }

    private void load(HistoryEntry entry) {
        Possession possession = Possession.of(entry);
        // Connections at shared ports did not outlive the process that knew them.
        if (possession.isShared()) {
            left.add(entry);
            return;
        }
        Optional<Since> former = open.find(possession.key());
        if (former.isPresent() && !former.get().isOf(possession)) {
            left.add(entry);
        } else if (former.isEmpty() || entry.fromMillis() < former.get().fromMillis()) {
            open.put(possession.key(), Since.of(possession, entry.fromMillis()));
        }
    }

    /** What is to be written about a change. */
    List<HistoryEntry> take(HistoryChange change) {
        return switch (change) {
            case Began(Possession possession, long atMillis) -> begin(possession, atMillis);
            case Present(Possession possession, long atMillis) -> begin(possession, atMillis);
            case Ended(Possession possession, long atMillis) -> List.of(end(possession, atMillis));
            case RollBegan(long atMillis) -> beginRoll(atMillis);
            case RollEnded() -> endRoll();
        };
    }

    private List<HistoryEntry> begin(Possession possession, long atMillis) {
        Optional<Since> former = at(possession);
        boolean isSame = former.isPresent() && former.get().isOf(possession);
        if (isSame && !possession.isShared()) {
            // It was there before a restart, and still is.
            missing.remove(possession.key());
            return List.of();
        }
        // Whoever had the place before has it no more, even if nobody heard of that end.
        put(possession, Since.of(possession, atMillis));
        HistoryEntry begun = possession.during(atMillis, HistoryEntry.ONGOING);
        return former.isEmpty()
                ? List.of(begun)
                : List.of(over(former.get(), possession, atMillis), begun);
    }

    private Optional<Since> at(Possession possession) {
        return possession.isShared()
                ? Optional.ofNullable(sharers.get(possession.place()))
                : open.find(possession.key());
    }

    private static HistoryEntry over(Since former, Possession place, long atMillis) {
        return over(former.at(place), former.fromMillis(), atMillis);
    }

    private void put(Possession possession, Since since) {
        if (possession.isShared()) {
            sharers.put(possession.place(), since);
        } else {
            open.put(possession.key(), since);
            missing.remove(possession.key());
        }
    }

    private HistoryEntry end(Possession possession, long atMillis) {
        Optional<Since> since = at(possession).filter(found -> found.isOf(possession));
        if (since.isEmpty()) {
            // Of what nobody heard when it began this moment alone is certain.
            return possession.during(atMillis, atMillis);
        }
        if (possession.isShared()) {
            sharers.remove(possession.place());
        } else {
            open.remove(possession.key());
            missing.remove(possession.key());
        }
        return over(possession, since.get().fromMillis(), atMillis);
    }

    private static HistoryEntry over(Possession possession, long fromMillis, long atMillis) {
        // The wall clock may have been set back.
        return possession.during(fromMillis, Math.max(fromMillis, atMillis));
    }

    private List<HistoryEntry> beginRoll(long atMillis) {
        rollMillis = atMillis;
        missing.clear();
        open.forEachKey(missing::add);
        List<HistoryEntry> over =
                left.stream()
                        .map(each -> over(Possession.of(each), each.fromMillis(), atMillis))
                        .toList();
        left.clear();
        return over;
    }

    private List<HistoryEntry> endRoll() {
        List<HistoryEntry> over = new ArrayList<>();
        missing.forEachLong(key -> {
            Since gone = open.remove(key).orElseThrow();
            over.add(over(gone.at(key), gone.fromMillis(), rollMillis));
        });
        missing.clear();
        // It was as large as all that is open.
        missing.compact();
        return over;
    }
}
