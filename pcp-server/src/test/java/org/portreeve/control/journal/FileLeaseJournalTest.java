package org.portreeve.control.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The bounds and promises of the journal, step by step. */
class FileLeaseJournalTest {
    private static final String NODE = "cgn-1";
    private static final int PLACES = 4;

    private final SimJournalFiles files = new SimJournalFiles(new SplittableRandom(1));
    private final List<String> fates = new ArrayList<>();
    private int wakeups;

    @Test
    void recordsHavePlacesUntilTheirFateIsDrained() throws IOException {
        var journal = start(JournalEnd.empty(0));
        for (long position = 1; position <= PLACES; position++) {
            assertEquals(position, journal.append(mark(position)));
        }
        assertEquals(LeaseJournal.REFUSED, journal.append(mark(9)));
        journal.doWork();
        assertEquals(LeaseJournal.REFUSED, journal.append(mark(9)));

        drain(journal);

        assertEquals(PLACES + 1, journal.append(mark(5)));
        assertEquals(2, journal.counters().value(JournalCounter.RECORDS_REFUSED));
    }

    @Test
    void everythingThatWaitsIsOneBatchWithOneFate() throws IOException {
        var journal = start(JournalEnd.empty(0));
        append(journal, 1, 2, 3);
        journal.doWork();
        append(journal, 4);
        journal.doWork();
        drain(journal);

        assertEquals(List.of("3 durable", "4 durable"), fates);
        assertEquals(2, wakeups);
        assertEquals(2, journal.counters().value(JournalCounter.BATCHES_FORCED));
    }

    @Test
    void drainHandsOutNoMoreThanItsLimit() throws IOException {
        var journal = start(JournalEnd.empty(0));
        append(journal, 1);
        journal.doWork();
        append(journal, 2);
        journal.doWork();

        assertEquals(1, journal.drain(this::completed, 1));
        assertEquals(List.of("1 durable"), fates);
    }

    @Test
    void batchThatFailedIsReportedLostAndTheNextIsKeptAgain() throws IOException {
        var journal = start(JournalEnd.empty(0));
        append(journal, 1);
        journal.doWork();
        files.failureRate(1);
        append(journal, 2);
        journal.doWork();
        append(journal, 3);
        journal.doWork();
        assertFalse(journal.isUndone());
        files.failureRate(0);
        append(journal, 4);
        journal.doWork();
        drain(journal);

        assertEquals(List.of("1 durable", "2 lost", "3 lost", "4 durable"), fates);
        assertTrue(journal.isUndone());
        assertEquals(List.of(mark(1), mark(4)), readAfterPowerLoss());
        assertEquals(2, journal.counters().value(JournalCounter.RECORDS_LOST));
        assertEquals(2, journal.counters().value(JournalCounter.RECORDS_DURABLE));
    }

    @Test
    void checkpointWithALostRecordLeavesOlderSegments() throws IOException {
        var journal = start(JournalEnd.empty(0));
        append(journal, 1);
        journal.doWork();
        journal.beginCheckpoint();
        append(journal, 1);
        files.failureRate(1);
        journal.doWork();
        files.failureRate(0);
        journal.endCheckpoint();
        append(journal, 2);
        journal.doWork();

        assertEquals(List.of(mark(1), mark(2)), readAfterPowerLoss());
        assertEquals(1, journal.counters().value(JournalCounter.CHECKPOINTS_BROKEN));
    }

    @Test
    void checkpointMadeBeforeALossWasKnownLeavesOlderSegments() throws IOException {
        var journal = start(JournalEnd.empty(0));
        append(journal, 1);
        journal.doWork();
        drain(journal);
        append(journal, 2); // Port control replaces 1 by 2, which will be lost.
        files.failureRate(1);
        journal.doWork();
        files.failureRate(0);
        journal.beginCheckpoint(); // It does not know of the loss and leaves 1 out.
        journal.endCheckpoint();
        journal.doWork();

        assertEquals(List.of(mark(1)), readAfterPowerLoss());
        assertEquals(1, journal.counters().value(JournalCounter.CHECKPOINTS_BROKEN));
    }

    @Test
    void checkpointsComeOneAtATime() throws IOException {
        var journal = start(JournalEnd.empty(0));
        assertThrows(IllegalStateException.class, journal::endCheckpoint);
        journal.beginCheckpoint();
        assertThrows(IllegalStateException.class, journal::beginCheckpoint);
        journal.endCheckpoint();
        assertThrows(IllegalStateException.class, journal::beginCheckpoint);
        journal.doWork();

        journal.beginCheckpoint();
    }

    @Test
    void checkpointIsWantedOnceTheJournalHasGrownAndUntilItEnds() throws IOException {
        assertFalse(start(grownTo(SegmentWriter.CHECKPOINT_MIN_BYTES)).wantsCheckpoint());

        var journal = start(grownTo(SegmentWriter.CHECKPOINT_MIN_BYTES + 1));
        assertTrue(journal.wantsCheckpoint());
        journal.beginCheckpoint();
        assertFalse(journal.wantsCheckpoint());
        journal.endCheckpoint();
        assertFalse(journal.wantsCheckpoint());
        journal.doWork();
        assertFalse(journal.wantsCheckpoint());
    }

    @Test
    void manySmallSegmentsAreWorthACheckpoint() throws IOException {
        FileLeaseJournal journal = start(JournalEnd.empty(0));
        for (int starts = 1; starts < SegmentWriter.CHECKPOINT_SEGMENTS; starts++) {
            journal = restart();
        }
        assertFalse(journal.wantsCheckpoint());

        journal = restart();

        assertTrue(journal.wantsCheckpoint());
    }

    private static JournalEnd grownTo(long bytes) {
        return new JournalEnd(0, Set.of(), 0, 0, 0, 1, bytes % 1000, bytes);
    }

    private FileLeaseJournal start(JournalEnd end) throws IOException {
        return FileLeaseJournal.continued(files, NODE, end, Legacy.none(), PLACES, () -> wakeups++);
    }

    private FileLeaseJournal restart() throws IOException {
        return start(JournalRecovery.replay(files, NODE, record -> {}));
    }

    private static void append(FileLeaseJournal journal, long... values) {
        for (long value : values) {
            assertTrue(journal.append(mark(value)) != LeaseJournal.REFUSED);
        }
    }

    private void drain(FileLeaseJournal journal) {
        journal.drain(this::completed, Integer.MAX_VALUE);
    }

    private void completed(long throughPosition, boolean durable) {
        fates.add(throughPosition + (durable ? " durable" : " lost"));
    }

    private List<JournalRecord> readAfterPowerLoss() throws IOException {
        files.losePower();
        List<JournalRecord> records = new ArrayList<>();
        JournalRecovery.replay(files, NODE, records::add);
        return records;
    }

    private static JournalRecord mark(long value) {
        return new JournalRecord.TimeMark(value);
    }
}
