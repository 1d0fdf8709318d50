package org.portreeve.control.journal;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Goal: whatever fails and whenever the process or the power dies, what was reported durable is
 * there, in order, and what was reported lost is not.
 *
 * <p>Method: one directory lives through many processes. After each crash the image that is read
 * must be that of the durable records, followed at most by some that had no report yet; only when
 * the disk failed so thoroughly that the last lost batch could not be undone may that one be there.
 * The same goes for what the segments tell by their second names, unless one of those failed.
 */
class JournalSimulationTest {
    private static final int GENERATIONS = 60;
    private static final int STEPS = 40;
    private static final int PLACES = 64;
    private static final String NODE = "cgn-1";

    private SplittableRandom random;
    private SimJournalFiles files;
    private RandomRecords records;

    private JournalImage durable = new JournalImage();
    private final Deque<JournalRecord> unreported = new ArrayDeque<>();
    private final List<List<JournalRecord>> ghosts = new ArrayList<>();
    private final Deque<JournalRecord> checkpointLeft = new ArrayDeque<>();
    private boolean checkpointOpen;
    private long reportedPosition;
    private List<Set<JournalRecord>> allowed = List.of(Set.of());

    /** Whether no second name of a segment failed since all had one. */
    private boolean isLinked;

    private int linkedChecks;
    private int durableBatches;
    private int lostBatches;
    private int checkpointsEnded;
    private int checkpointsBroken;
    private int crashes;

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void whatWasReportedDurableSurvivesEveryCrashAndWhatWasLostDoesNot(long seed)
            throws IOException {
        random = new SplittableRandom(seed);
        files = new SimJournalFiles(random.split());
        records = new RandomRecords(random.split());

        for (int generation = 0; generation < GENERATIONS; generation++) {
            liveUntilCrash();
        }

        assertTrue(durableBatches > GENERATIONS, "hardly anything became durable");
        assertTrue(lostBatches > GENERATIONS, "hardly anything was lost");
        assertTrue(checkpointsEnded > 10, "hardly a checkpoint ended");
        assertTrue(checkpointsBroken > 10, "hardly a checkpoint was broken");
        assertTrue(crashes > GENERATIONS / 3, "hardly a crash");
        assertTrue(linkedChecks > GENERATIONS / 3, "hardly ever linked");
    }

    private void liveUntilCrash() throws IOException {
        JournalEnd end = begin();
        files.crashAfter(random.nextInt(5 * STEPS));
        try {
            FileLeaseJournal journal =
                    FileLeaseJournal.continued(files, NODE, end, Legacy.none(), PLACES, () -> {});
            isLinked = true;
            files.failureRate(random.nextInt(3) * random.nextDouble(0.2));
            boolean undone = work(journal);
            allowed = candidates(undone);
        } catch (SimJournalFiles.Crash _) {
            crashes++; // Before the start was over, so that what was allowed before still is.
        }
        if (random.nextBoolean()) {
            files.kill();
        } else {
            files.losePower();
        }
        check();
    }

    private JournalEnd begin() throws IOException {
        durable = new JournalImage();
        unreported.clear();
        ghosts.clear();
        checkpointLeft.clear();
        checkpointOpen = false;
        reportedPosition = 0;
        return JournalRecovery.replay(files, NODE, durable::apply);
    }

    private boolean work(FileLeaseJournal journal) {
        try {
            for (int step = 0; step < STEPS; step++) {
                appendSome(journal);
                checkpoint(journal);
                if (random.nextInt(3) > 0) {
                    journal.doWork();
                    drain(journal);
                }
            }
        } catch (SimJournalFiles.Crash _) {
            crashes++;
            drain(journal);
        }
        isLinked = journal.counters().value(JournalCounter.LINKS_FAILED) == 0;
        checkpointsEnded += (int) journal.counters().value(JournalCounter.CHECKPOINTS_ENDED);
        checkpointsBroken += (int) journal.counters().value(JournalCounter.CHECKPOINTS_BROKEN);
        return journal.isUndone();
    }

    private void appendSome(FileLeaseJournal journal) {
        for (int left = random.nextInt(8); left > 0; left--) {
            append(journal, records.next());
        }
    }

    private boolean append(FileLeaseJournal journal, JournalRecord record) {
        boolean taken = journal.append(record) != LeaseJournal.REFUSED;
        if (taken) {
            unreported.add(record);
        }
        return taken;
    }

    /** Begins a checkpoint, goes on with it, or ends it, as port control does it: in slices. */
    private void checkpoint(FileLeaseJournal journal) {
        if (!checkpointOpen && random.nextInt(4) == 0 && beginCheckpoint(journal)) {
            checkpointOpen = true;
            checkpointLeft.addAll(liveRecords());
        }
        if (checkpointOpen) {
            Set<JournalRecord> live = liveRecords();
            while (!checkpointLeft.isEmpty()) {
                JournalRecord record = checkpointLeft.peek();
                // What has changed since the begin was appended since the begin.
                if (live.contains(record) && !append(journal, record)) {
                    return;
                }
                checkpointLeft.remove();
            }
            journal.endCheckpoint();
            checkpointOpen = false;
        }
    }

    private static boolean beginCheckpoint(FileLeaseJournal journal) {
        try {
            journal.beginCheckpoint();
            return true;
        } catch (IllegalStateException _) {
            return false; // The one before was not written yet.
        }
    }

    /** What port control believes: everything that it appended and that was not reported lost. */
    private Set<JournalRecord> liveRecords() {
        JournalImage image = copy(durable);
        unreported.forEach(image::apply);
        return set(image);
    }

    private void drain(FileLeaseJournal journal) {
        journal.drain(this::completed, Integer.MAX_VALUE);
        if (journal.isUndone()) {
            ghosts.clear();
        }
    }

    private void completed(long throughPosition, boolean isDurable) {
        List<JournalRecord> batch = new ArrayList<>();
        for (; reportedPosition < throughPosition; reportedPosition++) {
            batch.add(unreported.remove());
        }
        if (isDurable) {
            durableBatches++;
            batch.forEach(durable::apply);
        } else {
            lostBatches++;
            ghosts.add(batch);
        }
    }

    /** The images that a reader may find. */
    private List<Set<JournalRecord>> candidates(boolean undone) {
        List<Set<JournalRecord>> images = new ArrayList<>();
        JournalImage image = copy(durable);
        images.add(set(image));
        for (JournalRecord record : unreported) {
            image.apply(record);
            images.add(set(image));
        }
        if (!undone) {
            ghosts.forEach(ghost -> images.add(set(with(ghost))));
        }
        return images;
    }

    private void check() throws IOException {
        JournalImage read = new JournalImage();
        JournalRecovery.replay(files, NODE, read::apply);
        checkAllowed(set(read));
        if (isLinked) {
            linkedChecks++;
            var known = LastTuplesReader.read(files.withoutJournal(), NODE);
            checkAllowed(known.map(JournalSimulationTest::set).orElseGet(Set::of));
        }
    }

    private void checkAllowed(Set<JournalRecord> found) {
        if (!allowed.contains(found)) {
            Set<JournalRecord> missing = set(durable);
            missing.removeAll(found);
            Set<JournalRecord> surplus = new LinkedHashSet<>(found);
            surplus.removeAll(set(durable));
            fail("missing of what is durable: " + missing + "\nand found besides: " + surplus);
        }
    }

    private JournalImage with(List<JournalRecord> batch) {
        JournalImage image = copy(durable);
        batch.forEach(image::apply);
        return image;
    }

    private static JournalImage copy(JournalImage image) {
        JournalImage copy = new JournalImage();
        image.records().forEach(copy::apply);
        return copy;
    }

    private static Set<JournalRecord> set(JournalImage image) {
        // In the order of their coming: hash codes differ from run to run.
        return image.records().collect(toCollection(LinkedHashSet::new));
    }
}
