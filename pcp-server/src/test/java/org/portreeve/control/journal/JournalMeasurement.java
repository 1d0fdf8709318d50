package org.portreeve.control.journal;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.locks.LockSupport;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.Nonce;
import org.portreeve.nat.InternalTuple;

/**
 * Rows per second by rows per batch, and the time to read a million leases. Run by hand, with a
 * directory on the disk in question as its argument. One thread beside the journal's.
 */
final class JournalMeasurement {
    private static final String NODE = "cgn-1";
    private static final int LEASES = 1_000_000;
    private static final long ROUND_MILLIS = 3000;

    private final InstantSource clock;
    private final Path data;
    private final PrintStream out;
    private long reported;

    private JournalMeasurement(InstantSource clock, Path data, PrintStream out) {
        this.clock = clock;
        this.data = data;
        this.out = out;
    }

    public static void main(String[] args) throws IOException {
        Path data = Files.createTempDirectory(Path.of(args[0]), "journal");
        var measurement = new JournalMeasurement(InstantSource.system(), data, System.out);
        measurement.write();
        measurement.read();
    }

    private void write() throws IOException {
        Thread main = Thread.currentThread();
        try (var journal =
                FileLeaseJournal.open(
                        data,
                        NODE,
                        new JournalImage(),
                        (lost, _) -> lost,
                        () -> LockSupport.unpark(main))) {
            for (int batch : new int[] {1, 1000, 10_000, 1, 1000, 10_000}) {
                round(journal, batch);
            }
        }
    }

    private void round(FileLeaseJournal journal, int batch) {
        JournalRecord[] records = new JournalRecord[batch];
        for (int i = 0; i < batch; i++) {
            records[i] = lease(i);
        }
        long start = clock.millis();
        long rows = 0;
        while (clock.millis() - start < ROUND_MILLIS) {
            append(journal, records);
            rows += batch;
        }
        long millis = clock.millis() - start;
        out.printf("%,7d rows at once: %,11d rows/s%n", batch, rows * 1000 / millis);
    }

    private void append(FileLeaseJournal journal, JournalRecord[] records) {
        long last = 0;
        for (JournalRecord record : records) {
            last = journal.append(record);
        }
        while (reported < last) {
            int drained = journal.drain((position, _) -> reported = position, Integer.MAX_VALUE);
            if (drained == 0) {
                LockSupport.park(this);
            }
        }
    }

    private void read() throws IOException {
        Path other = Files.createTempDirectory(data, "read");
        try (var journal =
                FileLeaseJournal.open(
                        other, NODE, new JournalImage(), (lost, _) -> lost, () -> {})) {
            for (int i = 0; i < LEASES; ) {
                i += journal.append(lease(i)) == LeaseJournal.REFUSED ? 0 : 1;
                journal.drain((_, _) -> {}, 1);
            }
        }
        for (int round = 0; round < 3; round++) {
            JournalImage image = new JournalImage();
            long start = clock.millis();
            FileLeaseJournal.open(other, NODE, image, (lost, _) -> lost, () -> {}).close();
            out.printf(
                    "%,d leases read and folded in %,d ms%n",
                    image.leases().size(), clock.millis() - start);
        }
    }

    private static JournalRecord lease(int i) {
        return new JournalRecord.LeaseGranted(
                InternalTuple.of(17, 0x6440_0000 + (i >>> 3), 1000 + (i & 7)),
                "100.64.0.0",
                0xc633_6401 + (i >>> 16),
                i & 0xffff,
                new Nonce(i * 0x9e37_79b9_7f4a_7c15L, i),
                LeaseOrigin.PCP,
                0x6440_0000 + (i >>> 3),
                5350,
                1_800_000_000_000L,
                "");
    }
}
