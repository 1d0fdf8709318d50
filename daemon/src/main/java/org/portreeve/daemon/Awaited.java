package org.portreeve.daemon;

import io.vertx.core.Future;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.portreeve.pcp.socket.ListenException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits of the main thread for what runs on event loops. Blocks. */
final class Awaited {
    private static final Logger LOG = LoggerFactory.getLogger(Awaited.class);

    /** A million leases are restored well within this. */
    private static final long START_SECONDS = 120;

    private static final long STOP_SECONDS = 10;

    private Awaited() {}

    /** What a part that starts becomes; a failure tells the operator why. */
    static <T> T started(Future<T> future, String what)
            throws NodeStartException, ListenException, InterruptedException {
        try {
            return future.toCompletionStage()
                    .toCompletableFuture()
                    .get(START_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new NodeStartException(what + " did not start in " + START_SECONDS + " s", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ListenException refused) {
                throw refused;
            }
            throw new NodeStartException(what + ": " + e.getCause().getMessage(), e);
        }
    }

    /** What port control answers, which takes no time to speak of. */
    static <T> T answer(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(START_SECONDS, TimeUnit.SECONDS).join();
    }

    /** Waits for an end; one that is not clean is only logged. */
    static void stopped(Future<?> future) {
        try {
            future.toCompletionStage().toCompletableFuture().get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("A service did not stop cleanly: {}", e.toString());
        }
    }
}
