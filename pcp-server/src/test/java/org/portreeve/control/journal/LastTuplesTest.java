package org.portreeve.control.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a start finds of a journal that was lost, on a disk that fails and forgets. */
class LastTuplesTest {
    private static final String NODE = "cgn-1";
    private static final int PLACES = 8_192;
    private static final int MANY = 4_000;
    private static final JournalRecord EPOCH = new JournalRecord.EpochStarted(1);

    private final SimJournalFiles files = new SimJournalFiles(new SplittableRandom(1));

    /**
     * Goal: whenever a start that takes over is cut short, the next one takes over the same.
     * Method: starts die later and later, by a kill or a power failure, until one is over.
     */
    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void aTakeOverThatIsCutShortIsDoneAgain(long seed) throws IOException {
        var random = new SplittableRandom(seed);
        var disk = new SimJournalFiles(random.split());
        var records = new RandomRecords(random.split());
        List<JournalRecord> written = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            written.add(records.next());
        }
        write(disk, written.subList(0, MANY / 2));
        write(disk, written.subList(MANY / 2, MANY));
        write(disk, List.of(EPOCH));
        Set<JournalRecord> before = withoutEpoch(start(disk).image);

        disk.loseJournal();
        int cut = 0;
        for (int operations = 0; ; operations++) {
            disk.crashAfter(operations);
            try {
                Started started = start(disk);
                assertEquals(Loss.KNOWN, started.journal.loss());
                assertEquals(before, withoutEpoch(started.image));
                break;
            } catch (SimJournalFiles.Crash _) {
                cut++;
                if (random.nextBoolean()) {
                    disk.kill();
                } else {
                    disk.losePower();
                }
            }
        }

        assertTrue(cut > 5, "cut short " + cut);
        disk.losePower();
        // Not even an epoch became durable: it is as if it had not been.
        assertEquals(Loss.KNOWN, start(disk).journal.loss());
        write(disk, List.of(EPOCH));
        disk.losePower();
        Started next = start(disk);
        assertEquals(Loss.NONE, next.journal.loss());
        assertEquals(before, withoutEpoch(next.image));
        assertEquals(disk.list(), disk.links().list());
    }

    @Test
    void damageHidesWhatComesBehindItInItsSegmentAlone() throws IOException {
        write(files, marks(1), leases(1), leases(2));
        write(files, leases(3));
        String name = SegmentHeader.fileName(1);
        byte[] bytes = files.content(name);
        int secondBatch = SegmentHeader.BYTES + BatchHeader.BYTES + 11;
        bytes[secondBatch + BatchHeader.BYTES + 5] ^= 1;
        files.damage(name, bytes);
        files.loseJournal();

        Started started = start(files);

        assertEquals(Loss.KNOWN, started.journal.loss());
        assertEquals(Set.of(lease(3)), Set.copyOf(started.image.leases()));
        assertEquals(1, started.image.lastWallMillis().orElseThrow());
    }

    @Test
    void whatWasUndoneDoesNotCount() throws IOException {
        write(files, leases(1), leases(9));
        String name = SegmentHeader.fileName(1);
        byte[] whole = files.content(name);
        int batchBytes = (whole.length - SegmentHeader.BYTES) / 2;
        files.damage(name, Arrays.copyOf(whole, whole.length - batchBytes));
        write(files, leases(2));
        files.damage(name, whole);
        files.loseJournal();

        assertEquals(Set.of(lease(1), lease(2)), Set.copyOf(start(files).image.leases()));
    }

    @Test
    void segmentsBeforeTheLastCheckpointDoNotCount() throws IOException {
        write(files, leases(1));
        byte[] old = files.content(SegmentHeader.fileName(1));
        var journal = start(files).journal;
        journal.beginCheckpoint();
        append(journal, List.of(EPOCH));
        append(journal, leases(2));
        journal.endCheckpoint();
        work(journal);
        assertEquals(files.list(), files.links().list(), "what it needs no more takes room");
        files.replace(SegmentHeader.fileName(1), old);
        files.links().link(SegmentHeader.fileName(1));
        files.loseJournal();

        assertEquals(Set.of(lease(2)), Set.copyOf(start(files).image.leases()));
    }

    @Test
    void anotherNodesTuplesAreLeftOut() throws IOException {
        write(files, leases(1));
        files.loseJournal();
        files.use();
        var image = new JournalImage();

        var journal =
                FileLeaseJournal.opened(files, "cgn-2", image, (lost, _) -> lost, PLACES, () -> {});

        assertEquals(Loss.UNKNOWN, journal.loss());
        assertEquals(Set.of(), Set.copyOf(image.leases()));
    }

    @Test
    void withoutLastTuplesALossIsToldFromAFirstStart() throws IOException {
        assertEquals(Loss.NONE, start(files).journal.loss());
        write(files, leases(1));
        files.use();
        files.loseJournal();
        files.loseLinks();

        assertEquals(Loss.UNKNOWN, start(files).journal.loss());
        assertEquals(Loss.NONE, start(files).journal.loss(), "it was said once");
    }

    @Test
    void aJournalThatGoesOnForgetsWhatIsNotItsOwn() throws IOException {
        write(files, leases(1));
        files.loseJournal();
        write(files, List.of(EPOCH));
        assertEquals(3, files.links().list().size() + files.list().size());

        Started started = start(files);

        assertEquals(Loss.NONE, started.journal.loss());
        assertEquals(Set.of(lease(1)), Set.copyOf(started.image.leases()));
        assertEquals(files.list(), files.links().list());
    }

    @Test
    void aLossBeforeAllOfAnEarlierOneWasTakenOverHidesNeither() throws IOException {
        write(files, leases(1), List.of(EPOCH));
        files.loseJournal();
        // Its first segment has both names by then, and nothing in it.
        files.crashAfter(6);
        assertThrows(SimJournalFiles.Crash.class, () -> start(files));
        files.kill();
        assertEquals(2, files.links().list().size());
        files.loseJournal();

        assertEquals(Set.of(lease(1)), Set.copyOf(start(files).image.leases()));
    }

    @Test
    void aLossAfterALossHasTheLaterOnesTuples() throws IOException {
        write(files, leases(1, 2), List.of(EPOCH));
        files.loseJournal();
        var ended =
                new JournalRecord.LeaseEnded(((JournalRecord.LeaseGranted) lease(1)).internal());
        write(files, List.of(EPOCH, ended));
        files.loseJournal();

        assertEquals(Set.of(lease(2)), Set.copyOf(start(files).image.leases()));
    }

    @Test
    void aDiskWithoutLinksHoldsUpNobody() throws IOException {
        files.refuseLinks();
        write(files, leases(1));
        var journal = start(files).journal;

        assertEquals(1, journal.counters().value(JournalCounter.LINKS_FAILED));
        append(journal, leases(2));
        work(journal);

        assertEquals(Set.of(lease(1), lease(2)), Set.copyOf(start(files).image.leases()));
        assertEquals(List.of(), files.links().list());
    }

    private record Started(FileLeaseJournal journal, JournalImage image) {}

    private static Started start(SimJournalFiles disk) throws IOException {
        var image = new JournalImage();
        var journal =
                FileLeaseJournal.opened(
                        disk, NODE, image, LastTuplesTest::tuples, PLACES, () -> {});
        return new Started(journal, image);
    }

    private static JournalImage tuples(JournalImage lost, JournalImage present) {
        var taken = new JournalImage();
        withoutEpoch(lost).forEach(taken::apply);
        present.records().forEach(taken::apply);
        return taken;
    }

    @SafeVarargs
    private static void write(SimJournalFiles disk, List<JournalRecord>... batches)
            throws IOException {
        var journal = start(disk).journal;
        for (List<JournalRecord> batch : batches) {
            append(journal, batch);
            work(journal);
        }
    }

    private static void append(FileLeaseJournal journal, List<JournalRecord> records) {
        for (JournalRecord record : records) {
            assertTrue(journal.append(record) != LeaseJournal.REFUSED);
        }
    }

    private static void work(FileLeaseJournal journal) {
        while (journal.doWork() > 0) {
            // Until all is written.
        }
    }

    private static Set<JournalRecord> withoutEpoch(JournalImage image) {
        return image.records()
                .filter(record -> !(record instanceof JournalRecord.EpochStarted))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static List<JournalRecord> leases(long... numbers) {
        return Arrays.stream(numbers).mapToObj(JournalChild::lease).toList();
    }

    private static JournalRecord lease(long number) {
        return JournalChild.lease(number);
    }

    private static List<JournalRecord> marks(long... values) {
        return Arrays.stream(values).<JournalRecord>mapToObj(JournalRecord.TimeMark::new).toList();
    }
}
