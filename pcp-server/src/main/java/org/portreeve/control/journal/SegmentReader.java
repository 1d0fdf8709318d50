package org.portreeve.control.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Reads the batches of one segment in order, through a window of memory. Trusts nothing that it
 * reads. One thread.
 */
final class SegmentReader {
    private static final int WINDOW_BYTES = 2 * BatchHeader.MAX_BATCH_BYTES;

    private final JournalFile file;
    private final SegmentHeader segment;
    private final long length;
    private final ByteBuffer window;
    private long windowOffset;
    private long nextOffset = SegmentHeader.BYTES;
    private long nextBatch;
    private long lastBatchOffset;
    private long base;

    /** Reads no further than this length. */
    SegmentReader(JournalFile file, SegmentHeader segment, long length) {
        this.file = file;
        this.segment = segment;
        this.length = length;
        this.window = ByteBuffer.allocate((int) Math.min(WINDOW_BYTES, length)).limit(0);
        this.nextBatch = segment.firstBatch();
        this.base = segment.base();
    }

    /** The records of the next batch, or empty when there is no further good batch. */
    Optional<ByteBuffer> next() throws IOException {
        Optional<BatchHeader> header = headerAt(nextOffset);
        if (header.isEmpty() || header.get().number() != nextBatch) {
            return Optional.empty();
        }
        BatchHeader batch = header.get();
        long end = nextOffset + BatchHeader.BYTES + batch.payloadBytes();
        if (!load(nextOffset, (int) (end - nextOffset))) {
            return Optional.empty();
        }
        int payload = index(nextOffset) + BatchHeader.BYTES;
        if (BatchHeader.crc(window, payload, batch.payloadBytes()) != batch.payloadCrc()) {
            return Optional.empty();
        }
        lastBatchOffset = nextOffset;
        nextOffset = end;
        nextBatch++;
        base = batch.base();
        return Optional.of(window.slice(payload, batch.payloadBytes()));
    }

    /** Where the last good batch ends. */
    long offset() {
        return nextOffset;
    }

    /** Where the last good batch begins, 0 when there is none. */
    long lastBatchOffset() {
        return lastBatchOffset;
    }

    /** The number of the batch that would be next. */
    long nextBatch() {
        return nextBatch;
    }

    /** The first segment that is needed, as the last good batch has it. */
    long base() {
        return base;
    }

    /**
     * Whether what follows the last good batch can be one write that was cut short by a crash. Only
     * the last write of a journal can, as each is forced before the next: more bytes than one
     * batch, or a further batch behind a bad one, are damage.
     */
    boolean isTornTail() throws IOException {
        long left = length - nextOffset;
        if (left > BatchHeader.MAX_BATCH_BYTES) {
            return false;
        }
        Optional<BatchHeader> torn = headerAt(nextOffset);
        if (torn.isPresent()
                && (torn.get().number() != nextBatch
                        || left > BatchHeader.BYTES + torn.get().payloadBytes())) {
            return false;
        }
        for (long offset = nextOffset + 1; offset <= length - BatchHeader.BYTES; offset++) {
            if (headerAt(offset).isPresent()) {
                return false;
            }
        }
        return true;
    }

    private Optional<BatchHeader> headerAt(long offset) throws IOException {
        return load(offset, BatchHeader.BYTES)
                ? BatchHeader.decode(window, index(offset), segment.sequence(), offset)
                : Optional.empty();
    }

    private int index(long offset) {
        return (int) (offset - windowOffset);
    }

    /** Brings these bytes into the window, or returns false when the segment is shorter. */
    private boolean load(long offset, int bytes) throws IOException {
        if (offset + bytes > length) {
            return false;
        }
        if (windowOffset <= offset && offset + bytes <= windowOffset + window.limit()) {
            return true;
        }
        windowOffset = offset;
        window.clear().limit((int) Math.min(window.capacity(), length - offset));
        while (window.hasRemaining()) {
            if (file.read(window, windowOffset + window.position()) < 0) {
                break;
            }
        }
        window.flip();
        return window.limit() >= bytes;
    }
}
