package org.portreeve.admin.record;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/** A few threads for what blocks, and a bound on what waits for them. Any thread. */
public final class BoundedWorker implements AutoCloseable {
    private final WorkerExecutor threads;
    private final int maxWaiting;
    private final AtomicInteger waiting = new AtomicInteger();

    /** What did not fit: try again later. */
    public static final class BusyException extends RuntimeException {
        private static final long serialVersionUID = 1;

        BusyException() {
            super("too much is waiting for the admin server's worker threads", null, false, false);
        }
    }

    /** Threads of this name; at most {@code maxWaiting} calls wait or run. */
    public BoundedWorker(Vertx vertx, String name, int threadCount, int maxWaiting) {
        this.threads = vertx.createSharedWorkerExecutor(name, threadCount);
        this.maxWaiting = maxWaiting;
    }

    /**
     * Calls on a worker thread; completes on the caller's event loop. Fails with {@link
     * BusyException}, without a call, when too many wait.
     */
    public <T> Future<T> run(Callable<T> call) {
        if (waiting.incrementAndGet() > maxWaiting) {
            waiting.decrementAndGet();
            return Future.failedFuture(new BusyException());
        }
        return threads.executeBlocking(call, false).onComplete(_ -> waiting.decrementAndGet());
    }

    @Override
    public void close() {
        var _ = threads.close();
    }
}
