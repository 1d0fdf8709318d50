package org.portreeve.control.desk;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.ControlCounters;
import org.portreeve.control.PortControl;
import org.portreeve.control.RecoveredState;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.journal.FileLeaseJournal;
import org.portreeve.control.journal.JournalImage;
import org.portreeve.control.store.ReservationStore;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.io.memory.MemoryPort;
import org.portreeve.nat.shard.Translator;
import org.portreeve.natpmp.NatPmpCounter;
import org.portreeve.natpmp.NatPmpServer;
import org.portreeve.pcp.PcpCounter;
import org.portreeve.pcp.PcpServer;
import org.portreeve.pcp.socket.Clocks;
import org.portreeve.pcp.socket.PcpListen;
import org.portreeve.pcp.socket.PcpTransport;
import org.portreeve.pcp.socket.PcpVerticle;
import org.portreeve.pcp.socket.Wakeup;

/**
 * Port control with everything behind it real: translator on a packet port in memory, journal in
 * files, an event loop; no sockets. Its clocks can be moved. For tests of what stands in front of a
 * {@link Desk}.
 */
public final class DeskNode implements AutoCloseable {
    private static final long TIMEOUT_SECONDS = 10;

    private final AtomicLong skippedNs = new AtomicLong();
    private final Vertx vertx = PcpTransport.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final FileLeaseJournal journal;
    private final Translator translator;
    private final PcpVerticle verticle;
    private final PortControl control;
    private final Desk desk;
    private final MemoryReservations store = new MemoryReservations();
    private final Reservations reservations;

    /** A node that runs. */
    public static DeskNode start(ControlConfig config, Path directory) throws IOException {
        var node = new DeskNode(config, directory);
        node.translator.start();
        await(node.vertx.deployVerticle(node.verticle));
        await(node.verticle.ready());
        return node;
    }

    private DeskNode(ControlConfig config, Path directory) throws IOException {
        var wakeup = new Wakeup();
        var nodes = new Directory();
        journal =
                FileLeaseJournal.open(
                        directory, "test", new JournalImage(), (lost, _) -> lost, wakeup);
        translator =
                new Translator(
                        config.nat(),
                        nodes,
                        List.of(new MemoryPort()),
                        new SplittableRandom(1),
                        Throwable::printStackTrace);
        translator.links().forEach(link -> link.outcomesReady(wakeup));
        control =
                new PortControl(
                        config,
                        nodes,
                        translator.links(),
                        journal,
                        RecoveredState.empty(),
                        nowNs(),
                        wallMillis());
        var counters = new Counters<>(PcpCounter.class);
        var natPmp = new NatPmpServer(control, new Counters<>(NatPmpCounter.class));
        var server = new PcpServer(control, PcpServer.TOTAL, counters, natPmp);
        verticle =
                new PcpVerticle(
                        new PcpListen(List.of(), 0),
                        server,
                        counters,
                        new Clocks(this::nowNs, this::wallMillis),
                        wakeup,
                        Throwable::printStackTrace);
        desk = new Desk(control, verticle.loop(), this::nowNs, this::wallMillis);
        reservations =
                new Reservations(
                        control,
                        store,
                        verticle.loop(),
                        Runnable::run,
                        this::nowNs,
                        this::wallMillis);
    }

    /** The way in. */
    public Desk desk() {
        return desk;
    }

    /** Staff's way in; the store has no reservation yet. */
    public Reservations reservations(ReservationStore store, Executor worker) {
        return new Reservations(
                control, store, verticle.loop(), worker, this::nowNs, this::wallMillis);
    }

    /** What staff do with reservations; {@link #store} keeps them. */
    public Reservations reservations() {
        return reservations;
    }

    /** Where reservations are. */
    public MemoryReservations store() {
        return store;
    }

    /** Port control itself, for what belongs on its loop. */
    public PortControl control() {
        return control;
    }

    /** What port control counted. */
    public ControlCounters counters() {
        return control.counters();
    }

    /** Runs what it is given on the loop of port control. */
    public Executor loop() {
        return verticle.loop();
    }

    /** A Vert.x to deploy on. */
    public Vertx vertx() {
        return vertx;
    }

    /** Lets time pass for port control. */
    public void skipSeconds(long seconds) {
        skippedNs.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    @Override
    public void close() {
        await(vertx.close());
        translator.close();
        journal.close();
    }

    private long nowNs() {
        return System.nanoTime() + skippedNs.get();
    }

    private long wallMillis() {
        return System.currentTimeMillis() + TimeUnit.NANOSECONDS.toMillis(skippedNs.get());
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage()
                    .toCompletableFuture()
                    .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("the node did not start or stop", e);
        }
    }
}
