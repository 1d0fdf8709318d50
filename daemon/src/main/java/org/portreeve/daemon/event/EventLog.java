package org.portreeve.daemon.event;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.event.NodeEvent;
import org.portreeve.nat.event.EventKind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes events to a file, one JSON object a line, and alarms to the log too. Whoever brings an
 * event never waits: what the writer does not keep up with is lost and counted. Any thread brings;
 * one thread of its own writes.
 */
public final class EventLog implements AutoCloseable {
    /** Events that wait for the disk. */
    static final int PLACES = 16_384;

    /** How long a file that failed is left alone. */
    static final long RETRY_NS = 1_000_000_000L;

    /** How soon its failing is logged again. */
    static final long LOG_AGAIN_NS = 60_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);
    private static final int BATCH = 1_024;
    private static final long POLL_MILLIS = 200;
    private static final long FAREWELL_MILLIS = 2_000;

    /** What an operator must see who looks at nothing but the log. */
    private static final Set<EventKind> ALARMS =
            EnumSet.of(
                    EventKind.USE_HIGH,
                    EventKind.USE_LOW,
                    EventKind.POOL_EXHAUSTED,
                    EventKind.RECORDS_FAILING,
                    EventKind.RECORDS_RESTORED,
                    EventKind.LAST_TUPLES_LOST);

    private final String node;
    private final LongSupplier nowNs;
    private final Counters<EventCounter> counters = new Counters<>(EventCounter.class);
    private final BlockingQueue<NodeEvent> queue = new ArrayBlockingQueue<>(PLACES);
    private final AtomicReference<Optional<Path>> path;
    private final AtomicBoolean reopen = new AtomicBoolean();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final EventFile file = new EventFile();
    private final Thread thread;
    private boolean failing;
    private long failedAtNs;
    private Optional<Long> loggedAtNs = Optional.empty();

    private EventLog(String node, Optional<Path> path, LongSupplier nowNs) {
        this.node = node;
        this.path = new AtomicReference<>(path);
        this.nowNs = nowNs;
        thread = Thread.ofPlatform().name("events").daemon().unstarted(this::run);
    }

    /**
     * A log that writes.
     *
     * @param node the name that each line carries
     * @param path the file; empty: alarms alone, to the log
     * @param nowNs a monotonic clock
     */
    public static EventLog start(String node, Optional<Path> path, LongSupplier nowNs) {
        var log = new EventLog(node, path, nowNs);
        log.thread.start();
        return log;
    }

    /** Takes an event, or counts it as lost. Never waits. */
    public void accept(NodeEvent event) {
        boolean isWanted = path.get().isPresent() || ALARMS.contains(event.kind());
        if (isWanted && !queue.offer(event)) {
            counters.increment(EventCounter.LOST);
        }
    }

    /** Writes to this file from now on, and opens it anew if it is the same. */
    public void use(Optional<Path> changed) {
        path.set(changed);
        reopen.set(true);
    }

    /** What was counted. */
    public Counters<EventCounter> counters() {
        return counters;
    }

    /** Writes what waits, unless that takes too long. */
    @Override
    public void close() {
        stopping.set(true);
        try {
            thread.join(FAREWELL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        List<NodeEvent> batch = new ArrayList<>(BATCH);
        try {
            while (!stopping.get() || !queue.isEmpty()) {
                NodeEvent first = queue.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
                if (reopen.getAndSet(false)) {
                    failing = false;
                    closeFile();
                }
                if (first != null) {
                    batch.add(first);
                    queue.drainTo(batch, BATCH - 1);
                    write(batch);
                    batch.clear();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeFile();
    }

    private void write(List<NodeEvent> batch) {
        var lines = new StringBuilder();
        for (NodeEvent event : batch) {
            String line = EventLine.of(node, event);
            lines.append(line).append('\n');
            if (ALARMS.contains(event.kind())) {
                LOG.warn("{}: {}", event.kind().help(), line);
            }
        }
        path.get().ifPresent(to -> append(to, lines.toString(), batch.size()));
    }

    private void append(Path to, String lines, int count) {
        if (failing && nowNs.getAsLong() - failedAtNs < RETRY_NS) {
            counters.add(EventCounter.FAILED, count);
            return;
        }
        try {
            file.append(to, lines);
            counters.add(EventCounter.WRITTEN, count);
            if (failing) {
                failing = false;
                LOG.info("Events are written to {} again", to);
            }
        } catch (IOException e) {
            counters.add(EventCounter.FAILED, count);
            failed(to, e);
        }
    }

    private void failed(Path to, IOException cause) {
        closeFile();
        failing = true;
        failedAtNs = nowNs.getAsLong();
        if (loggedAtNs.isEmpty() || failedAtNs - loggedAtNs.get() >= LOG_AGAIN_NS) {
            loggedAtNs = Optional.of(failedAtNs);
            LOG.warn(
                    "Events cannot be written to {} and are lost: {}; look at its disk and"
                            + " permissions (events.file)",
                    to,
                    cause.toString());
        }
    }

    private void closeFile() {
        try {
            file.close();
        } catch (IOException e) {
            LOG.warn("While closing the event log: {}", e.toString());
        }
    }
}
