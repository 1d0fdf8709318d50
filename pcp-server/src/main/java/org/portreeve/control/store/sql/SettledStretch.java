package org.portreeve.control.store.sql;

import static java.lang.Integer.toUnsignedLong;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.portreeve.control.store.HistoryEntry;

/**
 * What a stretch of recent history comes to, in the order of the index by ports, so that rows which
 * lie beside each other are written together. Immutable.
 *
 * @param begun what began in the stretch, over or not
 * @param ended what ended in the stretch and began before it, as far as anybody knows
 */
record SettledStretch(List<HistoryEntry> begun, List<HistoryEntry> ended) {
    private static final Comparator<HistoryEntry> BY_PORT =
            Comparator.comparingLong((HistoryEntry entry) -> toUnsignedLong(entry.externalIp()))
                    .thenComparingInt(HistoryEntry::firstPort)
                    .thenComparingLong(HistoryEntry::fromMillis);

    /** Of entries in the order in which they were added. */
    static SettledStretch of(List<HistoryEntry> recent) {
        Map<HistoryEntry, HistoryEntry> begun = new LinkedHashMap<>();
        Map<HistoryEntry, HistoryEntry> ended = new LinkedHashMap<>();
        for (HistoryEntry entry : recent) {
            HistoryEntry beginning = entry.beginning();
            if (entry.isOngoing() || begun.containsKey(beginning)) {
                begun.put(beginning, entry);
            } else {
                ended.put(beginning, entry);
            }
        }
        return new SettledStretch(byPort(begun), byPort(ended));
    }

    private static List<HistoryEntry> byPort(Map<HistoryEntry, HistoryEntry> entries) {
        List<HistoryEntry> sorted = new ArrayList<>(entries.values());
        sorted.sort(BY_PORT);
        return sorted;
    }
}
