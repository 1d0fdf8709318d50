package org.portreeve.daemon;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.portreeve.control.PortControl;
import org.portreeve.control.journal.FileLeaseJournal;
import org.portreeve.control.journal.JournalImage;
import org.portreeve.daemon.config.NodeConfig;
import org.portreeve.daemon.config.NodeConfig.Io;
import org.portreeve.daemon.metrics.MetricsEndpoint;
import org.portreeve.daemon.metrics.NodeMetrics;
import org.portreeve.daemon.metrics.TelemetryWatch;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.io.linux.Routes;
import org.portreeve.nat.shard.Shard;
import org.portreeve.nat.shard.ShardLink;
import org.portreeve.nat.shard.Translator;
import org.portreeve.pcp.PcpCounters;
import org.portreeve.pcp.PcpServer;
import org.portreeve.pcp.socket.Clocks;
import org.portreeve.pcp.socket.ListenException;
import org.portreeve.pcp.socket.PcpListen;
import org.portreeve.pcp.socket.PcpTransport;
import org.portreeve.pcp.socket.PcpVerticle;
import org.portreeve.pcp.socket.Wakeup;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running node: journal, translator, port control and the services in front, started in that
 * order and stopped in the reverse one. Packets are led to the translator only when everything that
 * was durable is back in it. Main thread, except where a method says otherwise.
 */
public final class Node {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    /** A million leases are restored well within this. */
    private static final long START_SECONDS = 120;

    private static final long STOP_SECONDS = 10;

    private final NodeConfig config;
    private final Runnable onFailure;
    private final AtomicBoolean failed = new AtomicBoolean();
    private final AtomicBoolean ready = new AtomicBoolean();
    private final Wakeup wakeup = new Wakeup();
    private final PcpCounters pcpCounters = new PcpCounters();
    private final List<Runnable> stops = new ArrayList<>();
    private final List<SocketAddress> pcpAddresses = new ArrayList<>();
    private Optional<SocketAddress> metricsAddress = Optional.empty();

    private Node(NodeConfig config, Runnable onFailure) {
        this.config = config;
        this.onFailure = onFailure;
    }

    /**
     * Starts everything, and returns when each configured service answers.
     *
     * @param onFailure called once, on any thread, when a part broke: the node is to be stopped, so
     *     that the next one recovers from the journal
     */
    public static Node start(NodeConfig config, Runnable onFailure)
            throws NodeStartException, InterruptedException {
        var node = new Node(config, onFailure);
        try {
            node.startAll();
            return node;
        } catch (IOException | ListenException e) {
            node.stop();
            throw new NodeStartException(e.getMessage(), e);
        } catch (NodeStartException | RuntimeException | InterruptedException e) {
            node.stop();
            throw e;
        }
    }

    /** The one line that says where the node answers; it begins with {@code ready}. */
    public String readyLine() {
        String pcp =
                pcpAddresses.stream()
                        .map(address -> address.host() + ":" + address.port())
                        .collect(Collectors.joining(", "));
        String metrics =
                metricsAddress
                        .map(address -> "; metrics http://" + address.host() + ":" + address.port())
                        .orElse("");
        return "ready " + config.node() + ": PCP on " + pcp + metrics;
    }

    /** Whether a part broke since the start. Any thread. */
    public boolean hasFailed() {
        return failed.get();
    }

    /** Stops everything, answering first what was asked. Returns when all is stopped. */
    public void stop() {
        ready.set(false);
        for (Runnable stop : stops.reversed()) {
            try {
                stop.run();
            } catch (RuntimeException e) {
                LOG.warn("While stopping: {}", e.toString());
            }
        }
        stops.clear();
    }

    private void startAll()
            throws IOException, NodeStartException, ListenException, InterruptedException {
        var image = new JournalImage();
        var journal = FileLeaseJournal.open(config.data(), config.node(), image, wakeup);
        stops.add(journal::close);
        var packets = Packets.open(config);
        stops.add(packets::close);
        var directory = new Directory();
        var translator =
                new Translator(
                        config.nat(), directory, packets.ports(), new SecureRandom(), this::broke);
        for (ShardLink link : translator.links()) {
            link.outcomesReady(wakeup);
        }
        var clocks = new Clocks(System::nanoTime, System::currentTimeMillis);
        var control =
                new PortControl(
                        ControlSettings.of(config),
                        directory,
                        translator.links(),
                        journal,
                        ControlSettings.recovered(image),
                        clocks.nowNs().getAsLong(),
                        clocks.wallMillis().getAsLong());
        translator.start();
        stops.add(translator::close);
        var vertx = PcpTransport.vertx(new VertxOptions());
        stops.add(() -> stopped(vertx.close()));
        servePcp(vertx, control, clocks);
        leadPackets();
        ready.set(true);

        var watch = new TelemetryWatch(translator.shards().stream().map(Shard::telemetry).toList());
        watch.start(vertx);
        var metrics = new NodeMetrics();
        metrics.add(translator);
        metrics.add(watch);
        metrics.add(control.counters());
        metrics.add(pcpCounters);
        metrics.add(journal.counters());
        serveMetrics(vertx, metrics);
    }

    private void servePcp(Vertx vertx, PortControl control, Clocks clocks)
            throws NodeStartException, ListenException, InterruptedException {
        var server = new PcpServer(control, PcpServer.TOTAL, pcpCounters);
        var listen = PcpListen.on(config.pcp().listenIps());
        var verticle = new PcpVerticle(listen, server, pcpCounters, clocks, wakeup, this::broke);
        String deployment = started(vertx.deployVerticle(verticle), "the PCP sockets");
        stops.add(() -> stopped(vertx.undeploy(deployment)));
        started(verticle.ready(), "the restored state");
        pcpAddresses.addAll(verticle.localAddresses());
    }

    /** From here on packets are translated, also those that a guard held back until now. */
    private void leadPackets() throws IOException {
        if (config.packetIo().io() == Io.TUN && config.packetIo().managesRoutes()) {
            Routes.install(ControlSettings.routes(config));
        }
    }

    private void serveMetrics(Vertx vertx, NodeMetrics metrics)
            throws NodeStartException, ListenException, InterruptedException {
        var at = config.metrics();
        Future<HttpServer> listening =
                MetricsEndpoint.listen(vertx, at.host(), at.port(), metrics, ready::get);
        HttpServer server = started(listening, "the metrics listener " + at);
        metricsAddress =
                Optional.of(SocketAddress.inetSocketAddress(server.actualPort(), at.host()));
    }

    /** A shard or port control broke a promise of its own; nothing it says can be trusted. */
    private void broke(Throwable defect) {
        if (failed.compareAndSet(false, true)) {
            LOG.error(
                    "A defect stops this node; leases are safe and come back at the start", defect);
            onFailure.run();
        }
    }

    private static <T> T started(Future<T> future, String what)
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

    private static void stopped(Future<?> future) {
        try {
            future.toCompletionStage().toCompletableFuture().get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("A service did not stop cleanly: {}", e.toString());
        }
    }
}
