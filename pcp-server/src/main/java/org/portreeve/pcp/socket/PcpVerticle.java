package org.portreeve.pcp.socket;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.portreeve.control.counter.Counters;
import org.portreeve.pcp.InsideLink;
import org.portreeve.pcp.InsideLinks;
import org.portreeve.pcp.PcpCounter;
import org.portreeve.pcp.PcpServer;
import org.portreeve.pcp.PcpSettings;
import org.portreeve.pcp.Requester;
import org.portreeve.pcp.wire.PcpAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives port control its thread: one event loop that reads the control sockets, works when a shard
 * or the journal has something to say, and looks at the clock now and then. To be deployed once, on
 * a Vert.x of {@link PcpTransport}. Event loop only.
 */
public final class PcpVerticle extends VerticleBase {
    /** How often deadlines are looked at while nothing else happens. */
    private static final long TICK_MILLIS = 100;

    /** How long a stop waits for answers that are owed. */
    private static final long FAREWELL_NS = 2_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(PcpVerticle.class);

    private final PcpListen listen;
    private final PcpServer server;
    private final Counters<PcpCounter> counters;
    private final Clocks clocks;
    private final Wakeup wakeup;
    private final Consumer<Throwable> onFailure;
    private final List<PcpSocket> sockets = new ArrayList<>();

    private final Promise<Void> ready = Promise.promise();

    private long tick;
    private boolean failed;

    /**
     * A verticle that is not deployed yet.
     *
     * @param wakeup what shards and journal were given
     * @param onFailure hears of a defect of port control, once; from then on no request is looked
     *     at, and the process should end so that the next one recovers from the journal
     */
    public PcpVerticle(
            PcpListen listen,
            PcpServer server,
            Counters<PcpCounter> counters,
            Clocks clocks,
            Wakeup wakeup,
            Consumer<Throwable> onFailure) {
        this.listen = listen;
        this.server = server;
        this.counters = counters;
        this.clocks = clocks;
        this.wakeup = wakeup;
        this.onFailure = onFailure;
    }

    /** Opens all sockets; fails with a {@link ListenException} when one cannot be opened. */
    @Override
    public Future<?> start() {
        List<Future<PcpSocket>> opening = new ArrayList<>();
        try {
            for (PcpAddress address : listen.addresses()) {
                List<String> devices = InsideDevice.of(address, listen.devices());
                (devices.isEmpty() ? List.of("") : devices)
                        .forEach(device -> opening.add(open(address, device)));
            }
        } catch (ListenException e) {
            opening.add(Future.failedFuture(e));
        }
        // All of them, for those that opened are closed again when another one did not.
        return Future.join(opening)
                .onSuccess(_ -> begin(opening))
                .recover(cause -> closed(opening).transform(_ -> Future.failedFuture(cause)));
    }

    private static Future<?> closed(List<Future<PcpSocket>> opening) {
        return Future.join(
                opening.stream()
                        .filter(Future::succeeded)
                        .map(socket -> socket.result().close())
                        .toList());
    }

    private Future<PcpSocket> open(PcpAddress address, String device) {
        return PcpSocket.open(vertx, address, device, listen.port(), counters, this::receive);
    }

    private void begin(List<Future<PcpSocket>> opened) {
        opened.forEach(socket -> sockets.add(socket.result()));
        List<InsideLink> links = sockets.stream().map(PcpSocket::link).toList();
        List<String> devices = links.stream().map(InsideLink::device).distinct().toList();
        server.links(new InsideLinks(links, new KernelRoutes(devices)));
        tick = vertx.setPeriodic(TICK_MILLIS, _ -> work());
        wakeup.attach(() -> context.runOnContext(_ -> work()));
    }

    /** The addresses and ports that are listened on. To be asked once deployed. */
    public List<SocketAddress> localAddresses() {
        return sockets.stream().map(PcpSocket::localAddress).toList();
    }

    /** Completes when all that was durable at the start is back in the translator. Any thread. */
    public Future<Void> ready() {
        return ready.future();
    }

    /**
     * Runs what it is given on this loop, in order, once deployed. What is thrown there breaks port
     * control, as everything that is thrown on its loop.
     */
    public Executor loop() {
        return task -> context.runOnContext(_ -> guarded(task));
    }

    /** Announces this node, as a start does (RFC 6887 §14.1.3). Any thread, once deployed. */
    public void announce() {
        loop().execute(() -> server.announce(clocks.now()));
    }

    /** Serves by these settings from now on. Any thread, once deployed. */
    public void use(PcpSettings settings) {
        loop().execute(() -> server.use(settings));
    }

    private void work() {
        wakeup.begin();
        guarded(() -> {
            long nowNs = clocks.now();
            if (server.doWork(nowNs, clocks.wallMillis().getAsLong()) > 0) {
                wakeup.run();
            }
            server.notice(nowNs).ifPresent(LOG::warn);
            if (server.isReady()) {
                ready.tryComplete();
            }
        });
    }

    private void receive(byte[] datagram, Requester client) {
        guarded(() -> server.onDatagram(datagram, client, clocks.now(), clocks.wall()));
    }

    /** The border of the event loop: what port control throws leaves its state in doubt. */
    private void guarded(Runnable step) {
        if (failed) {
            return;
        }
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            failed = true;
            onFailure.accept(e);
        }
    }

    /** Hears no more requests, answers those it has, as far as that takes no time, and closes. */
    @Override
    public Future<?> stop() {
        sockets.forEach(PcpSocket::stopReceiving);
        if (failed) {
            return close();
        }
        Promise<Void> quiet = Promise.promise();
        awaitAnswers(clocks.now() + FAREWELL_NS, quiet);
        return quiet.future().compose(_ -> close());
    }

    private void awaitAnswers(long untilNs, Promise<Void> quiet) {
        boolean waited = untilNs - clocks.now() <= 0;
        if (server.owedCount() == 0 || waited) {
            quiet.complete();
        } else {
            vertx.setTimer(TICK_MILLIS, _ -> awaitAnswers(untilNs, quiet));
        }
    }

    private Future<?> close() {
        vertx.cancelTimer(tick);
        wakeup.detach();
        return Future.all(sockets.stream().map(PcpSocket::close).toList());
    }
}
