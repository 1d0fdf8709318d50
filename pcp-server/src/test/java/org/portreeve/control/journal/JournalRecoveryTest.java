package org.portreeve.control.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a start makes of good, torn, damaged and foreign files. */
class JournalRecoveryTest {
    private static final String NODE = "cgn-1";
    private static final int PLACES = 1024;

    private final SimJournalFiles files = new SimJournalFiles(new SplittableRandom(1));

    @Test
    void emptyDirectoryIsAnEmptyJournal() throws IOException {
        assertEquals(List.of(), read());
    }

    @Test
    void recordsComeBackInOrderAcrossStarts() throws IOException {
        write(marks(1, 2), marks(3));
        write(marks(4), marks(5, 6));

        assertEquals(marks(1, 2, 3, 4, 5, 6), read());
    }

    @Test
    void batchCutShortAtAnyByteIsDroppedAndWhatWasBeforeStays() throws IOException {
        write(marks(1, 2), marks(3));
        String name = SegmentHeader.fileName(1);
        byte[] whole = files.content(name);
        int lastBatch = BatchHeader.BYTES + 11;

        for (int cut = 1; cut <= lastBatch; cut++) {
            files.replace(name, Arrays.copyOf(whole, whole.length - cut));
            assertEquals(marks(1, 2), read(), "cut by " + cut);
        }
    }

    @Test
    void journalGoesOnAfterATornBatch() throws IOException {
        write(marks(1), marks(2));
        String name = SegmentHeader.fileName(1);
        byte[] whole = files.content(name);
        files.replace(name, Arrays.copyOf(whole, whole.length - 1));

        write(marks(3));

        assertEquals(marks(1, 3), read());
    }

    @Test
    void damageBeforeTheLastBatchIsRefusedWithFileAndOffset() throws IOException {
        write(marks(1), marks(2), marks(3));
        String name = SegmentHeader.fileName(1);
        byte[] whole = files.content(name);
        int batch = BatchHeader.BYTES + 11;

        for (int at = SegmentHeader.BYTES; at < SegmentHeader.BYTES + 2 * batch; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x10;
            files.replace(name, damaged);
            var refusal = assertThrows(JournalUnusableException.class, this::read);
            int offset = (at - SegmentHeader.BYTES) / batch * batch + SegmentHeader.BYTES;
            assertTrue(refusal.getMessage().contains(name), refusal.getMessage());
            assertTrue(refusal.getMessage().contains("offset " + offset), refusal.getMessage());
        }
    }

    @Test
    void damagedLastBatchOfAnOlderSegmentIsRefused() throws IOException {
        write(marks(1));
        write(marks(2));
        String name = SegmentHeader.fileName(1);
        byte[] damaged = files.content(name);
        damaged[damaged.length - 1] ^= 1;
        files.replace(name, damaged);

        assertThrows(JournalUnusableException.class, this::read);
    }

    @Test
    void missingSegmentIsRefused() throws IOException {
        write(marks(1));
        write(marks(2));
        write(marks(3));
        files.delete(SegmentHeader.fileName(2));

        var refusal = assertThrows(JournalUnusableException.class, this::read);
        assertTrue(refusal.getMessage().contains(SegmentHeader.fileName(2)));
    }

    @Test
    void damagedFileHeaderBeforeBatchesIsRefused() throws IOException {
        write(marks(1));
        String name = SegmentHeader.fileName(1);
        byte[] damaged = files.content(name);
        damaged[100] ^= 1;
        files.replace(name, damaged);

        assertThrows(JournalUnusableException.class, this::read);
    }

    @Test
    void journalOfAnotherNodeIsRefused() throws IOException {
        write(marks(1));

        var refusal =
                assertThrows(
                        JournalUnusableException.class,
                        () -> JournalRecovery.replay(files, "cgn-2", record -> {}));
        assertTrue(refusal.getMessage().contains("'cgn-1'"));
        assertTrue(refusal.getMessage().contains("'cgn-2'"));
    }

    @Test
    void newerFormatIsRefused() throws IOException {
        SegmentHeader newer = new SegmentHeader(SegmentHeader.VERSION + 1, 1, 0, 0, 1, 1, NODE);
        files.replace(SegmentHeader.fileName(1), newer.encode().array());

        var refusal = assertThrows(JournalUnusableException.class, this::read);
        assertTrue(refusal.getMessage().contains("version 2"), refusal.getMessage());
    }

    @Test
    void checkpointReplacesOlderSegments() throws IOException {
        var journal = start();
        append(journal, marks(1, 2, 3));
        journal.doWork();
        journal.beginCheckpoint();
        append(journal, marks(3));
        journal.endCheckpoint();
        append(journal, marks(4));
        journal.doWork();

        assertEquals(marks(3, 4), read());
        assertEquals(List.of(SegmentHeader.fileName(2)), files.list());
    }

    @Test
    void checkpointThatDidNotEndLeavesOlderSegments() throws IOException {
        var journal = start();
        append(journal, marks(1, 2));
        journal.doWork();
        journal.beginCheckpoint();
        append(journal, marks(2));
        journal.doWork();

        assertEquals(marks(1, 2, 2), read());
    }

    @Test
    void olderSegmentThatCameBackAfterACheckpointIsNotReadAndGoesAtTheNextStart()
            throws IOException {
        var journal = start();
        append(journal, marks(1));
        journal.doWork();
        byte[] old = files.content(SegmentHeader.fileName(1));
        journal.beginCheckpoint();
        append(journal, marks(2));
        journal.endCheckpoint();
        journal.doWork();
        files.replace(SegmentHeader.fileName(1), old);

        assertEquals(marks(2), read());
        start();
        assertFalse(files.list().contains(SegmentHeader.fileName(1)));
    }

    /** Every pair of places at which two starts, the second after a kill, can be cut off. */
    @Test
    void startCutOffAnywhereAfterAKilledOneLeavesAReadableJournal() throws IOException {
        for (int first = 0; first < 8; first++) {
            for (int second = 0; second < 12; second++) {
                for (int seed = 0; seed < 8; seed++) {
                    SimJournalFiles directory = new SimJournalFiles(new SplittableRandom(seed));
                    startUntilCrash(directory, first);
                    directory.kill();
                    startUntilCrash(directory, second);
                    directory.losePower();
                    JournalRecovery.replay(directory, NODE, record -> {});
                }
            }
        }
    }

    private static void startUntilCrash(SimJournalFiles directory, int operations)
            throws IOException {
        JournalEnd end = JournalRecovery.replay(directory, NODE, record -> {});
        directory.crashAfter(operations);
        try {
            var journal =
                    FileLeaseJournal.continued(
                            directory, NODE, end, Legacy.none(), PLACES, () -> {});
            append(journal, marks(1));
            journal.doWork();
        } catch (SimJournalFiles.Crash _) {
            // As meant.
        }
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void damagedFilesAreReadOrRefusedButNothingElse(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        write(marks(1, 2), marks(3), marks(4));
        write(marks(5), marks(6, 7, 8));
        List<byte[]> whole = new ArrayList<>();
        for (String name : files.list()) {
            whole.add(files.content(name));
        }
        for (int round = 0; round < 800; round++) {
            for (int i = 0; i < whole.size(); i++) {
                files.replace(files.list().get(i), damaged(whole.get(i), random));
            }
            try {
                read();
            } catch (JournalUnusableException e) {
                assertTrue(e.getMessage().contains("segment-"), e.getMessage());
            }
        }
    }

    private static byte[] damaged(byte[] whole, SplittableRandom random) {
        byte[] bytes = whole.clone();
        switch (random.nextInt(6)) {
            case 0 -> random.nextBytes(bytes);
            case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(2 * bytes.length));
            case 2, 3 -> {
                for (int i = random.nextInt(1, 5); i > 0; i--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
            }
            default -> {
                // Left as it is, so that damage elsewhere is met.
            }
        }
        return bytes;
    }

    private FileLeaseJournal start() throws IOException {
        JournalEnd end = JournalRecovery.replay(files, NODE, record -> {});
        return FileLeaseJournal.continued(files, NODE, end, Legacy.none(), PLACES, () -> {});
    }

    @SafeVarargs
    private void write(List<JournalRecord>... batches) throws IOException {
        var journal = start();
        for (List<JournalRecord> batch : batches) {
            append(journal, batch);
            journal.doWork();
        }
    }

    private static void append(FileLeaseJournal journal, List<JournalRecord> records) {
        for (JournalRecord record : records) {
            assertTrue(journal.append(record) != LeaseJournal.REFUSED);
        }
    }

    private List<JournalRecord> read() throws IOException {
        List<JournalRecord> records = new ArrayList<>();
        JournalRecovery.replay(files, NODE, records::add);
        return records;
    }

    private static List<JournalRecord> marks(long... values) {
        return Arrays.stream(values).<JournalRecord>mapToObj(JournalRecord.TimeMark::new).toList();
    }
}
