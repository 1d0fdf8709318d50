package org.portreeve.control.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import org.portreeve.control.counter.Counters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes batches to the newest segment and forces each. Owned by the journal thread.
 *
 * <p>After a force that failed nobody knows what the disk holds, and a later force of that file may
 * succeed without having written the pages that the failed one gave up. So a file is never written
 * again after a failure: it is shortened to its last good batch, which is the first try to undo the
 * bad one, and a new segment takes over, whose durable header vouches for no more than that length,
 * which undoes it for certain. Until such a segment could be made every batch is lost.
 */
final class SegmentWriter implements AutoCloseable {
    /** A checkpoint does not pay before so many bytes were written. */
    static final long CHECKPOINT_MIN_BYTES = 64L << 20;

    /** A checkpoint pays when the journal has grown by so many times what is live. */
    static final int CHECKPOINT_GROWTH = 2;

    /** More files than this are worth a checkpoint, however small they are. */
    static final int CHECKPOINT_SEGMENTS = 64;

    private static final Logger LOG = LoggerFactory.getLogger(SegmentWriter.class);

    private final SegmentFiles files;
    private final String node;
    private final Counters<JournalCounter> counters;
    private final ByteBuffer batch = ByteBuffer.allocateDirect(BatchHeader.MAX_BATCH_BYTES);

    private JournalFile segment;
    private long sequence;
    private long length;
    private long nextBatch;
    private long base;
    private long highestSequence;
    private int segments;
    private boolean segmentEnded;
    private boolean tailIsBad;
    private boolean failing;

    private boolean checkpointUnderWay;
    private boolean checkpointWhole;
    private long checkpointBase;
    private long checkpointBytes;
    private long lastCheckpointBytes;
    private long bytesSinceCheckpoint;

    private SegmentWriter(
            SegmentFiles files,
            String node,
            Counters<JournalCounter> counters,
            JournalFile segment,
            SegmentHeader header) {
        this.files = files;
        this.node = node;
        this.counters = counters;
        this.segment = segment;
        this.sequence = header.sequence();
        this.length = SegmentHeader.BYTES;
        this.nextBatch = header.firstBatch();
        this.base = header.base();
        this.highestSequence = header.sequence();
    }

    /**
     * Continues a journal that was read: makes its end durable, begins a new segment, and removes
     * what is void.
     *
     * @param legacy what it takes over from a journal that was lost; durable when this returns. The
     *     last tuples of that one stay until a later start, which finds an epoch, or a checkpoint
     */
    static SegmentWriter start(
            JournalFiles directory,
            String node,
            JournalEnd end,
            Legacy legacy,
            Counters<JournalCounter> counters)
            throws IOException {
        var files = new SegmentFiles(directory, counters);
        if (end.lastSegment() != 0) {
            files.settle(end);
        }
        long sequence = files.nextAfter(end.highestSequence());
        SegmentHeader header =
                new SegmentHeader(
                        SegmentHeader.VERSION,
                        sequence,
                        end.lastSegment(),
                        end.lastLength(),
                        end.nextBatch(),
                        end.base() == 0 ? sequence : end.base(),
                        node);
        var writer = new SegmentWriter(files, node, counters, files.make(header), header);
        writer.bytesSinceCheckpoint = end.bytes();
        writer.segments = end.segments().size() + 1;
        files.deleteVoid(end, sequence);
        writer.inherit(legacy.records().iterator());
        if (legacy.goesOn()) {
            files.forgetEarlier(end, sequence);
        }
        return writer;
    }

    private void inherit(Iterator<JournalRecord> records) throws IOException {
        while (records.hasNext()) {
            clear();
            int count = 0;
            for (; records.hasNext() && hasRoom(); count++) {
                add(records.next());
            }
            if (!commit(count)) {
                throw new IOException("what the last tuples tell could not be written");
            }
        }
    }

    /** Begins an empty batch. */
    void clear() {
        batch.clear().position(BatchHeader.BYTES);
    }

    /** Whether the batch can take a further record. */
    boolean hasRoom() {
        return batch.remaining() >= JournalCodec.MAX_RECORD_BYTES;
    }

    /** Adds a record to the batch. */
    void add(JournalRecord record) {
        JournalCodec.encode(record, batch);
    }

    /** Makes the batch durable, or undoes it and returns false. Begins an empty one. */
    boolean commit(int records) {
        boolean durable = commit(records, false);
        clear();
        return durable;
    }

    private boolean commit(int records, boolean endsCheckpoint) {
        if ((segmentEnded || tailIsBad) && !nextSegment()) {
            return lost(records);
        }
        long newBase = endsCheckpoint ? checkpointBase : base;
        seal(records, newBase);
        int bytes = batch.remaining();
        try {
            segment.write(batch, length);
            segment.force();
        } catch (IOException e) {
            counters.add(JournalCounter.WRITES_FAILED, 1);
            report(e);
            tailIsBad = true;
            nextSegment();
            return lost(records);
        }
        length += bytes;
        nextBatch++;
        base = newBase;
        bytesSinceCheckpoint += bytes;
        checkpointBytes += bytes;
        durable(records);
        return true;
    }

    private void seal(int records, long newBase) {
        batch.flip();
        int payloadBytes = batch.limit() - BatchHeader.BYTES;
        int crc = BatchHeader.crc(batch, BatchHeader.BYTES, payloadBytes);
        new BatchHeader(payloadBytes, records, nextBatch, newBase, crc)
                .encode(batch, sequence, length);
    }

    private void durable(int records) {
        counters.add(JournalCounter.RECORDS_DURABLE, records);
        counters.add(JournalCounter.BATCHES_FORCED, 1);
        if (failing) {
            failing = false;
            LOG.info("Lease journal {}: leases are kept again", files.location());
        }
    }

    private boolean lost(int records) {
        counters.add(JournalCounter.RECORDS_LOST, records);
        checkpointWhole = false;
        return false;
    }

    private void report(IOException reason) {
        if (!failing) {
            failing = true;
            LOG.error(
                    "Lease journal {}: leases cannot be kept ({}). Requests for ports are refused"
                            + " until they can; look at free space and the disk",
                    files.location(),
                    reason.toString());
        }
    }

    /** Puts a new segment in the place of the present one; false when that is not possible. */
    private boolean nextSegment() {
        if (tailIsBad) {
            dropTail();
        }
        SegmentHeader header =
                new SegmentHeader(
                        SegmentHeader.VERSION,
                        ++highestSequence,
                        sequence,
                        length,
                        nextBatch,
                        base,
                        node);
        JournalFile next;
        try {
            next = files.make(header);
        } catch (IOException e) {
            counters.add(JournalCounter.SEGMENTS_FAILED, 1);
            report(e);
            return false;
        }
        files.closeQuietly(segment);
        segment = next;
        sequence = header.sequence();
        length = SegmentHeader.BYTES;
        segments++;
        segmentEnded = false;
        tailIsBad = false;
        if (checkpointUnderWay && checkpointBase == 0) {
            checkpointBase = sequence;
        }
        return true;
    }

    private void dropTail() {
        try {
            segment.truncate(length);
            segment.force();
        } catch (IOException e) {
            // Not the last word: the next segment's header says how much of this one counts.
            report(e);
        }
    }

    /**
     * What is added from now on goes to a new segment. The batch must be empty. Older segments stay
     * in any case when the checkpoint is not whole from its begin.
     */
    void beginCheckpoint(boolean whole) {
        segmentEnded = true;
        checkpointUnderWay = true;
        checkpointWhole = whole;
        checkpointBase = 0;
        checkpointBytes = 0;
    }

    /**
     * Commits the batch as the last of a checkpoint. When that and all before it is durable, the
     * journal begins with the checkpoint and older segments go; else they stay.
     */
    boolean commitCheckpoint(int records) {
        boolean wasWhole = checkpointWhole;
        boolean durable = commit(records, wasWhole);
        clear();
        checkpointUnderWay = false;
        if (wasWhole && durable) {
            counters.add(JournalCounter.CHECKPOINTS_ENDED, 1);
            lastCheckpointBytes = checkpointBytes;
            bytesSinceCheckpoint = 0;
            segments -= files.deleteBefore(base);
        } else {
            counters.add(JournalCounter.CHECKPOINTS_BROKEN, 1);
        }
        return durable;
    }

    /** Whether a checkpoint would pay, and could succeed. */
    boolean checkpointDue() {
        long bound = Math.max(CHECKPOINT_MIN_BYTES, CHECKPOINT_GROWTH * lastCheckpointBytes);
        return !failing && (bytesSinceCheckpoint > bound || segments > CHECKPOINT_SEGMENTS);
    }

    /** Whether no batch whose fate is "lost" can be found again after a crash. */
    boolean isUndone() {
        return !tailIsBad;
    }

    /** Closes the newest segment; all that was committed is durable already. */
    @Override
    public void close() throws IOException {
        segment.close();
    }
}
