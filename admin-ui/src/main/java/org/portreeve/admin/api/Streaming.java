package org.portreeve.admin.api;

import io.vertx.core.Context;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.portreeve.admin.record.AdminCounter;
import org.portreeve.admin.web.EventStream;
import org.portreeve.admin.web.MappingFeed;
import org.portreeve.admin.web.Office;
import org.portreeve.admin.web.Visit;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.view.MappingEvent;

/**
 * One reader of events: status at intervals, mappings as they change. A reader that is too slow
 * misses events and learns from the next status. Event loop only.
 */
final class Streaming {
    private static final long STATUS_INTERVAL_MILLIS = TimeUnit.SECONDS.toMillis(2);

    /** Mapping events on their way from port control's loop to this one. */
    private static final int MAX_PENDING = 256;

    private final Office office;
    private final Visit visit;
    private final Context context;
    private final Counters<AdminCounter> counters;
    private final EventStream stream;
    private final AtomicInteger pending = new AtomicInteger();

    private Streaming(Office office, Visit visit) {
        this.office = office;
        this.visit = visit;
        this.context = office.vertx().getOrCreateContext();
        this.counters = office.counters();
        this.stream = visit.stream();
    }

    /** Answers a visit with events until its reader leaves or may not stay. */
    static void begin(Office office, Visit visit) {
        new Streaming(office, visit).begin();
    }

    private void begin() {
        Consumer<MappingEvent> listener = this::hand;
        if (!office.mappingFeed().join(listener)) {
            counters.increment(AdminCounter.STREAMS_REFUSED);
            visit.fail(
                    503,
                    "Too many streams",
                    "At most " + MappingFeed.MAX_LISTENERS + " may look on at once.");
            return;
        }
        counters.increment(AdminCounter.STREAMS_OPENED);
        long timer = office.vertx().setPeriodic(STATUS_INTERVAL_MILLIS, _ -> sendStatus());
        stream.onEnd(() -> {
            office.vertx().cancelTimer(timer);
            office.mappingFeed().leave(listener);
        });
        stream.begin();
        sendStatus();
    }

    private void sendStatus() {
        if (!visit.isStillAllowed()) {
            stream.end();
            return;
        }
        send("status", Views.status(office.services().facts().get()).encode());
    }

    /** On port control's loop. */
    private void hand(MappingEvent event) {
        if (pending.incrementAndGet() > MAX_PENDING) {
            pending.decrementAndGet();
            counters.increment(AdminCounter.STREAM_EVENTS_DROPPED);
            return;
        }
        context.runOnContext(_ -> {
            pending.decrementAndGet();
            send("mapping", Views.event(event).encode());
        });
    }

    private void send(String name, String line) {
        // What was on its way when the stream ended is missed by nobody.
        if (!stream.isOver() && !stream.send(name, line)) {
            counters.increment(AdminCounter.STREAM_EVENTS_DROPPED);
        }
    }
}
