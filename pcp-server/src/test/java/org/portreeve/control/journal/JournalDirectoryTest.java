package org.portreeve.control.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The journal on a real disk, with its thread, and with processes that are killed. */
class JournalDirectoryTest {
    private static final String NODE = "cgn-1";
    private static final int KILLS = 3;
    private static final int OTHER_USER = 12_345;

    @TempDir private Path data;

    @Test
    void whatWasAcknowledgedIsReadAtTheNextStart() throws IOException {
        int count = 10_000;
        Thread main = Thread.currentThread();
        long[] durableThrough = {0};
        try (var journal =
                FileLeaseJournal.open(
                        data,
                        NODE,
                        new JournalImage(),
                        (lost, _) -> lost,
                        () -> LockSupport.unpark(main))) {
            for (long number = 1; number <= count; number++) {
                assertEquals(number, journal.append(JournalChild.lease(number)));
            }
            while (durableThrough[0] < count) {
                int drained =
                        journal.drain(
                                (position, durable) -> durableThrough[0] = durable ? position : -1,
                                Integer.MAX_VALUE);
                if (drained == 0) {
                    LockSupport.park(this);
                }
            }
        }

        JournalImage image = new JournalImage();
        FileLeaseJournal.open(data, NODE, image, (lost, _) -> lost, () -> {}).close();
        assertEquals(JournalChild.KEYS, image.leases().size());
        assertEquals(count, JournalChild.highest(image));
    }

    @Test
    void closingWritesWhatIsQueued() throws IOException {
        FileLeaseJournal journal =
                FileLeaseJournal.open(data, NODE, new JournalImage(), (lost, _) -> lost, () -> {});
        journal.append(JournalChild.lease(1));
        journal.append(JournalChild.lease(2));
        journal.close();
        List<Long> positions = new ArrayList<>();
        journal.drain((position, durable) -> positions.add(durable ? position : -1), 10);

        JournalImage image = new JournalImage();
        FileLeaseJournal.open(data, NODE, image, (lost, _) -> lost, () -> {}).close();
        assertEquals(2, image.leases().size());
        assertEquals(2, positions.getLast());
        assertEquals(LeaseJournal.REFUSED, journal.append(JournalChild.lease(3)));
    }

    @Test
    void directoryInUseIsRefusedWithTheProcessThatUsesIt() throws IOException {
        try (var journal =
                FileLeaseJournal.open(
                        data, NODE, new JournalImage(), (lost, _) -> lost, () -> {})) {
            var refusal =
                    assertThrows(JournalUnusableException.class, () -> JournalDirectory.open(data));
            assertTrue(
                    refusal.getMessage().contains("process " + ProcessHandle.current().pid()),
                    refusal.getMessage());
            assertTrue(journal.append(JournalChild.lease(1)) != LeaseJournal.REFUSED);
        }
        JournalDirectory.open(data).close();
    }

    @Test
    void filesAreReadableByTheirOwnerAlone() throws IOException {
        FileLeaseJournal.open(data, NODE, new JournalImage(), (lost, _) -> lost, () -> {}).close();

        Path segment = data.resolve("journal").resolve(SegmentHeader.fileName(1));
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(segment)));
    }

    /** Hard links: the very same files, so that they take no room of their own. */
    @Test
    void lastTuplesAreSecondNamesOfTheSegments() throws IOException {
        open(new JournalImage()).close();
        open(new JournalImage()).close();

        for (long number : new long[] {1, 2}) {
            String name = SegmentHeader.fileName(number);
            Path segment = data.resolve("journal").resolve(name);
            Path link = data.resolve("last-tuples").resolve(name);
            assertEquals(
                    Files.getAttribute(segment, "unix:ino"), Files.getAttribute(link, "unix:ino"));
            assertEquals(2, Files.getAttribute(segment, "unix:nlink"));
        }
        assertEquals(
                "rwx------",
                PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(data.resolve("last-tuples"))));
    }

    @Test
    void aJournalThatWasMovedAwayIsKnownByItsLastTuples() throws IOException {
        FileLeaseJournal journal = open(new JournalImage());
        journal.append(JournalChild.lease(1));
        journal.append(new JournalRecord.EpochStarted(1));
        journal.close();
        Files.move(data.resolve("journal"), data.resolve("journal.damaged"));

        JournalImage found = new JournalImage();
        try (var next = open(found)) {
            assertEquals(Loss.KNOWN, next.loss());
        }

        assertEquals(List.of(JournalChild.lease(1)), List.copyOf(found.leases()));
        assertEquals(List.of(SegmentHeader.fileName(2)), names("journal"));
        assertEquals(List.of(SegmentHeader.fileName(1)), names("journal.damaged"));
    }

    @Test
    void withoutLastTuplesALossIsTold() throws IOException {
        try (var first = open(new JournalImage())) {
            assertEquals(Loss.NONE, first.loss());
        }
        Files.move(data.resolve("journal"), data.resolve("journal.damaged"));
        Files.move(data.resolve("last-tuples"), data.resolve("last-tuples.gone"));

        try (var next = open(new JournalImage())) {
            assertEquals(Loss.UNKNOWN, next.loss());
        }
    }

    @Test
    void somethingInTheWayOfLastTuplesHoldsUpNobody() throws IOException {
        Files.createFile(data.resolve("last-tuples"));
        FileLeaseJournal journal = open(new JournalImage());
        journal.append(JournalChild.lease(1));
        journal.close();

        assertTrue(journal.counters().value(JournalCounter.LINKS_FAILED) > 0);
        JournalImage image = new JournalImage();
        open(image).close();
        assertEquals(1, image.leases().size());
    }

    private List<String> names(String directory) throws IOException {
        try (Stream<Path> paths = Files.list(data.resolve(directory))) {
            return paths.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private FileLeaseJournal open(JournalImage image) throws IOException {
        return FileLeaseJournal.open(data, NODE, image, JournalDirectoryTest::tuples, () -> {});
    }

    private static JournalImage tuples(JournalImage lost, JournalImage present) {
        var taken = new JournalImage();
        lost.leases().forEach(taken::apply);
        return taken;
    }

    @Test
    void aFileInTheWayIsNamedWithWhatToDo() throws IOException {
        Path file = Files.createFile(data.resolve("file"));

        var refusal =
                assertThrows(
                        JournalUnusableException.class,
                        () ->
                                FileLeaseJournal.open(
                                        file.resolve("data"),
                                        NODE,
                                        new JournalImage(),
                                        (lost, _) -> lost,
                                        () -> {}));

        assertEquals(
                "Lease journal in data directory %s/data cannot be used: %s is in the way, it is not"
                                .formatted(file, file)
                        + " a directory. Move it away, or set data to another directory.",
                refusal.getMessage());
    }

    /** Only root can give files away; as another user there is nothing to see. */
    @Test
    @Tag("e2e")
    void whatRootMakesInTheDirectoryOfAnotherUserBecomesTheirs() throws IOException {
        Files.setAttribute(data, "unix:uid", OTHER_USER);
        Files.setAttribute(data, "unix:gid", OTHER_USER);

        FileLeaseJournal.open(
                        data.resolve("a/b"), NODE, new JournalImage(), (lost, _) -> lost, () -> {})
                .close();

        try (Stream<Path> made = Files.walk(data)) {
            for (Path path : made.toList()) {
                assertEquals(OTHER_USER, Files.getAttribute(path, "unix:uid"), path::toString);
                assertEquals(OTHER_USER, Files.getAttribute(path, "unix:gid"), path::toString);
            }
        }
    }

    /**
     * Goal: nothing that was acknowledged is lost by a kill, and nothing is out of order. Method:
     * leases are numbered and share keys in turn, so each key must have its highest number.
     */
    @Test
    void killedProcessLosesNothingThatItAcknowledged() throws Exception {
        SplittableRandom random = new SplittableRandom(5351);
        for (int kill = 0; kill < KILLS; kill++) {
            long acknowledged = runAndKill(random.nextInt(1, 60_000));

            JournalImage image = new JournalImage();
            JournalRecovery.read(data, NODE, image::apply);
            long highest = JournalChild.highest(image);
            assertTrue(highest >= acknowledged, "read " + highest + " of " + acknowledged);
            Set<JournalRecord> leases = Set.copyOf(image.leases());
            long lowest = Math.max(1, highest - JournalChild.KEYS + 1);
            for (long number = lowest; number <= highest; number++) {
                JournalRecord lease = JournalChild.lease(number);
                assertTrue(leases.contains(lease), () -> "without " + lease);
            }
        }
    }

    /** Returns the last number that came out of the pipe of a process killed after so many. */
    private long runAndKill(int after) throws Exception {
        Process child =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-ea",
                                "-cp",
                                System.getProperty("java.class.path"),
                                JournalChild.class.getName(),
                                data.toString())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        long last = 0;
        int count = 0;
        try (var pipe = new DataInputStream(new BufferedInputStream(child.getInputStream()))) {
            while (true) {
                last = Math.max(last, pipe.readLong());
                if (++count == after) {
                    // By its handle: the process itself would close the pipe, and what is in it
                    // counts.
                    child.toHandle().destroyForcibly();
                }
            }
        } catch (EOFException _) {
            assertTrue(count >= after, "the process ended by itself");
            return last;
        } finally {
            child.destroyForcibly().waitFor();
        }
    }
}
