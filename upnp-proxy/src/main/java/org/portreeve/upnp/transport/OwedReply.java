package org.portreeve.upnp.transport;

import io.vertx.core.Vertx;
import java.util.function.Consumer;
import org.portreeve.control.counter.Counters;
import org.portreeve.upnp.counter.UpnpCounter;

/**
 * The reply to one request that the stack has taken: given once, by the stack or, when that is
 * silent for too long, by the clock. Loop of the gateway only.
 */
final class OwedReply {
    /** WANIPConnection:2 §2.5.3: an action is answered within 30 s. */
    static final long LIMIT_MILLIS = 30_000;

    private final Vertx vertx;
    private final Consumer<HttpReply> send;
    private final long timer;
    private boolean isGiven;

    OwedReply(
            Vertx vertx,
            long limitMillis,
            Counters<UpnpCounter> counters,
            Consumer<HttpReply> send) {
        this.vertx = vertx;
        this.send = send;
        this.timer =
                vertx.setTimer(
                        limitMillis,
                        _ -> {
                            counters.increment(UpnpCounter.HTTP_UNANSWERED);
                            give(HttpReply.of(503));
                        });
    }

    /** Gives the reply, unless there was one. */
    void give(HttpReply reply) {
        if (!isGiven) {
            isGiven = true;
            vertx.cancelTimer(timer);
            send.accept(reply);
        }
    }
}
