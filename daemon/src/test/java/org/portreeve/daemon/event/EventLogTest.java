package org.portreeve.daemon.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.portreeve.control.event.NodeEvent;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.event.Resource;

/** The event log on a real file system: rotation, a disk that fails, a reader that stands still. */
@Timeout(60)
class EventLogTest {
    private static final NodeEvent BLOCK =
            new NodeEvent(
                    EventKind.BLOCK_ACTIVE,
                    1_795_311_406_007L,
                    "alice \"x\"",
                    0,
                    0,
                    0,
                    Ipv4.of("198.51.100.1"),
                    16_384,
                    16_895,
                    0,
                    Resource.NONE,
                    0,
                    0);

    private final AtomicLong nowNs = new AtomicLong(5);
    private Optional<EventLog> log = Optional.empty();

    @TempDir Path directory;

    @AfterEach
    void close() {
        log.ifPresent(EventLog::close);
    }

    @Test
    void lineHasTheDocumentedNamesAndTheTimeInUtc() {
        assertEquals(
                "{\"time\":\"2026-11-22T01:36:46.007Z\",\"node\":\"cgn-1\",\"event\":\"block-active\","
                        + "\"subscriber\":\"alice \\\"x\\\"\",\"external-address\":\"198.51.100.1\","
                        + "\"first-port\":16384,\"last-port\":16895}",
                EventLine.of("cgn-1", BLOCK));
        var mapping =
                new NodeEvent(
                        EventKind.MAPPING_MADE,
                        1_795_311_406_000L,
                        "100.64.0.2",
                        Protocol.UDP,
                        Ipv4.of("100.64.0.2"),
                        5_000,
                        Ipv4.of("198.51.100.1"),
                        16_400,
                        16_400,
                        0,
                        Resource.NONE,
                        0,
                        0);
        assertEquals(
                "{\"time\":\"2026-11-22T01:36:46.000Z\",\"node\":\"n\",\"event\":\"mapping-made\","
                        + "\"subscriber\":\"100.64.0.2\",\"protocol\":\"udp\","
                        + "\"internal-address\":\"100.64.0.2\",\"internal-port\":5000,"
                        + "\"external-address\":\"198.51.100.1\",\"external-port\":16400}",
                EventLine.of("n", mapping));
        var use =
                new NodeEvent(
                        EventKind.USE_HIGH,
                        0,
                        "",
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        Resource.POOL_BLOCKS,
                        8,
                        10);
        assertEquals(
                "{\"time\":\"1970-01-01T00:00:00.000Z\",\"node\":\"n\",\"event\":\"use-high\","
                        + "\"resource\":\"pool-blocks\",\"used\":8,\"capacity\":10}",
                EventLine.of("n", use));
        int remoteIp = Ipv4.of("203.0.113.7");
        var shared =
                new NodeEvent(
                        EventKind.OVERLAP_MADE,
                        0,
                        "a",
                        Protocol.TCP,
                        Ipv4.of("100.64.0.2"),
                        5_000,
                        Ipv4.of("198.51.100.1"),
                        900,
                        900,
                        remoteIp,
                        Resource.NONE,
                        0,
                        0);
        assertTrue(
                EventLine.of("n", shared)
                        .endsWith(
                                "\"external-address\":\"198.51.100.1\",\"external-port\":900,"
                                        + "\"remote-address\":\"203.0.113.7\"}"));
    }

    @Test
    void fileThatWasMovedAwayIsWrittenOnUntilAReloadOpensItAnew() throws IOException {
        Path file = directory.resolve("events.json");
        Path rotated = directory.resolve("events.json.1");
        start(file).accept(BLOCK);
        await(() -> lines(file).size() == 1);
        Files.move(file, rotated);
        log.orElseThrow().accept(BLOCK);
        await(() -> lines(rotated).size() == 2);

        log.orElseThrow().use(Optional.of(file));
        await(() -> {
            log.orElseThrow().accept(BLOCK);
            return Files.exists(file) && !lines(file).isEmpty();
        });
        lines(rotated)
                .forEach(line -> assertEquals("cgn-1", new JsonObject(line).getString("node")));
    }

    @Test
    void fileThatCannotBeWrittenLosesEventsWithACountUntilItCan() throws IOException {
        Path place = directory.resolve("later");
        Path file = place.resolve("events.json");
        EventLog events = start(file);
        events.accept(BLOCK);
        await(() -> counted(EventCounter.FAILED) == 1);
        Files.createDirectory(place);
        events.accept(BLOCK);
        await(() -> counted(EventCounter.FAILED) == 2);
        assertEquals(0, counted(EventCounter.WRITTEN), "the file is left alone for a second");

        nowNs.addAndGet(EventLog.RETRY_NS);
        events.accept(BLOCK);
        await(() -> counted(EventCounter.WRITTEN) == 1);
        assertEquals(1, lines(file).size());
    }

    @Test
    void writerThatStandsStillHoldsNobodyUpAndItsLossesAreCounted() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        EventLog events = start(pipe);
        int count = EventLog.PLACES + 5_000;
        for (int i = 0; i < count; i++) {
            events.accept(BLOCK);
        }
        long lost = counted(EventCounter.LOST);
        // What the writer took before it stood still is a batch at most.
        assertTrue(5_000 - 1_024 <= lost && lost <= 5_000, () -> "lost " + lost);
        assertEquals(0, counted(EventCounter.WRITTEN));

        // A reader lets the writer go on, and then everything that was kept arrives.
        long kept = count - lost;
        try (var reader = Files.newBufferedReader(pipe)) {
            for (long line = 0; line < kept; line++) {
                assertEquals("block-active", new JsonObject(reader.readLine()).getString("event"));
            }
        }
    }

    @Test
    void withoutAFileNothingIsKept() {
        EventLog events = EventLog.start("cgn-1", Optional.empty(), nowNs::get);
        log = Optional.of(events);
        for (int i = 0; i < 2 * EventLog.PLACES; i++) {
            events.accept(BLOCK);
        }
        assertEquals(0, counted(EventCounter.LOST));
    }

    @Test
    void stopWritesWhatWaits() {
        Path file = directory.resolve("events.json");
        EventLog events = start(file);
        for (int i = 0; i < 3_000; i++) {
            events.accept(BLOCK);
        }
        events.close();
        assertEquals(3_000, lines(file).size());
        assertEquals(3_000, counted(EventCounter.WRITTEN));
    }

    private EventLog start(Path file) {
        log = Optional.of(EventLog.start("cgn-1", Optional.of(file), nowNs::get));
        return log.get();
    }

    private long counted(EventCounter counter) {
        return log.orElseThrow().counters().value(counter);
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            assertFalse(Thread.currentThread().isInterrupted(), "it did not come in time");
            Thread.onSpinWait();
        }
    }
}
