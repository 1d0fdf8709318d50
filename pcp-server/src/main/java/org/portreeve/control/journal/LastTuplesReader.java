package org.portreeve.control.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what the last tuples tell of a journal that is gone. Unlike the journal's own reader it
 * refuses nothing: of a damaged segment counts what comes before the damage, and what is not this
 * node's is left out. Changes nothing. The thread that starts the node.
 */
final class LastTuplesReader {
    private static final Logger LOG = LoggerFactory.getLogger(LastTuplesReader.class);

    /** The length of a segment that nothing vouches for. */
    private static final long UNKNOWN = Long.MAX_VALUE;

    private final FileLinks links;
    private final String node;
    private final JournalImage image = new JournalImage();

    private LastTuplesReader(FileLinks links, String node) {
        this.links = links;
        this.node = node;
    }

    /** What segments tell that the journal does not have; empty when there is none to read. */
    static Optional<JournalImage> read(JournalFiles files, String node) {
        var reader = new LastTuplesReader(files.links(), node);
        try {
            return reader.read(new HashSet<>(files.list()));
        } catch (IOException e) {
            LOG.warn("Last tuples {}: cannot be read ({})", reader.links.location(), e.toString());
            return Optional.empty();
        }
    }

    private Optional<JournalImage> read(Set<String> present) throws IOException {
        NavigableMap<Long, SegmentHeader> headers = new TreeMap<>();
        for (String name : links.list()) {
            OptionalLong sequence = SegmentHeader.sequenceOf(name);
            if (sequence.isPresent() && !present.contains(name)) {
                header(sequence.getAsLong())
                        .ifPresent(header -> headers.put(header.sequence(), header));
            }
        }
        if (headers.isEmpty()) {
            return Optional.empty();
        }
        // Beyond what a later segment vouches for is what was undone.
        Map<Long, Long> lengths = new HashMap<>();
        headers.values().forEach(header -> lengths.put(header.previous(), header.previousLength()));
        replayNewest(headers, lengths);
        return Optional.of(image);
    }

    /**
     * The newest journal of which there are segments; if it did not have all of the one before it,
     * on top of that.
     */
    private void replayNewest(NavigableMap<Long, SegmentHeader> headers, Map<Long, Long> lengths) {
        Map<Long, SegmentHeader> newest =
                headers.tailMap(base(headers.lastEntry().getValue()), true);
        replay(newest, lengths);
        if (image.epochStartMillis().isPresent()) {
            return;
        }
        long first =
                headers.values().stream()
                        .filter(header -> header.previous() == 0)
                        .mapToLong(SegmentHeader::sequence)
                        .max()
                        .orElse(0);
        NavigableMap<Long, SegmentHeader> earlier = headers.headMap(first, false);
        if (!earlier.isEmpty()) {
            image.clear();
            replayNewest(earlier, lengths);
            replay(newest, lengths);
        }
    }

    private void replay(Map<Long, SegmentHeader> headers, Map<Long, Long> lengths) {
        headers.forEach(
                (sequence, header) -> replay(header, lengths.getOrDefault(sequence, UNKNOWN)));
    }

    /** The header of a segment that is to be read. */
    private Optional<SegmentHeader> header(long sequence) {
        String name = SegmentHeader.fileName(sequence);
        try (JournalFile file = links.open(name)) {
            Optional<SegmentHeader> header = SegmentHeader.read(file, sequence);
            if (header.isEmpty() && file.size() > SegmentHeader.BYTES) {
                leftOut(name, "its header is not readable");
            }
            return header.filter(this::isOurs);
        } catch (IOException e) {
            leftOut(name, e.toString());
            return Optional.empty();
        }
    }

    private boolean isOurs(SegmentHeader header) {
        String name = SegmentHeader.fileName(header.sequence());
        if (header.version() != SegmentHeader.VERSION) {
            leftOut(name, "it has format version " + header.version());
            return false;
        }
        if (!header.node().equals(node)) {
            leftOut(name, "it is of node '%s', this is '%s'".formatted(header.node(), node));
            return false;
        }
        return true;
    }

    /** Where the journal began that ends with this segment, as far as that can be read. */
    private long base(SegmentHeader newest) {
        try (JournalFile file = links.open(SegmentHeader.fileName(newest.sequence()))) {
            var reader = new SegmentReader(file, newest, file.size());
            while (reader.next().isPresent()) {
                // Only the end is of interest here.
            }
            return reader.base();
        } catch (IOException _) {
            return newest.base();
        }
    }

    private void replay(SegmentHeader header, long vouchedLength) {
        String name = SegmentHeader.fileName(header.sequence());
        try (JournalFile file = links.open(name)) {
            var reader = new SegmentReader(file, header, Math.min(vouchedLength, file.size()));
            Optional<ByteBuffer> batch = reader.next();
            while (batch.isPresent() && replay(batch.get())) {
                batch = reader.next();
            }
            boolean endsWell =
                    vouchedLength == UNKNOWN
                            ? reader.isTornTail()
                            : reader.offset() == vouchedLength;
            if (batch.isPresent() || !endsWell) {
                leftOut(name, "it is damaged at offset " + reader.offset());
            }
        } catch (IOException e) {
            leftOut(name, e.toString());
        }
    }

    /** Returns false at a record of no known form. */
    private boolean replay(ByteBuffer batch) {
        while (batch.hasRemaining()) {
            Optional<JournalRecord> record = JournalCodec.decode(batch);
            if (record.isEmpty()) {
                return false;
            }
            image.apply(record.get());
        }
        return true;
    }

    private void leftOut(String name, String why) {
        LOG.warn("Last tuples {}: {} is left out, in part or all: {}", links.location(), name, why);
    }
}
