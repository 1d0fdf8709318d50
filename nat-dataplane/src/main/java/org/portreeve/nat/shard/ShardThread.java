package org.portreeve.nat.shard;

import java.util.function.Consumer;
import org.portreeve.nat.io.PacketPort;

/**
 * Runs a shard on a platform thread: turns of the duty cycle, and sleep in the packet port when
 * there was nothing to do. A broken promise (an assertion, an error) stops the shard; its packets
 * are then dropped, never sent untranslated, and the owner is told.
 */
final class ShardThread {
    /** The longest sleep; wake-ups come through the packet port, so this is only a safety net. */
    private static final long MAX_SLEEP_NS = 1_000_000_000L;

    /** How long to look again before sleeping: to sleep and be woken costs more than this. */
    private static final long LINGER_NS = 30_000;

    private static final long JOIN_MILLIS = 2_000;

    private final Shard shard;
    private final PacketPort port;
    private final Consumer<Throwable> onFailure;
    private final Thread thread;
    private volatile boolean stopping;

    ShardThread(int index, Shard shard, PacketPort port, Consumer<Throwable> onFailure) {
        this.shard = shard;
        this.port = port;
        this.onFailure = onFailure;
        thread = Thread.ofPlatform().name("shard-" + index).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Whether nothing runs on it, not yet or not any more. Any thread. */
    boolean isQuiet() {
        return !thread.isAlive();
    }

    /** Ends the thread after its current turn; returns when it has ended. Any other thread. */
    void stop() {
        stopping = true;
        port.wakeup();
        try {
            thread.join(JOIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @SuppressWarnings("CatchingUnchecked") // One of the two borders where everything is caught.
    private void run() {
        try {
            long busyNs = System.nanoTime();
            while (!stopping) {
                long nowNs = System.nanoTime();
                if (shard.doWork(nowNs) > 0) {
                    busyNs = nowNs;
                } else if (nowNs - busyNs > LINGER_NS) {
                    long untilNextNs = shard.nextDeadlineNs(nowNs) - nowNs;
                    port.await(Math.min(MAX_SLEEP_NS, untilNextNs));
                }
            }
        } catch (Throwable broken) {
            onFailure.accept(broken);
        }
    }
}
