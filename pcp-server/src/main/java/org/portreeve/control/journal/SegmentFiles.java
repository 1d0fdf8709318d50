package org.portreeve.control.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.portreeve.control.counter.Counters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes, settles and removes whole segments of a journal. Owned by the journal thread. */
final class SegmentFiles {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentFiles.class);

    private final JournalFiles files;
    private final Counters<JournalCounter> counters;
    private final LastTuples lastTuples;

    SegmentFiles(JournalFiles files, Counters<JournalCounter> counters) {
        this.files = files;
        this.counters = counters;
        this.lastTuples = new LastTuples(files, counters);
    }

    /** Where they are, in words for the operator. */
    String location() {
        return files.location();
    }

    /**
     * Makes the end of a journal that was read durable.
     *
     * <p>What was written last, a batch or the file header, may be in the kernel's memory only, and
     * if its force failed before the last process died, forcing it again would do nothing: it is
     * written again, so that forcing does. The same goes for the name of the file.
     */
    void settle(JournalEnd end) throws IOException {
        String name = SegmentHeader.fileName(end.lastSegment());
        try (JournalFile file = files.open(name)) {
            dropTail(file, name, end);
            rewrite(file, name, end);
            file.force();
        }
        files.force(); // The next segment may not be found without this one.
    }

    private void dropTail(JournalFile file, String name, JournalEnd end) throws IOException {
        long surplus = file.size() - end.lastLength();
        if (surplus > 0) {
            LOG.warn(
                    "Lease journal {}: the last {} bytes of {} are a write that a crash cut short;"
                            + " it was never acknowledged and is dropped",
                    files.location(),
                    surplus,
                    name);
            file.truncate(end.lastLength());
        }
    }

    private static void rewrite(JournalFile file, String name, JournalEnd end) throws IOException {
        long offset = end.lastBatchOffset();
        ByteBuffer last = ByteBuffer.allocate((int) (end.lastLength() - offset));
        while (last.hasRemaining()) {
            if (file.read(last, offset + last.position()) < 0) {
                throw new IOException(name + " became shorter while it was read");
            }
        }
        file.write(last.flip(), offset);
    }

    /** A number above this one and above those of the last tuples, a lost journal's among them. */
    long nextAfter(long highestSequence) {
        return Math.max(highestSequence, lastTuples.highest()) + 1;
    }

    /** A new segment with a durable header and durable names. */
    JournalFile make(SegmentHeader header) throws IOException {
        String name = SegmentHeader.fileName(header.sequence());
        JournalFile file = files.create(name);
        try {
            file.write(header.encode(), 0);
            file.force();
            files.force();
            lastTuples.keep();
            return file;
        } catch (IOException e) {
            // Left behind it does no harm: it has no batch, and the next one takes another number.
            discard(file, name, e);
            throw e;
        }
    }

    private void discard(JournalFile file, String name, IOException reason) {
        try (file) {
            files.delete(name);
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    /** Closes a segment whose batches are durable or undone, so that nothing depends on it. */
    void closeQuietly(JournalFile file) {
        try {
            file.close();
        } catch (IOException e) {
            LOG.debug("A segment that is complete and durable did not close", e);
        }
    }

    /**
     * Deletes the segments before this one and returns how many. Oldest first, so that what is left
     * after a crash ends at the newest without a gap.
     */
    int deleteBefore(long base) {
        int deleted = 0;
        try {
            for (String name : files.list().stream().sorted().toList()) {
                if (SegmentHeader.sequenceOf(name).orElse(base) < base) {
                    files.delete(name);
                    deleted++;
                }
            }
            files.force();
        } catch (IOException e) {
            deletionFailed(e);
        }
        lastTuples.drop(number -> number < base);
        return deleted;
    }

    /** Deletes all segments but this one and those of the journal that was read. */
    void deleteVoid(JournalEnd end, long newest) {
        try {
            for (String name : files.list()) {
                long number = SegmentHeader.sequenceOf(name).orElse(newest);
                if (number != newest && !end.segments().contains(number)) {
                    files.delete(name);
                }
            }
            files.force();
        } catch (IOException e) {
            deletionFailed(e);
        }
    }

    /** The last tuples are those of this journal alone from now on. */
    void forgetEarlier(JournalEnd end, long newest) {
        lastTuples.drop(number -> number != newest && !end.segments().contains(number));
    }

    private void deletionFailed(IOException reason) {
        counters.add(JournalCounter.DELETIONS_FAILED, 1);
        LOG.warn(
                "Lease journal {}: a superfluous file could not be deleted ({}); it does no harm,"
                        + " the next checkpoint or start tries again",
                files.location(),
                reason.toString());
    }
}
