package org.portreeve.control.journal;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a journal begins with that another one had, which was lost. Immutable.
 *
 * @param records what it takes over and does not have yet; empty when nothing was lost, or nothing
 *     is known of it
 * @param goesOn whether the journal that was read had begun to serve: what is older is of no use
 */
record Legacy(Loss loss, List<JournalRecord> records, boolean goesOn) {
    /**
     * Takes a copy of the list. An epoch in it would say that all was taken over, before it was.
     */
    Legacy {
        records = List.copyOf(records);
        assert records.stream().noneMatch(JournalRecord.EpochStarted.class::isInstance);
    }

    /** Of a journal that goes on. */
    static Legacy none() {
        return new Legacy(Loss.NONE, List.of(), true);
    }

    /**
     * Looks for the last tuples of a journal that was lost.
     *
     * @param end where the journal that is there ends
     * @param image what that one has
     */
    static Legacy of(
            JournalFiles files,
            String node,
            JournalEnd end,
            JournalImage image,
            TakeOver takeOver) {
        if (image.epochStartMillis().isPresent()) {
            return none();
        }
        // One without an epoch never served anybody. What it has it took over, at a start that was
        // cut short, perhaps before it had all.
        return LastTuplesReader.read(files, node)
                .map(lost ->
                        new Legacy(Loss.KNOWN, missing(takeOver.of(lost, image), image), false))
                .orElseGet(() -> new Legacy(withoutTuples(files, end), List.of(), false));
    }

    /** A start that fails again and again is not to write it all again and again. */
    private static List<JournalRecord> missing(JournalImage taken, JournalImage present) {
        Set<JournalRecord> had = present.records().collect(Collectors.toSet());
        return taken.records().filter(record -> !had.contains(record)).toList();
    }

    private static Loss withoutTuples(JournalFiles files, JournalEnd end) {
        // Files that were emptied are no segments.
        boolean hasSegments = end.lastSegment() != 0;
        return files.wereUsed() && !hasSegments ? Loss.UNKNOWN : Loss.NONE;
    }
}
