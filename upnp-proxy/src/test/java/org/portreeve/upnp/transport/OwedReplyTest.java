package org.portreeve.upnp.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.portreeve.control.counter.Counters;
import org.portreeve.upnp.counter.UpnpCounter;

class OwedReplyTest {
    private final Vertx vertx = Vertx.vertx();
    private final Counters<UpnpCounter> counters = new Counters<>(UpnpCounter.class);
    private final BlockingQueue<Integer> sent = new LinkedBlockingQueue<>();

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void stackThatIsSilentIsAnsweredForAndMayNotAnswerAgain() throws Exception {
        vertx.runOnContext(_ -> {
            OwedReply owed = owed(20);
            vertx.setTimer(100, _ -> owed.give(HttpReply.of(200)));
            vertx.setTimer(200, _ -> sent.add(0));
        });

        assertEquals(List.of(503, 0), List.of(next(), next()));
        assertEquals(1, counters.value(UpnpCounter.HTTP_UNANSWERED));
    }

    @Test
    void replyInTimeIsTheOnlyOne() throws Exception {
        vertx.runOnContext(_ -> {
            owed(20).give(HttpReply.of(200));
            vertx.setTimer(100, _ -> sent.add(0));
        });

        assertEquals(List.of(200, 0), List.of(next(), next()));
        assertEquals(0, counters.value(UpnpCounter.HTTP_UNANSWERED));
    }

    private OwedReply owed(long limitMillis) {
        return new OwedReply(vertx, limitMillis, counters, reply -> sent.add(reply.status()));
    }

    private int next() throws InterruptedException {
        return sent.poll(10, TimeUnit.SECONDS);
    }
}
