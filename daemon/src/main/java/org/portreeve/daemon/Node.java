package org.portreeve.daemon;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.portreeve.admin.web.AdminServices;
import org.portreeve.admin.web.NodeHandle;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.ControlCounter;
import org.portreeve.control.LostJournal;
import org.portreeve.control.PortControl;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.desk.Desk;
import org.portreeve.control.history.Rush;
import org.portreeve.control.journal.FileLeaseJournal;
import org.portreeve.control.journal.JournalImage;
import org.portreeve.control.journal.Loss;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.store.StoreException;
import org.portreeve.control.view.PolicyChange;
import org.portreeve.daemon.config.ConfigChange;
import org.portreeve.daemon.config.LoadedConfig.Valid;
import org.portreeve.daemon.config.NodeConfig;
import org.portreeve.daemon.config.NodeConfig.Io;
import org.portreeve.daemon.event.EventLog;
import org.portreeve.daemon.metrics.MetricsEndpoint;
import org.portreeve.daemon.metrics.NodeMetrics;
import org.portreeve.daemon.ranges.RangeParameters;
import org.portreeve.daemon.ranges.RangeRecords;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.io.linux.KernelDrops;
import org.portreeve.nat.io.linux.Routes;
import org.portreeve.nat.shard.Shard;
import org.portreeve.nat.shard.ShardLink;
import org.portreeve.nat.shard.Translator;
import org.portreeve.natpmp.NatPmpCounter;
import org.portreeve.natpmp.NatPmpServer;
import org.portreeve.pcp.PcpCounter;
import org.portreeve.pcp.PcpServer;
import org.portreeve.pcp.PcpSettings;
import org.portreeve.pcp.socket.Clocks;
import org.portreeve.pcp.socket.ListenException;
import org.portreeve.pcp.socket.PcpListen;
import org.portreeve.pcp.socket.PcpTransport;
import org.portreeve.pcp.socket.PcpVerticle;
import org.portreeve.pcp.socket.Wakeup;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running node: store and journal, translator, port control and the services in front, started in
 * that order and stopped in the reverse one. Packets are led to the translator only when everything
 * that was durable is back in it. Main thread, except where a method says otherwise.
 */
public final class Node {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    private static final String NO_MEMORY =
            "nothing was changed: the memory that filtering by address needs is not to be had;"
                    + " lower translator.capacity.sessions or give the host more";

    private final NodeConfig config;
    private final Runnable onFailure;
    private final AtomicReference<Valid> inForce;
    private final AtomicBoolean failed = new AtomicBoolean();
    private final AtomicBoolean ready = new AtomicBoolean();
    private final SecureRandom random = new SecureRandom();
    private final Clocks clocks = new Clocks(System::nanoTime, System::currentTimeMillis);
    private final Wakeup wakeup = new Wakeup();
    private final NodeMetrics metrics = new NodeMetrics();
    private final Counters<PcpCounter> pcpCounters = new Counters<>(PcpCounter.class);
    private final Counters<NatPmpCounter> natPmpCounters = new Counters<>(NatPmpCounter.class);
    private final List<Runnable> stops = new ArrayList<>();
    private final PlannedRestart restart;
    private Optional<Running> running = Optional.empty();

    /** What only a node that has started has. Immutable. */
    private record Running(
            PcpVerticle pcp,
            Desk desk,
            Storage storage,
            Gateway gateway,
            Staff staff,
            EventLog events,
            LivePool pool,
            SocketAddress metrics) {}

    private Node(Valid loaded, Runnable onFailure) {
        this.config = loaded.config();
        this.inForce = new AtomicReference<>(loaded);
        this.onFailure = onFailure;
        this.restart = new PlannedRestart(config, clocks);
    }

    /**
     * Starts everything, and returns when each configured service answers.
     *
     * @param onFailure called once, on any thread, when a part broke: the node is to be stopped, so
     *     that the next one recovers from the journal
     */
    public static Node start(Valid loaded, Runnable onFailure)
            throws NodeStartException, InterruptedException {
        var node = new Node(loaded, onFailure);
        try {
            node.startAll();
            return node;
        } catch (IOException | ListenException | StoreException e) {
            node.stop();
            throw new NodeStartException(e.getMessage(), e);
        } catch (NodeStartException | RuntimeException | InterruptedException e) {
            node.stop();
            throw e;
        }
    }

    /** The one line that says where the node answers; it begins with {@code ready}. */
    public String readyLine() {
        Running parts = running.orElseThrow();
        String pcp =
                parts.pcp.localAddresses().stream()
                        .map(Node::text)
                        .distinct()
                        .collect(Collectors.joining(", "));
        return "ready %s: %s on %s; %s%s; metrics http://%s%s"
                .formatted(
                        config.node(),
                        protocols(config.pcp().settings()),
                        pcp,
                        parts.gateway.phrase(),
                        parts.staff.phrase(),
                        text(parts.metrics),
                        restart.phrase());
    }

    private static String protocols(PcpSettings pcp) {
        return Stream.of(pcp.enabled() ? "PCP" : "", pcp.natPmp() ? "NAT-PMP" : "")
                .filter(name -> !name.isEmpty())
                .collect(Collectors.joining(" and "));
    }

    /** The line that shows the first administrator's password, at the first start only. */
    public Optional<String> adminPasswordLine() {
        return running.orElseThrow().staff.passwordLine();
    }

    /**
     * Takes over what a new configuration changes live, and returns what became of it, a line for
     * each key. Blocks until it is in force; one thread at a time.
     */
    public List<String> reload(Valid wanted) {
        Running parts = running.orElseThrow();
        ConfigChange change = ConfigChange.between(inForce.get(), wanted);
        NodeConfig changed = change.inForce().config();
        List<String> lines = new ArrayList<>(ReloadReport.lines(change));
        try {
            Policy policy = parts.storage.together(changed.policy());
            if (!Awaited.answer(parts.desk.prepare(policy))) {
                return List.of(NO_MEMORY);
            }
            lines.addAll(parts.pool.follow(change));
            PolicyChange applied = Awaited.answer(parts.desk.apply(policy));
            parts.pcp.use(changed.pcp().settings());
            Awaited.answer(parts.desk.use(changed.events().settings(), changed.onFailure()));
            parts.events.use(changed.events().file());
            inForce.set(change.inForce());
            lines.add(ReloadReport.line(applied));
            return lines;
        } catch (NodeStartException | StoreException e) {
            return List.of("nothing was changed: " + e.getMessage());
        }
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
            throws IOException,
                    NodeStartException,
                    ListenException,
                    StoreException,
                    InterruptedException {
        Storage storage = Storage.opening(config);
        stops.add(storage::close);
        var image = new JournalImage();
        var lost = new LostJournal(config.nat().timers(), clocks.wallMillis().getAsLong());
        var journal = FileLeaseJournal.open(config.data(), config.node(), image, lost, wakeup);
        stops.add(journal::close);
        var vertx = PcpTransport.vertx(new VertxOptions());
        stops.add(() -> Awaited.stopped(vertx.close()));
        Rehearsal.play(image.leases().size() + lost.clients().size(), vertx, clocks, random);
        noteRanges();
        var packets = Packets.open(config);
        stops.add(packets::close);
        var directory = new Directory();
        var translator =
                new Translator(config.nat(), directory, packets.ports(), random, this::broke);
        for (ShardLink link : translator.links()) {
            link.outcomesReady(wakeup);
        }
        var control =
                new PortControl(
                        new ControlConfig(config.nat(), storage.together(config.policy())),
                        directory,
                        translator.links(),
                        journal,
                        ControlSettings.recovered(image),
                        clocks.nowNs().getAsLong(),
                        clocks.wallMillis().getAsLong());
        storage.load(control);
        control.peers().load(image.peers());
        control.epochs().load(image.clientEpochs());
        control.insisted(image.insisted());
        control.drains().load(image.drains());
        control.subscriberDrains().load(image.drainedSubscribers());
        image.clear();
        EventLog events = logEvents(translator, control);
        control.events().listen(storage::onEvent);
        tell(journal.loss(), lost, control);
        restart.find();
        control.expect(restart.hosts());
        stops.add(() -> keepSessions(translator));
        translator.start();
        stops.add(translator::close);
        metrics.add(journal.counters());
        serve(vertx, translator, control, storage, events);
    }

    private static void tell(Loss loss, LostJournal lost, PortControl control) {
        switch (loss) {
            case NONE -> {
                // As it should be.
            }
            case KNOWN -> {
                int told = control.clients().lost(lost.clients());
                LOG.warn(
                        "The journal was lost: {} ports rest, for {} s where nothing else is known;"
                                + " {} clients are told",
                        lost.portCount(),
                        lost.graceSeconds(),
                        told);
                control.events().tell(EventKind.JOURNAL_LOST);
            }
            case UNKNOWN -> control.events().tell(EventKind.LAST_TUPLES_LOST);
        }
    }

    /** Before a packet is translated: or a port of now could be looked up with ranges of before. */
    private void noteRanges() throws IOException {
        var records = new RangeRecords(config.data());
        var now = Instant.ofEpochMilli(clocks.wallMillis().getAsLong());
        if (records.note(config.node(), RangeParameters.of(config.nat()), now)) {
            LOG.info("The computed ranges changed; {} says from when which hold", records.path());
        }
    }

    private EventLog logEvents(Translator translator, PortControl control) {
        var events = EventLog.start(config.node(), config.events().file(), clocks.nowNs());
        stops.add(events::close);
        control.events().use(config.events().settings());
        control.use(config.onFailure());
        control.events().watch(translator.shards().stream().map(Shard::telemetry).toList());
        control.events().listen(events::accept);
        metrics.add(events.counters());
        return events;
    }

    private void serve(
            Vertx vertx,
            Translator translator,
            PortControl control,
            Storage storage,
            EventLog events)
            throws IOException,
                    NodeStartException,
                    ListenException,
                    StoreException,
                    InterruptedException {
        metrics.add(KernelDrops.fromNow());
        checkIngress();
        PcpVerticle pcp = servePcp(vertx, control);
        var desk = new Desk(control, pcp.loop(), clocks.nowNs(), clocks.wallMillis());
        Gateway gateway = Gateway.starting(vertx, config, desk, clocks, random);
        stops.add(gateway::stop);
        Awaited.started(pcp.ready(), "the restored state");
        metrics.add(storage.takeDown(desk, clocks, rush(control)));
        restart.putBack(translator);
        leadPackets();
        var facts =
                new FactsSource(
                        config,
                        clocks,
                        ready::get,
                        () -> inForce.get().config(),
                        translator,
                        pcpCounters,
                        natPmpCounters,
                        gateway);
        facts.follow(vertx, desk);
        var services =
                new AdminServices(
                        desk,
                        storage.reservations(control, pcp, clocks),
                        storage.users(),
                        storage.audit(),
                        storage.history(),
                        facts::facts,
                        new NodeHandle(() -> inForce.get().values(), pcp::announce),
                        clocks.nowNs(),
                        clocks.wallMillis(),
                        random);
        Staff staff = Staff.start(vertx, config, services, stops);
        gateway.await();
        ready.set(true);
        SocketAddress at = serveMetrics(vertx, translator, control, gateway, staff);
        var pool = LivePool.following(config, desk);
        stops.add(pool::close);
        running = Optional.of(new Running(pcp, desk, storage, gateway, staff, events, pool, at));
    }

    /** Of the clients whose leases were put back. */
    private Rush rush(PortControl control) {
        long leases = control.counters().value(ControlCounter.RESTORED_LEASES);
        return new Rush(leases, () -> pcpCounters.value(PcpCounter.RECEIVED));
    }

    private PcpVerticle servePcp(Vertx vertx, PortControl control)
            throws NodeStartException, ListenException, InterruptedException {
        var natPmp = new NatPmpServer(control, natPmpCounters);
        var server = new PcpServer(control, PcpServer.TOTAL, pcpCounters, natPmp);
        server.use(config.pcp().settings());
        var listen = PcpListen.on(config.pcp().listen(), config.packetIo().insideInterfaces());
        var verticle = new PcpVerticle(listen, server, pcpCounters, clocks, wakeup, this::broke);
        String deployment = Awaited.started(vertx.deployVerticle(verticle), "the PCP sockets");
        stops.add(() -> Awaited.stopped(vertx.undeploy(deployment)));
        return verticle;
    }

    /** After a defect nothing in the tables can be trusted. */
    private void keepSessions(Translator translator) {
        if (!failed.get()) {
            restart.keep(translator);
        }
    }

    /** Before a control socket opens: nobody is to be heard in the name of another, ever. */
    private void checkIngress() throws IOException {
        if (managesRoutes()) {
            Routes.prepare(ControlSettings.routes(config));
        }
    }

    /** From here on packets are translated, also those that a guard held back until now. */
    private void leadPackets() throws IOException {
        if (managesRoutes()) {
            Routes.install(ControlSettings.routes(config));
        }
    }

    private boolean managesRoutes() {
        return config.packetIo().io() == Io.TUN && config.packetIo().managesRoutes();
    }

    private SocketAddress serveMetrics(
            Vertx vertx, Translator translator, PortControl control, Gateway gateway, Staff staff)
            throws NodeStartException, ListenException, InterruptedException {
        metrics.add(translator);
        metrics.add(control.events());
        metrics.add(control.counters());
        metrics.add(pcpCounters);
        metrics.add(natPmpCounters);
        metrics.add(gateway.counters());
        metrics.add(staff.counters());
        var at = config.metrics();
        HttpServer server =
                Awaited.started(
                        MetricsEndpoint.listen(vertx, at.host(), at.port(), metrics, ready::get),
                        "the metrics listener " + at);
        return SocketAddress.inetSocketAddress(server.actualPort(), at.host());
    }

    /** A shard or port control broke a promise of its own; nothing it says can be trusted. */
    private void broke(Throwable defect) {
        if (failed.compareAndSet(false, true)) {
            LOG.error(
                    "A defect stops this node; leases are safe and come back at the start", defect);
            onFailure.run();
        }
    }

    private static String text(SocketAddress address) {
        String host = address.host();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.port();
    }
}
