package org.portreeve.pcp.socket;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tells port control that a shard or the journal has something for it; made before all of them, so
 * that they can be given it. Calls that come close together lead to one cycle of work. Any thread.
 */
public final class Wakeup implements Runnable {
    /** Whether a cycle is queued already; also true while nobody could do it. */
    private final AtomicBoolean queued = new AtomicBoolean(true);

    /** Written before {@link #queued} is cleared, read after it was found clear. */
    private Runnable queue = () -> {};

    @Override
    public void run() {
        // Most calls find the flag set: the plain look first spares them the locked instruction.
        if (!queued.get() && queued.compareAndSet(false, true)) {
            queue.run();
        }
    }

    /** From now on cycles are queued in this way; the first one is. Event loop only. */
    void attach(Runnable queue) {
        this.queue = queue;
        queued.set(true);
        queue.run();
    }

    /** A queued cycle begins: what is announced from now on leads to another. Event loop only. */
    void begin() {
        queued.set(false);
    }

    /** No more cycles. Event loop only. */
    void detach() {
        queued.set(true);
    }
}
