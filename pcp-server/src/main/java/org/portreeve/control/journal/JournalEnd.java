package org.portreeve.control.journal;

import java.util.Set;

/**
 * Where a journal that was read ends, which is all that is needed to continue it. Immutable.
 *
 * @param base the first segment that is needed, 0 for an empty journal
 * @param segments the segments that were read; others in the directory are void
 * @param lastSegment the newest of them, 0 for none
 * @param lastLength how many bytes of it count
 * @param lastBatchOffset where its last batch begins, 0 when it has none: what was written last
 * @param nextBatch the number of the next batch
 * @param highestSequence the highest number of any segment file, void ones included
 * @param bytes how many were read
 */
record JournalEnd(
        long base,
        Set<Long> segments,
        long lastSegment,
        long lastLength,
        long lastBatchOffset,
        long nextBatch,
        long highestSequence,
        long bytes) {
    /** Takes a copy of the set. */
    JournalEnd {
        segments = Set.copyOf(segments);
    }

    /** The end of a journal without a record. */
    static JournalEnd empty(long highestSequence) {
        return new JournalEnd(0, Set.of(), 0, 0, 0, 1, highestSequence, 0);
    }
}
