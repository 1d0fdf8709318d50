package org.portreeve.daemon.metrics;

import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import org.portreeve.nat.shard.Telemetry;

/**
 * Empties the telemetry rings of the shards and counts what was in them, by kind. Drained on one
 * event loop; the counts may be read by any thread.
 */
public final class TelemetryWatch {
    private static final long PERIOD_MILLIS = 250;

    /** Events of one shard in one turn: what its ring holds, so that none waits for the next. */
    private static final int LIMIT = 8192;

    private final List<Telemetry> sources;
    private final AtomicLongArray counts = new AtomicLongArray(Telemetry.Kind.values().length);

    /** A watch over the telemetry of all shards, which it alone drains. */
    public TelemetryWatch(List<Telemetry> sources) {
        this.sources = List.copyOf(sources);
    }

    /** Drains now and then, as long as this Vert.x lives. */
    public void start(Vertx vertx) {
        vertx.setPeriodic(PERIOD_MILLIS, _ -> sources.forEach(this::drain));
    }

    /** How many events of a kind there were. */
    public long count(Telemetry.Kind kind) {
        return counts.get(index(kind));
    }

    private void drain(Telemetry source) {
        source.drain(event -> counts.incrementAndGet(index(event.kind())), LIMIT);
    }

    @SuppressWarnings("EnumOrdinal") // An array index that never leaves the process.
    private static int index(Telemetry.Kind kind) {
        return kind.ordinal();
    }
}
