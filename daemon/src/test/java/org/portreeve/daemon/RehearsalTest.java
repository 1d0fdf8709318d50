package org.portreeve.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.portreeve.pcp.socket.Clocks;
import org.portreeve.pcp.socket.PcpTransport;

class RehearsalTest {
    private static final long PATIENCE_SECONDS = 30;

    private final Vertx vertx = PcpTransport.vertx(new VertxOptions());
    private final Clocks clocks = new Clocks(System::nanoTime, System::currentTimeMillis);

    @AfterEach
    void close() throws Exception {
        vertx.close()
                .toCompletionStage()
                .toCompletableFuture()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private int granted(int leases) throws Exception {
        return Rehearsal.play(leases, vertx, clocks, new SecureRandom());
    }

    @Test
    void aRehearsalIsServed() throws Exception {
        assertTrue(granted(10_000) > 1_000, "it ended early");
        assertEquals(Set.of(), vertx.deploymentIDs());
    }

    @Test
    void oneThatCannotBePlayedIsNoFaultOfTheStart() throws Exception {
        close();
        assertEquals(0, granted(10_000));
    }

    @Test
    void aStartWithFewLeasesDoesWithout() throws Exception {
        assertEquals(0, granted(9_999));
    }
}
