package org.portreeve.daemon;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.desk.Desk;
import org.portreeve.daemon.config.NodeConfig;
import org.portreeve.pcp.socket.Clocks;
import org.portreeve.pcp.socket.ListenException;
import org.portreeve.upnp.TimeAndChance;
import org.portreeve.upnp.UpnpConfig;
import org.portreeve.upnp.UpnpServer;
import org.portreeve.upnp.counter.UpnpCounter;
import org.portreeve.upnp.device.PresentAs;

/**
 * The UPnP gateway of a node, if its configuration wants one. It starts beside the rest. Main
 * thread.
 */
final class Gateway {
    private final Counters<UpnpCounter> counters = new Counters<>(UpnpCounter.class);
    private final NodeConfig.Upnp config;
    private final Optional<Future<UpnpServer>> server;

    private Gateway(Vertx vertx, NodeConfig node, Desk desk, Clocks clocks, SecureRandom random) {
        config = node.upnp();
        server =
                config.interfaces().isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                                UpnpServer.start(
                                        vertx,
                                        new UpnpConfig(
                                                config.interfaces(), presentAs(), node.node()),
                                        desk,
                                        counters,
                                        new TimeAndChance(
                                                clocks.nowNs(),
                                                clocks.wallMillis(),
                                                new SplittableRandom(random.nextLong()),
                                                UUID::randomUUID)));
    }

    /** Begins to start it. */
    static Gateway starting(
            Vertx vertx, NodeConfig node, Desk desk, Clocks clocks, SecureRandom random) {
        return new Gateway(vertx, node, desk, clocks, random);
    }

    private PresentAs presentAs() {
        return PresentAs.valueOf(config.presentAs().toUpperCase(Locale.ROOT));
    }

    /** Waits until it answers. */
    void await() throws NodeStartException, ListenException, InterruptedException {
        if (server.isPresent()) {
            Awaited.started(server.get(), "UPnP");
        }
    }

    Counters<UpnpCounter> counters() {
        return counters;
    }

    boolean isOffered() {
        return server.isPresent();
    }

    boolean isHealthy() {
        return server.map(Future::succeeded).orElse(true);
    }

    /** Where it is offered, for lists of services. */
    String where() {
        return String.join(" ", config.interfaces());
    }

    /** What the line {@code ready} says of it. */
    String phrase() {
        return isOffered() ? "UPnP on " + where() + "; " : "";
    }

    void stop() {
        server.ifPresent(started -> Awaited.stopped(UpnpServer.stop(started)));
    }
}
