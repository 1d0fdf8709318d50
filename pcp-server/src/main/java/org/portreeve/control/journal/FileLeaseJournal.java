package org.portreeve.control.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.journal.JournalMailbox.Mark.CheckpointBegun;
import org.portreeve.control.journal.JournalMailbox.Mark.CheckpointEnded;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lease journal of a single node: segment files in a directory of its own, written by a thread
 * of its own with group commit. Everything that waits when the thread comes round becomes one write
 * and one force; the busier the node, the larger the batches.
 *
 * <p>At most {@link #RECORD_PLACES} records can be under way, from {@link #append} until {@link
 * #drain} has reported them; further ones are refused. Port-control thread, but for {@link
 * #counters}.
 */
public final class FileLeaseJournal implements LeaseJournal {
    /** Records that may be under way at once. */
    public static final int RECORD_PLACES = 1 << 16;

    private static final Logger LOG = LoggerFactory.getLogger(FileLeaseJournal.class);

    private final JournalFiles files;
    private final SegmentWriter writer;
    private final JournalMailbox mailbox;
    private final Counters<JournalCounter> counters;
    private final Runnable wakeup;
    private final Loss loss;
    private final Thread thread = new Thread(this::run, "lease-journal");

    // Journal thread.
    private long committedPosition = REFUSED;
    private long lostPosition = REFUSED;

    private FileLeaseJournal(
            JournalFiles files,
            SegmentWriter writer,
            JournalMailbox mailbox,
            Counters<JournalCounter> counters,
            Loss loss,
            Runnable wakeup) {
        this.files = files;
        this.writer = writer;
        this.mailbox = mailbox;
        this.counters = counters;
        this.loss = loss;
        this.wakeup = wakeup;
    }

    /**
     * Takes the journal under a data directory, reads it into the image, and continues it. Of one
     * that was lost the image has what is taken over, and that is durable in the new one.
     *
     * @param node whose journal it is; another node's is refused
     * @param takeOver says what that is
     * @param wakeup called on the journal's thread when there is something to drain; it must return
     *     at once and not throw
     * @throws JournalUnusableException with a message for the operator
     */
    public static FileLeaseJournal open(
            Path data, String node, JournalImage image, TakeOver takeOver, Runnable wakeup)
            throws JournalUnusableException {
        try {
            return read(data, node, image, takeOver, wakeup);
        } catch (JournalUnusableException e) {
            throw e;
        } catch (IOException e) {
            throw JournalUnusableException.refusedByTheSystem(data, e);
        }
    }

    private static FileLeaseJournal read(
            Path data, String node, JournalImage image, TakeOver takeOver, Runnable wakeup)
            throws IOException {
        JournalFiles directory = JournalDirectory.open(data);
        try {
            FileLeaseJournal journal =
                    opened(directory, node, image, takeOver, RECORD_PLACES, wakeup);
            journal.thread.start();
            LOG.info(
                    "Lease journal {}: {} leases, {} ports at rest, {} port blocks",
                    directory.location(),
                    image.leases().size(),
                    image.holds().size(),
                    image.blocks().size());
            return journal;
        } catch (IOException | RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    /** As above; the thread does not run yet: the caller does its work. */
    static FileLeaseJournal opened(
            JournalFiles files,
            String node,
            JournalImage image,
            TakeOver takeOver,
            int recordPlaces,
            Runnable wakeup)
            throws IOException {
        JournalEnd end = JournalRecovery.replay(files, node, image::apply);
        Legacy legacy = Legacy.of(files, node, end, image, takeOver);
        legacy.records().forEach(image::apply);
        return continued(files, node, end, legacy, recordPlaces, wakeup);
    }

    /** One whose end is known. */
    static FileLeaseJournal continued(
            JournalFiles files,
            String node,
            JournalEnd end,
            Legacy legacy,
            int recordPlaces,
            Runnable wakeup)
            throws IOException {
        Counters<JournalCounter> counters = new Counters<>(JournalCounter.class);
        SegmentWriter writer = SegmentWriter.start(files, node, end, legacy, counters);
        JournalMailbox mailbox = new JournalMailbox(recordPlaces);
        mailbox.checkpointDue(writer.checkpointDue());
        return new FileLeaseJournal(files, writer, mailbox, counters, legacy.loss(), wakeup);
    }

    @Override
    public long append(JournalRecord record) {
        TextLimits.check(record);
        long position = mailbox.append(record);
        if (position == REFUSED) {
            counters.add(JournalCounter.RECORDS_REFUSED, 1);
        }
        mailbox.wake(thread);
        return position;
    }

    @Override
    public int drain(Completion handler, int limit) {
        return mailbox.drain(handler, limit);
    }

    @Override
    public boolean wantsCheckpoint() {
        return mailbox.wantsCheckpoint();
    }

    @Override
    public boolean mayBeginCheckpoint() {
        return mailbox.mayBeginCheckpoint();
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException when a checkpoint is under way
     */
    @Override
    public void beginCheckpoint() {
        mailbox.beginCheckpoint();
        mailbox.wake(thread);
    }

    /**
     * {@inheritDoc} They stay when a record was lost since then; {@link #wantsCheckpoint} then asks
     * for another.
     *
     * @throws IllegalStateException when no checkpoint was begun
     */
    @Override
    public void endCheckpoint() {
        mailbox.endCheckpoint();
        mailbox.wake(thread);
    }

    /** What became of the journal that was here before. */
    public Loss loss() {
        return loss;
    }

    /** What it counts. Any thread. */
    public Counters<JournalCounter> counters() {
        return counters;
    }

    /** Writes what is queued, closes, and lets others use the directory; fates can be drained. */
    @Override
    public void close() {
        mailbox.close();
        mailbox.wake(thread);
        joinThread();
        try {
            writer.close();
            files.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the lease journal did not close", e);
        }
    }

    private void joinThread() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true; // Leaving before the last records are durable would lose them.
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (mailbox.await()) {
                doWork();
            }
        } catch (Throwable e) {
            LOG.error(
                    "Lease journal {}: stopped by a fault of the program; requests for ports are"
                            + " refused until the node is started again",
                    files.location(),
                    e);
            throw e;
        } finally {
            mailbox.gone();
        }
    }

    /** Writes what waits, at most one full batch; returns how many entries that were. */
    int doWork() {
        writer.clear();
        int entries = 0;
        int records = 0;
        while (writer.hasRoom()) {
            Object entry = mailbox.poll();
            if (entry == null) {
                break;
            }
            entries++;
            if (entry instanceof JournalRecord record) {
                writer.add(record);
                records++;
            } else {
                mark((JournalMailbox.Mark) entry, records);
                records = 0;
            }
        }
        commit(records);
        mailbox.checkpointDue(writer.checkpointDue());
        return entries;
    }

    private void mark(JournalMailbox.Mark mark, int records) {
        switch (mark) {
            case CheckpointBegun(long drainedPosition) -> {
                commit(records);
                writer.beginCheckpoint(lostPosition <= drainedPosition);
            }
            case CheckpointEnded() -> {
                report(records, writer.commitCheckpoint(records));
                mailbox.checkpointDue(writer.checkpointDue());
                mailbox.checkpointOver();
            }
        }
    }

    private void commit(int records) {
        if (records > 0) {
            report(records, writer.commit(records));
        }
    }

    private void report(int records, boolean durable) {
        if (records > 0) {
            committedPosition += records;
            lostPosition = durable ? lostPosition : committedPosition;
            mailbox.report(committedPosition, durable);
            wakeup.run();
        }
    }

    /** Whether no record that was reported lost can be found again after a crash. */
    boolean isUndone() {
        return writer.isUndone();
    }
}
