package org.portreeve.nat.shard;

import java.util.function.Consumer;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.counter.ShardCounters;

/**
 * What happens in a shard, for exporters and alarms. Packets never wait for it: when its ring is
 * full the event is lost and the loss counted. The shard thread offers, one other thread drains.
 */
public final class Telemetry {
    static final int BLOCK_LEASED = 0;
    static final int BLOCK_RELEASED = 1;
    static final int PORTS_EXHAUSTED = 2;
    static final int PORT_QUOTA = 3;
    static final int SESSION_QUOTA = 4;

    private static final int RING_EVENTS = 8192;
    private static final Kind[] KINDS = Kind.values();

    private final EventRing ring = new EventRing(RING_EVENTS);
    private final ShardCounters counters;

    Telemetry(ShardCounters counters) {
        this.counters = counters;
    }

    /** The kinds of events, in the order of the codes above. */
    public enum Kind {
        BLOCK_LEASED,
        BLOCK_RELEASED,
        PORTS_EXHAUSTED,
        PORT_QUOTA,
        SESSION_QUOTA
    }

    /**
     * One event.
     *
     * @param atNs the shard's clock
     * @param subscriber the subscriber's index
     * @param port the first port of a block, else 0
     */
    public record Event(Kind kind, long atNs, int subscriber, int port) {}

    /** Hands at most {@code limit} events over and returns how many. Reader thread. */
    public int drain(Consumer<Event> reader, int limit) {
        int done = 0;
        while (done < limit && ring.hasNext()) {
            Kind kind = KINDS[(int) ring.peek(0)];
            var event = new Event(kind, ring.peek(1), (int) ring.peek(2), (int) ring.peek(3));
            ring.pop();
            reader.accept(event);
            done++;
        }
        return done;
    }

    /** Notes an event, or that it was lost. Shard thread. */
    void offer(int kind, long atNs, int subscriber, int port) {
        if (!ring.offer(kind, atNs, subscriber, port, 0, 0)) {
            counters.increment(NatCounter.TELEMETRY_LOST);
        }
    }
}
