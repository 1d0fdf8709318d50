package org.portreeve.control.store.sql;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.portreeve.control.store.HistoryEntry;
import org.portreeve.control.store.HistoryStore;

/**
 * What is wanted of the history, the latest {@link HistoryStore#MAX_FOUND} of it. To be shown what
 * is recent first, the latest before the others, and then what has settled. One thread.
 */
final class FoundEntries {
    /** More are sorted, and the latest kept. */
    private static final int MANY = 4 * HistoryStore.MAX_FOUND;

    private static final Comparator<HistoryEntry> LATEST_FIRST =
            Comparator.comparingLong(HistoryEntry::fromMillis)
                    .reversed()
                    .thenComparingInt(HistoryEntry::protocol)
                    .thenComparingInt(HistoryEntry::remoteIp)
                    .thenComparing(HistoryEntry::subscriber);

    private final Wanted wanted;

    /** By their beginnings. */
    private final Map<HistoryEntry, HistoryEntry> recent = new HashMap<>();

    private final Map<HistoryEntry, HistoryEntry> settled = new HashMap<>();

    FoundEntries(Wanted wanted) {
        this.wanted = wanted;
    }

    /** What was said of it later counts. */
    void addRecent(HistoryEntry entry) {
        recent.putIfAbsent(entry.beginning(), entry);
    }

    /** What is recent says more: the end of what was going on when it settled. */
    void addSettled(HistoryEntry entry) {
        HistoryEntry beginning = entry.beginning();
        if (recent.containsKey(beginning)) {
            return;
        }
        // Of two that began in the same millisecond the later one is not the shorter one.
        settled.merge(beginning, entry, FoundEntries::longer);
        if (settled.size() > MANY) {
            Collection<HistoryEntry> found = settled.values();
            found.retainAll(Set.copyOf(latest(found.stream())));
        }
    }

    private static HistoryEntry longer(HistoryEntry one, HistoryEntry other) {
        return one.toMillis() >= other.toMillis() ? one : other;
    }

    /** Latest first. */
    List<HistoryEntry> latest() {
        return latest(Stream.concat(recent.values().stream(), settled.values().stream()));
    }

    private List<HistoryEntry> latest(Stream<HistoryEntry> entries) {
        return entries.filter(entry -> wanted.isNotOverBefore(entry.toMillis()))
                .sorted(LATEST_FIRST)
                .limit(HistoryStore.MAX_FOUND)
                .toList();
    }
}
