package org.portreeve.control.history;

import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.desk.Desk;
import org.portreeve.control.event.NodeEvent;
import org.portreeve.control.history.HistoryChange.Began;
import org.portreeve.control.history.HistoryChange.Ended;
import org.portreeve.control.history.HistoryChange.Present;
import org.portreeve.control.history.HistoryChange.RollBegan;
import org.portreeve.control.history.HistoryChange.RollEnded;
import org.portreeve.control.store.HistoryStore;
import org.portreeve.control.store.StoreException;
import org.portreeve.control.view.BlockEvent;
import org.portreeve.control.view.MappingEvent;
import org.portreeve.nat.event.EventKind;

/**
 * Takes down who has which external ports: hears of every mapping and port block, and writes what
 * it heard in the last second, or sooner when that is much. Port control never waits for the store;
 * when the queue is full, changes are dropped and counted, and all that is there is looked through
 * again. Any thread.
 */
public final class HistoryFeed implements AutoCloseable {
    /** Changes that may wait for the store. */
    static final int MAX_QUEUED = 100_000;

    /** A roll call leaves the other half to what changes meanwhile. */
    private static final int MAX_QUEUED_IN_ROLL = MAX_QUEUED / 2;

    private static final long BEAT_MILLIS = 100;

    private static final long SECOND_NS = 1_000_000_000;

    /** Changes that are not left waiting for the second: the collector copies what waits. */
    private static final int MANY_QUEUED = 2_000;

    /** How long to wait at the end for the store. */
    private static final long CLOSE_SECONDS = 10;

    private final Desk desk;
    private final LongSupplier nowNs;
    private final LongSupplier wallMillis;
    private final Consumer<Optional<StoreException>> onCondition;
    private final Counters<HistoryCounter> counters = new Counters<>(HistoryCounter.class);
    private final ArrayBlockingQueue<HistoryChange> queue = new ArrayBlockingQueue<>(MAX_QUEUED);
    private final HistoryWriter writer;
    private final Rush rush;
    private final AtomicBoolean rolls = new AtomicBoolean();
    private final AtomicBoolean isIncomplete = new AtomicBoolean(true);
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("history").factory());
    private final SettlingPace pace;

    // Thread of the history.
    private long nextSecondNs;
    private Optional<StoreException> writing = Optional.empty();
    private Optional<StoreException> settling = Optional.empty();
    private boolean fails;

    private HistoryFeed(
            Desk desk,
            HistoryStore store,
            LongSupplier nowNs,
            LongSupplier wallMillis,
            Rush rush,
            Consumer<Optional<StoreException>> onCondition) {
        this.desk = desk;
        this.nowNs = nowNs;
        this.wallMillis = wallMillis;
        this.rush = rush;
        this.onCondition = onCondition;
        this.writer = new HistoryWriter(store, queue, counters);
        this.nextSecondNs = nowNs.getAsLong();
        this.pace = new SettlingPace(nextSecondNs);
    }

    /**
     * Begins to take down what happens, and what is there already.
     *
     * @param nowNs the monotonic clock
     * @param rush what is there already is looked through when it is over
     * @param onCondition hears, on a thread of the history, when the store begins to fail, and with
     *     empty when it works again
     */
    public static HistoryFeed start(
            Desk desk,
            HistoryStore store,
            LongSupplier nowNs,
            LongSupplier wallMillis,
            Rush rush,
            Consumer<Optional<StoreException>> onCondition) {
        var feed = new HistoryFeed(desk, store, nowNs, wallMillis, rush, onCondition);
        var _ = desk.listen(feed::onMapping);
        var _ = desk.listenBlocks(feed::onBlock);
        var _ =
                feed.thread.scheduleWithFixedDelay(
                        feed::beat, 0, BEAT_MILLIS, TimeUnit.MILLISECONDS);
        return feed;
    }

    /** What was written and what was not. */
    public Counters<HistoryCounter> counters() {
        return counters;
    }

    private void onMapping(MappingEvent event) {
        switch (event) {
            case MappingEvent.Made made ->
                    take(new Began(Possession.of(made.mapping()), wallMillis.getAsLong()));
            case MappingEvent.Changed _ -> {}
            case MappingEvent.Ended ended ->
                    take(new Ended(Possession.of(ended.mapping()), wallMillis.getAsLong()));
        }
    }

    private void onBlock(BlockEvent event) {
        long nowMillis = wallMillis.getAsLong();
        take(
                switch (event) {
                    case BlockEvent.Leased leased ->
                            new Began(Possession.of(leased.block()), nowMillis);
                    case BlockEvent.Released released ->
                            new Ended(Possession.of(released.block()), nowMillis);
                });
    }

    /** Takes down a connection at a shared port, if the event is one's. */
    public void onEvent(NodeEvent event) {
        if (event.kind() == EventKind.OVERLAP_MADE) {
            take(new Began(Possession.of(event), event.wallMillis()));
        } else if (event.kind() == EventKind.OVERLAP_ENDED) {
            take(new Ended(Possession.of(event), event.wallMillis()));
        }
    }

    private void take(HistoryChange change) {
        if (!queue.offer(change)) {
            counters.add(HistoryCounter.DROPPED, 1);
            isIncomplete.set(true);
        }
    }

    private void beat() {
        long beatNs = nowNs.getAsLong();
        boolean isSecond = beatNs - nextSecondNs >= 0;
        if (isSecond) {
            nextSecondNs = beatNs + SECOND_NS;
            rush.look();
        }
        // What the store has of a million leases is read with the first change, not before.
        boolean isTime = isSecond && (rush.isOver() || !queue.isEmpty());
        if (isTime || queue.size() >= MANY_QUEUED) {
            write();
        }
        settle(beatNs, pace.due(beatNs, writer.unsettled()));
        if (isSecond && rush.isOver() && isIncomplete.get() && queue.size() < MAX_QUEUED_IN_ROLL) {
            callRoll();
        }
    }

    private void write() {
        try {
            writer.writeAll();
            writing = Optional.empty();
        } catch (StoreException e) {
            writing = Optional.of(e);
        } catch (RuntimeException e) {
            writing = Optional.of(defect(e));
        }
        tell();
    }

    private void settle(long beatNs, int steps) {
        if (steps == 0) {
            return;
        }
        try {
            boolean goesOn = true;
            for (int step = 0; step < steps && goesOn; step++) {
                goesOn = writer.settle();
            }
            if (!goesOn) {
                pace.end();
            }
            settling = Optional.empty();
        } catch (StoreException e) {
            pace.pause(beatNs);
            settling = Optional.of(e);
        } catch (RuntimeException e) {
            pace.pause(beatNs);
            settling = Optional.of(defect(e));
        }
        tell();
    }

    /** An exception that leaves a beat would be the last one, and nobody would hear of it. */
    private static StoreException defect(RuntimeException e) {
        return new StoreException("the history met a defect of this program: " + e, e);
    }

    private void tell() {
        boolean failed = writing.isPresent() || settling.isPresent();
        if (failed != fails) {
            fails = failed;
            onCondition.accept(writing.or(() -> settling));
        }
    }

    /** Compares what was taken down with what is there. */
    private void callRoll() {
        if (!rolls.compareAndSet(false, true)) {
            return;
        }
        isIncomplete.set(false);
        take(new RollBegan(wallMillis.getAsLong()));
        desk.callRoll(
                        mapping -> isPresent(Possession.of(mapping)),
                        b -> isPresent(Possession.of(b)))
                .whenComplete((_, busy) -> {
                    if (busy == null) {
                        take(new RollEnded());
                    } else {
                        isIncomplete.set(true);
                    }
                    rolls.set(false);
                });
    }

    private boolean isPresent(Possession possession) {
        return queue.size() < MAX_QUEUED_IN_ROLL
                && queue.offer(new Present(possession, wallMillis.getAsLong()));
    }

    /** Writes what is left. To be called when port control has stopped, and before the store is. */
    @Override
    public void close() {
        thread.execute(this::write);
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
