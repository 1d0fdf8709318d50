package org.portreeve.nat.event;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.counter.ShardCounters;

/**
 * What happens in a shard, for exporters and alarms. Packets never wait for it: when its ring is
 * full the event is lost and the loss counted. What may come with every packet has only half of the
 * ring, so that it takes no place from blocks and thresholds. The shard thread tells, one other
 * thread drains.
 */
public final class Telemetry {
    /** Events that wait for the reader at most. */
    public static final int PLACES = 8192;

    private final EventRing ring = new EventRing(PLACES);
    private final Repeats repeats = new Repeats();
    private final AtomicReference<EventSettings> wanted =
            new AtomicReference<>(EventSettings.USUAL);
    private final ShardCounters counters;
    private EventSettings settings = EventSettings.USUAL;
    private long nowNs;

    /** Losses are counted here. */
    public Telemetry(ShardCounters counters) {
        this.counters = counters;
    }

    /** Changes what is told, from the shard's next turn on. Any thread. */
    public void use(EventSettings settings) {
        wanted.set(settings);
    }

    /** Hands at most {@code limit} events over and returns how many. Reader thread. */
    public int drain(Consumer<ShardEvent> reader, int limit) {
        int done = 0;
        while (done < limit && ring.hasNext()) {
            ShardEvent event = ShardEvent.read(ring);
            ring.pop();
            reader.accept(event);
            done++;
        }
        return done;
    }

    /** A turn of the shard begins: what follows happens at this time. Shard thread. */
    public void begin(long nowNs) {
        this.nowNs = nowNs;
        settings = wanted.getAcquire();
    }

    /** Tells of a port block. Shard thread. */
    public void block(EventKind kind, int subscriber, int externalIp, int firstPort, int size) {
        if (settings.tells(kind)) {
            long external = ShardEvent.external(externalIp, firstPort, firstPort + size - 1);
            put(kind, ShardEvent.who(subscriber, 0), 0, external, Resource.NONE, 0, 0);
        }
    }

    /** Whether the beginning and end of mappings are told at all. Shard thread. */
    public boolean tells(EventKind kind) {
        return settings.tells(kind);
    }

    /** Tells of a mapping. Shard thread. */
    public void mapping(
            EventKind kind,
            int subscriber,
            int protocol,
            int internalIp,
            int internalPort,
            int externalIp,
            int externalPort) {
        if (settings.tells(kind) && hasPlace()) {
            put(
                    kind,
                    ShardEvent.who(subscriber, protocol),
                    ShardEvent.internal(internalIp, internalPort),
                    ShardEvent.external(externalIp, externalPort, externalPort),
                    Resource.NONE,
                    0,
                    0);
        }
    }

    /**
     * Tells of a connection at a shared port. What begins finds a place if {@link #hasRoom} said
     * so; what ends has the whole ring. Shard thread.
     */
    public void overlap(
            EventKind kind,
            int subscriber,
            int internalIp,
            int internalPort,
            int externalIp,
            int externalPort,
            int remoteIp) {
        boolean taken =
                ring.offer(
                        kind.code(),
                        nowNs,
                        ShardEvent.who(subscriber, Protocol.TCP),
                        ShardEvent.internal(internalIp, internalPort),
                        ShardEvent.external(externalIp, externalPort, externalPort),
                        (long) remoteIp << Integer.SIZE,
                        0,
                        0);
        if (!taken) {
            counters.increment(NatCounter.TELEMETRY_LOST);
        }
    }

    /**
     * Tells that a subscriber hit a limit, unless that was told a moment ago.
     *
     * @param externalIp the address in question, 0 when it is none in particular
     * @param externalPort the mapping's, or 0
     */
    public void limit(
            EventKind kind, int subscriber, int protocol, int externalIp, int externalPort) {
        if (!settings.tells(kind)) {
            return;
        }
        if (!repeats.passes(kind, subscriber, nowNs, settings.againNs())) {
            counters.increment(NatCounter.TELEMETRY_REPEATED);
        } else if (hasPlace()) {
            long external = ShardEvent.external(externalIp, externalPort, externalPort);
            put(kind, ShardEvent.who(subscriber, protocol), 0, external, Resource.NONE, 0, 0);
        }
    }

    /** Tells that a host got no external address, unless that was told a moment ago. */
    public void unpaired(int internalIp) {
        EventKind kind = EventKind.PAIRING_REFUSED;
        if (!settings.tells(kind)) {
            return;
        }
        if (!repeats.passes(kind, internalIp, nowNs, settings.againNs())) {
            counters.increment(NatCounter.TELEMETRY_REPEATED);
        } else if (hasPlace()) {
            long internal = ShardEvent.internal(internalIp, 0);
            put(kind, ShardEvent.who(ShardEvent.NOBODY, 0), internal, 0, Resource.NONE, 0, 0);
        }
    }

    /**
     * Looks at how much is used of something, and tells when it becomes high or is so no more.
     * Returns whether it is high now. Shard thread.
     *
     * @param wasHigh what this said before
     * @param externalIp whose it is, 0 for the shard's own
     */
    boolean watch(boolean wasHigh, Resource resource, int externalIp, long used, long capacity) {
        boolean isHigh = settings.marks().isHigh(wasHigh, used, capacity);
        EventKind kind = isHigh ? EventKind.USE_HIGH : EventKind.USE_LOW;
        if (isHigh != wasHigh && settings.tells(kind)) {
            long external = ShardEvent.external(externalIp, 0, 0);
            put(kind, ShardEvent.who(ShardEvent.NOBODY, 0), 0, external, resource, used, capacity);
        }
        return isHigh;
    }

    /** Whether there is room for what may come with every packet. Shard thread. */
    public boolean hasRoom() {
        return ring.free() > PLACES / 2;
    }

    private boolean hasPlace() {
        boolean has = hasRoom();
        if (!has) {
            counters.increment(NatCounter.TELEMETRY_LOST);
        }
        return has;
    }

    private void put(
            EventKind kind,
            long who,
            long internal,
            long external,
            Resource resource,
            long used,
            long capacity) {
        boolean taken =
                ring.offer(
                        kind.code(),
                        nowNs,
                        who,
                        internal,
                        external,
                        resource.code(),
                        used,
                        capacity);
        if (!taken) {
            counters.increment(NatCounter.TELEMETRY_LOST);
        }
    }
}
