package org.portreeve.control.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Reads a journal from its base to its end; changes nothing. The thread that starts the node.
 *
 * <p>First the newest segment is read to its end: whatever follows the last good batch there is the
 * write that a crash cut short, and was never acknowledged. Then each segment is replayed exactly
 * to the length that its successor vouches for; a bad byte in there refuses the start.
 */
public final class JournalRecovery {
    private final JournalFiles files;
    private final String node;
    private final NavigableSet<Long> present = new TreeSet<>();

    private JournalRecovery(JournalFiles files, String node) {
        this.files = files;
        this.node = node;
    }

    /**
     * Hands every record to the consumer, in the order in which they were appended, while no node
     * uses the data directory.
     *
     * @throws JournalUnusableException when a node uses it, acknowledged records cannot be read, or
     *     the journal is not this node's; the consumer may have been given some records
     */
    public static void read(Path data, String node, Consumer<JournalRecord> consumer)
            throws IOException {
        try (JournalFiles directory = JournalDirectory.open(data)) {
            replay(directory, node, consumer);
        }
    }

    /** As above, and returns where the journal ends, so that it can be continued. */
    static JournalEnd replay(JournalFiles files, String node, Consumer<JournalRecord> consumer)
            throws IOException {
        return new JournalRecovery(files, node).replay(consumer);
    }

    private JournalEnd replay(Consumer<JournalRecord> consumer) throws IOException {
        for (String name : files.list()) {
            SegmentHeader.sequenceOf(name).ifPresent(present::add);
        }
        long highest = present.isEmpty() ? 0 : present.last();
        Optional<SegmentHeader> newest = newest();
        if (newest.isEmpty()) {
            return JournalEnd.empty(highest);
        }
        SegmentReader tail = findEnd(newest.get());
        Deque<Extent> extents = extents(newest.get(), tail);
        Set<Long> segments = new HashSet<>();
        long bytes = 0;
        for (Extent extent : extents) {
            replay(extent, consumer);
            segments.add(extent.header().sequence());
            bytes += extent.length();
        }
        return new JournalEnd(
                tail.base(),
                segments,
                newest.get().sequence(),
                tail.offset(),
                tail.lastBatchOffset(),
                tail.nextBatch(),
                highest,
                bytes);
    }

    /** The newest segment that was completely made; those that were not never held a batch. */
    private Optional<SegmentHeader> newest() throws IOException {
        for (long sequence : present.descendingSet()) {
            try (JournalFile file = files.open(SegmentHeader.fileName(sequence))) {
                Optional<SegmentHeader> header = SegmentHeader.read(file, sequence);
                if (header.isPresent() || file.size() > SegmentHeader.BYTES) {
                    return Optional.of(accepted(sequence, header));
                }
            }
        }
        return Optional.empty();
    }

    private SegmentHeader accepted(long sequence, Optional<SegmentHeader> found)
            throws JournalUnusableException {
        SegmentHeader header =
                found.orElseThrow(() -> damaged(sequence, 0, "the file header is not readable"));
        if (header.version() != SegmentHeader.VERSION) {
            throw new JournalUnusableException(
                    "Lease journal %s has format version %d, this program reads version %d. Start"
                                    .formatted(
                                            files.location(),
                                            header.version(),
                                            SegmentHeader.VERSION)
                            + " the newer program that wrote it.");
        }
        if (!header.node().equals(node)) {
            throw new JournalUnusableException(
                    "Lease journal %s belongs to node '%s', this is node '%s'. Correct `node` or"
                                    .formatted(files.location(), header.node(), node)
                            + " `data` in the configuration.");
        }
        return header;
    }

    private SegmentReader findEnd(SegmentHeader newest) throws IOException {
        try (JournalFile file = files.open(SegmentHeader.fileName(newest.sequence()))) {
            var reader = new SegmentReader(file, newest, file.size());
            while (reader.next().isPresent()) {
                // Only the end is of interest here; the records are read when all is known.
            }
            if (!reader.isTornTail()) {
                throw damaged(
                        newest.sequence(), reader.offset(), "a batch in the middle is not valid");
            }
            return reader;
        }
    }

    private Deque<Extent> extents(SegmentHeader newest, SegmentReader tail) throws IOException {
        Deque<Extent> extents = new ArrayDeque<>();
        extents.push(new Extent(newest, tail.offset(), tail.nextBatch()));
        while (extents.getFirst().header().sequence() > tail.base()) {
            SegmentHeader next = extents.getFirst().header();
            long sequence = next.previous();
            if (!present.contains(sequence)) {
                throw damaged(sequence, 0, "the file is missing");
            }
            try (JournalFile file = files.open(SegmentHeader.fileName(sequence))) {
                SegmentHeader header = accepted(sequence, SegmentHeader.read(file, sequence));
                if (sequence >= next.sequence() || file.size() < next.previousLength()) {
                    throw damaged(sequence, file.size(), "the file is too short");
                }
                extents.push(new Extent(header, next.previousLength(), next.firstBatch()));
            }
        }
        return extents;
    }

    private void replay(Extent extent, Consumer<JournalRecord> consumer) throws IOException {
        SegmentHeader header = extent.header();
        try (JournalFile file = files.open(SegmentHeader.fileName(header.sequence()))) {
            var reader = new SegmentReader(file, header, extent.length());
            for (Optional<ByteBuffer> batch = reader.next();
                    batch.isPresent();
                    batch = reader.next()) {
                replay(batch.get(), header.sequence(), reader.lastBatchOffset(), consumer);
            }
            if (reader.offset() != extent.length() || reader.nextBatch() != extent.endBatch()) {
                throw damaged(
                        header.sequence(), reader.offset(), "a batch in the middle is not valid");
            }
        }
    }

    private void replay(
            ByteBuffer batch, long sequence, long offset, Consumer<JournalRecord> consumer)
            throws JournalUnusableException {
        while (batch.hasRemaining()) {
            consumer.accept(
                    JournalCodec.decode(batch)
                            .orElseThrow(() ->
                                    damaged(
                                            sequence,
                                            offset,
                                            "a record of this batch is of no known" + " form")));
        }
    }

    private JournalUnusableException damaged(long sequence, long offset, String what) {
        return JournalUnusableException.damaged(
                files.location(), SegmentHeader.fileName(sequence), offset, what);
    }

    /** As much of a segment as counts: its bytes up to a length, its batches up to a number. */
    private record Extent(SegmentHeader header, long length, long endBatch) {}
}
