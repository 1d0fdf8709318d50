package org.portreeve.nat.model;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.portreeve.nat.counter.NatCounter;

/** The packets that wait for port control, of which each shard has its own places. */
final class ReferenceWaiting {
    private record Waiter(TestPacket packet, long sinceNs) {}

    private static final int PLACES_EACH = 16;
    private static final int PLACES_OF_SHARD = 512;
    private static final int LONGEST_WAITING_BYTES = 2032;
    private static final long LONGEST_WAIT_NS = 3_000_000_000L;

    /** By what they wait for; the shard comes first. */
    private final Map<List<Object>, Deque<Waiter>> waiting = new HashMap<>();

    int in(int shard) {
        return waiting.entrySet().stream()
                .filter(entry -> entry.getKey().getFirst().equals(shard))
                .mapToInt(entry -> entry.getValue().size())
                .sum();
    }

    /** A packet waits for what the key names, if there is a place. */
    Verdict park(List<Object> key, TestPacket packet, long nowNs) {
        Deque<Waiter> queue = waiting.computeIfAbsent(key, _ -> new ArrayDeque<>());
        boolean hasPlace = queue.size() < PLACES_EACH && in((int) key.getFirst()) < PLACES_OF_SHARD;
        if (!hasPlace || packet.bytes().length > LONGEST_WAITING_BYTES) {
            return new Verdict.Dropped(NatCounter.DROP_WAIT_FULL);
        }
        queue.add(new Waiter(packet, nowNs));
        return new Verdict.Parked();
    }

    /** Those who wait for this go on. */
    void goOn(List<Object> key, Consumer<TestPacket> translation) {
        Deque<Waiter> queue = waiting.getOrDefault(key, new ArrayDeque<>());
        for (int left = queue.size(); left > 0; left--) {
            translation.accept(queue.remove().packet);
        }
    }

    /** Takes out who has waited too long, and returns how many. */
    int giveUp(long nowNs) {
        int late = 0;
        for (Deque<Waiter> queue : waiting.values()) {
            while (!queue.isEmpty() && nowNs - queue.peek().sinceNs > LONGEST_WAIT_NS) {
                queue.remove();
                late++;
            }
        }
        return late;
    }
}
