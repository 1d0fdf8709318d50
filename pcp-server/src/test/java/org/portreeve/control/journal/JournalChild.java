package org.portreeve.control.journal;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.LockSupport;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.Nonce;
import org.portreeve.nat.InternalTuple;

/**
 * A process that is to be killed: appends numbered leases as fast as it can, with checkpoints, and
 * writes to its output the number of each that was acknowledged. One thread beside the journal's.
 */
final class JournalChild {
    static final String NODE = "cgn-1";

    /** Numbers share this many keys in turn. */
    static final int KEYS = 1000;

    private static final int CHECKPOINT_EVERY = 20_000;
    private static final int AT_ONCE = 500;

    private final FileLeaseJournal journal;
    private final DataOutputStream acknowledged;
    private final Queue<Long> underWay = new ArrayDeque<>();
    private long number;
    private long reported;

    private JournalChild(FileLeaseJournal journal, long number, DataOutputStream acknowledged) {
        this.journal = journal;
        this.number = number;
        this.acknowledged = acknowledged;
    }

    public static void main(String[] args) throws IOException {
        Thread main = Thread.currentThread();
        JournalImage image = new JournalImage();
        FileLeaseJournal journal =
                FileLeaseJournal.open(
                        Path.of(args[0]),
                        NODE,
                        image,
                        (lost, _) -> lost,
                        () -> LockSupport.unpark(main));
        var out = new DataOutputStream(new BufferedOutputStream(System.out));
        new JournalChild(journal, highest(image), out).run();
    }

    /** The highest number in an image, which is the number of the last lease in it. */
    static long highest(JournalImage image) {
        return image.leases().stream()
                .mapToLong(JournalRecord.LeaseGranted::deadlineMillis)
                .max()
                .orElse(0);
    }

    static JournalRecord lease(long number) {
        int key = (int) (number % KEYS);
        return new JournalRecord.LeaseGranted(
                InternalTuple.of(17, key, 1000),
                "subscriber-" + key,
                1,
                key,
                Nonce.ZERO,
                LeaseOrigin.PCP,
                key,
                0,
                number,
                "");
    }

    private void run() throws IOException {
        while (!System.out.checkError()) {
            for (int i = 0; i < AT_ONCE; i++) {
                append(++number);
            }
            if (number / AT_ONCE % (CHECKPOINT_EVERY / AT_ONCE) == 0) {
                checkpoint();
            }
            while (underWay.size() > AT_ONCE) {
                drain();
            }
            acknowledged.flush();
        }
    }

    private void checkpoint() throws IOException {
        while (!underWay.isEmpty()) {
            drain();
        }
        journal.beginCheckpoint();
        for (long copied = Math.max(1, number - KEYS + 1); copied <= number; copied++) {
            append(copied);
        }
        journal.endCheckpoint();
        while (!underWay.isEmpty()) {
            drain();
        }
    }

    private void append(long lease) {
        if (journal.append(lease(lease)) == LeaseJournal.REFUSED) {
            throw new AssertionError("refused with " + underWay.size() + " under way");
        }
        underWay.add(lease);
    }

    private void drain() {
        if (journal.drain(this::completed, Integer.MAX_VALUE) == 0) {
            LockSupport.park(this);
        }
    }

    private void completed(long throughPosition, boolean durable) {
        if (!durable) {
            throw new AssertionError("lost on a good disk");
        }
        for (; reported < throughPosition; reported++) {
            try {
                acknowledged.writeLong(underWay.remove());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
