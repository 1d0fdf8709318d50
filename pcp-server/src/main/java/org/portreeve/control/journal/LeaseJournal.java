package org.portreeve.control.journal;

/**
 * Makes port control's state durable, in the order of the calls.
 *
 * <p>Records are upserts and removals by key, so replaying the tail of a journal twice does no
 * harm. Compaction is a checkpoint: port control opens a new segment, appends everything that is
 * live as ordinary records, in slices between other work, and then lets the journal drop the older
 * segments. All methods belong to the port-control thread; none blocks.
 */
public interface LeaseJournal extends AutoCloseable {
    /** The position of a record that was not taken because the queue is full. */
    long REFUSED = 0;

    /**
     * Queues a record and returns its position, rising by one for each record taken, or {@link
     * #REFUSED}.
     */
    long append(JournalRecord record);

    /**
     * Reports what has become of queued records, in order and without gaps: every position up to
     * {@code throughPosition} that was not reported before is durable, or lost.
     */
    int drain(Completion handler, int limit);

    /** Whether the journal has grown enough for a checkpoint to pay. */
    boolean wantsCheckpoint();

    /** Whether no checkpoint is under way, here or in what the journal has yet to write. */
    boolean mayBeginCheckpoint();

    /** Begins a new segment; what is appended from now on goes there. */
    void beginCheckpoint();

    /**
     * Everything was appended since {@link #beginCheckpoint} that was live. Older segments may go,
     * unless a record was lost since; the journal knows.
     */
    void endCheckpoint();

    /** Writes and forces what is queued, then closes. The one call that blocks. */
    @Override
    void close();

    /** Receives the fate of records. */
    @FunctionalInterface
    interface Completion {
        /** Records up to and including this position are durable, or were lost and undone. */
        void completed(long throughPosition, boolean durable);
    }
}
