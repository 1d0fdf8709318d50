package org.portreeve.control.event;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;
import org.portreeve.control.view.BlockView;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.event.EventSettings;
import org.portreeve.nat.event.Resource;
import org.portreeve.nat.event.ShardEvent;
import org.portreeve.nat.event.Telemetry;

/**
 * Gives events their names and times and hands them to whoever listens. A subscriber's index goes
 * to another only after its shard has said that nothing is left of it; so the rings are to be
 * emptied before the outcomes of shards are looked at, and no event gets a wrong name. Event loop
 * only, but for the counts.
 */
public final class EventFeed {
    private final IntFunction<String> idOf;
    private final LongUnaryOperator wallMillisOf;
    private final LongSupplier wallMillis;
    private final List<Telemetry> sources = new ArrayList<>();
    private final List<Consumer<NodeEvent>> listeners = new ArrayList<>();
    private final AtomicLongArray counts = new AtomicLongArray(EventKind.values().length);
    private EventSettings settings = EventSettings.USUAL;

    /**
     * A feed without sources.
     *
     * @param idOf the id of a subscriber's index, empty when there is none
     * @param wallMillisOf the wall-clock time of a moment on the monotonic clock
     * @param wallMillis the wall-clock time now
     */
    public EventFeed(
            IntFunction<String> idOf, LongUnaryOperator wallMillisOf, LongSupplier wallMillis) {
        this.idOf = idOf;
        this.wallMillisOf = wallMillisOf;
        this.wallMillis = wallMillis;
    }

    /** Empties these from now on, as nobody else does. */
    public void watch(List<Telemetry> telemetry) {
        telemetry.forEach(source -> source.use(settings));
        sources.addAll(telemetry);
    }

    /** Changes what is told. */
    public void use(EventSettings changed) {
        settings = changed;
        sources.forEach(source -> source.use(changed));
    }

    /** Which events are told. */
    EventSettings settings() {
        return settings;
    }

    /** Calls a listener with every event; it must neither throw nor block. */
    public void listen(Consumer<NodeEvent> listener) {
        listeners.add(listener);
    }

    /** How many events of a kind there were. Any thread. */
    public long count(EventKind kind) {
        return counts.get(kind.code());
    }

    /** Hands over all that waits in the rings, and returns how much. */
    public int drain() {
        int done = 0;
        for (Telemetry source : sources) {
            done += source.drain(this::onShardEvent, Telemetry.PLACES);
        }
        return done;
    }

    /** Tells of the node itself. */
    public void tell(EventKind kind) {
        tell(NodeEvent.of(kind, wallMillis.getAsLong()));
    }

    /** Tells of an external address. */
    public void tell(EventKind kind, int externalIp) {
        tell(kind, Resource.NONE, externalIp, 0, 0);
    }

    /** Tells of a subscriber. */
    public void tell(EventKind kind, String subscriber) {
        long at = wallMillis.getAsLong();
        tell(new NodeEvent(kind, at, subscriber, 0, 0, 0, 0, 0, 0, 0, Resource.NONE, 0, 0));
    }

    /** Tells of a port block. */
    public void tell(EventKind kind, BlockView block) {
        tell(
                new NodeEvent(
                        kind,
                        wallMillis.getAsLong(),
                        block.subscriber(),
                        0,
                        0,
                        0,
                        block.externalIp(),
                        block.firstPort(),
                        block.firstPort() + block.portCount() - 1,
                        0,
                        Resource.NONE,
                        0,
                        0));
    }

    /** Tells how much is used of something. */
    void tell(EventKind kind, Resource resource, int externalIp, long used, long capacity) {
        long at = wallMillis.getAsLong();
        tell(new NodeEvent(kind, at, "", 0, 0, 0, externalIp, 0, 0, 0, resource, used, capacity));
    }

    private void tell(NodeEvent event) {
        if (settings.tells(event.kind())) {
            counts.getAndIncrement(event.kind().code());
            listeners.forEach(listener -> listener.accept(event));
        }
    }

    private void onShardEvent(ShardEvent event) {
        boolean isSomebodys = event.subscriber() != ShardEvent.NOBODY;
        tell(
                new NodeEvent(
                        event.kind(),
                        wallMillisOf.applyAsLong(event.atNs()),
                        isSomebodys ? idOf.apply(event.subscriber()) : "",
                        event.protocol(),
                        event.internalIp(),
                        event.internalPort(),
                        event.externalIp(),
                        event.firstPort(),
                        event.lastPort(),
                        event.remoteIp(),
                        event.resource(),
                        event.used(),
                        event.capacity()));
    }
}
