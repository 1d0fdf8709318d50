package org.portreeve.upnp;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jupnp.UpnpService;
import org.jupnp.UpnpServiceImpl;
import org.jupnp.model.DiscoveryOptions;
import org.jupnp.transport.RouterException;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.desk.Desk;
import org.portreeve.control.view.MappingEvent;
import org.portreeve.upnp.counter.UpnpCounter;
import org.portreeve.upnp.device.GatewayView;
import org.portreeve.upnp.device.GatewayView.Machinery;
import org.portreeve.upnp.device.Presentation;
import org.portreeve.upnp.gena.Eventing;
import org.portreeve.upnp.igd.Connection;
import org.portreeve.upnp.igd.IgdVersion;
import org.portreeve.upnp.igd.PortMappings;
import org.portreeve.upnp.ssdp.SsdpService;
import org.portreeve.upnp.transport.Connections;
import org.portreeve.upnp.transport.HttpListener;
import org.portreeve.upnp.transport.HttpReply;
import org.portreeve.upnp.transport.InsideLink;
import org.portreeve.upnp.transport.StackConfiguration;

/**
 * The InternetGatewayDevice on the inside interfaces, in front of port control. It has one loop of
 * its own; the stack's start, which takes a second, runs beside it. Any thread may start and stop.
 */
public final class UpnpServer {
    private static final long WORK_MILLIS = 1_000;

    private final Vertx vertx;
    private final UpnpConfig config;
    private final Counters<UpnpCounter> counters;
    private final TimeAndChance chance;
    private final Context loop;
    private final PortMappings mappings;
    private final Eventing eventing;
    private final Machinery machinery;
    private final HttpListener.Doors doors;
    private final SsdpService ssdp;
    private final List<HttpListener> listeners = new ArrayList<>();
    private Optional<UpnpService> stack = Optional.empty();
    private OptionalLong workTimer = OptionalLong.empty();

    private UpnpServer(
            Vertx vertx,
            UpnpConfig config,
            Desk desk,
            Counters<UpnpCounter> counters,
            TimeAndChance chance,
            Context loop) {
        this.vertx = vertx;
        this.config = config;
        this.counters = counters;
        this.chance = chance;
        this.loop = loop;
        mappings = new PortMappings(desk, this::onLoop, chance.nowNs(), counters);
        var connection = new Connection(desk, chance.nowNs());
        eventing =
                new Eventing(
                        vertx,
                        chance.nowNs(),
                        () -> "uuid:" + chance.unguessable().get(),
                        mappings,
                        connection,
                        counters);
        machinery = new Machinery(mappings, connection, this::onLoop, counters);
        doors =
                new HttpListener.Doors(
                        vertx, desk, eventing, new Connections(vertx, counters), counters);
        ssdp = new SsdpService(surroundings(), config.ssdpPort());
    }

    /**
     * Starts the gateway. The future fails with {@link UpnpStartException} when it cannot be whole;
     * then nothing of it is left.
     */
    public static Future<UpnpServer> start(
            Vertx vertx,
            UpnpConfig config,
            Desk desk,
            Counters<UpnpCounter> counters,
            TimeAndChance chance) {
        Promise<UpnpServer> started = Promise.promise();
        vertx.runOnContext(_ -> {
            Context loop = vertx.getOrCreateContext();
            var server = new UpnpServer(vertx, config, desk, counters, chance, loop);
            server.open(desk)
                    .recover(failure -> server.close().transform(_ -> rethrow(failure)))
                    .map(server)
                    .onComplete(started);
        });
        return started.future();
    }

    /** Stops a gateway that may still be starting: then as soon as it has. */
    public static Future<Void> stop(Future<UpnpServer> starting) {
        // Of a start that fails nothing is left.
        return starting.compose(UpnpServer::stop, _ -> Future.succeededFuture());
    }

    /** Says goodbye and frees the ports. */
    public Future<Void> stop() {
        Promise<Void> stopped = Promise.promise();
        loop.runOnContext(_ -> close().onComplete(stopped));
        return stopped.future();
    }

    /** Where descriptions are served on the first interface. */
    public int httpPort() {
        return listeners.getFirst().port();
    }

    private Future<Void> open(Desk desk) {
        var links = new ArrayList<InsideLink>();
        for (String name : config.interfaces()) {
            Optional<InsideLink> link = InsideLink.named(name);
            if (link.isEmpty()) {
                return Future.failedFuture(
                        new UpnpStartException(
                                "upnp.interfaces: "
                                        + name
                                        + " does not exist or has no IPv4 address; give it one,"
                                        + " or take it out of the list"));
            }
            links.add(link.get());
        }
        return listen(links)
                .compose(_ -> vertx.executeBlocking(() -> startStack(links)))
                .compose(_ -> openDiscovery())
                .compose(_ -> Future.fromCompletionStage(desk.listen(this::onEvent), loop))
                .onSuccess(_ ->
                        workTimer = OptionalLong.of(vertx.setPeriodic(WORK_MILLIS, _ -> doWork())));
    }

    private Future<Void> listen(List<InsideLink> links) {
        Future<Void> listening = Future.succeededFuture();
        for (InsideLink link : links) {
            listening =
                    listening
                            .compose(_ ->
                                    HttpListener.listen(
                                            doors, link, config.httpPort(), presentation(link)))
                            .onSuccess(listeners::add)
                            .recover(failure ->
                                    cannot(
                                            "UPnP cannot listen at TCP "
                                                    + link.host()
                                                    + ":"
                                                    + config.httpPort(),
                                            failure))
                            .mapEmpty();
        }
        return listening;
    }

    private Presentation presentation(InsideLink link) {
        String name = config.nodeName() + "/" + link.device().getName();
        return new Presentation(
                config.presentAs(),
                new GatewayView(IgdVersion.V1, name, machinery),
                new GatewayView(IgdVersion.V2, name, machinery));
    }

    /** Blocks for about a second. The stack goes on without what it could not start, so look. */
    private Void startStack(List<InsideLink> links) throws UpnpStartException {
        Map<InetAddress, HttpListener> byAddress = new HashMap<>();
        listeners.forEach(listener -> byAddress.put(listener.link().address(), listener));
        UpnpService started = new UpnpServiceImpl(new StackConfiguration(links, byAddress));
        started.startup();
        stack = Optional.of(started);
        // Discovery is ours: the stack answers no search and announces nothing.
        var unseen = new DiscoveryOptions(false);
        for (HttpListener listener : listeners) {
            for (GatewayView view : listener.presentation().views()) {
                started.getRegistry().addDevice(view.root(), unseen);
            }
        }
        try {
            int serving = started.getRouter().getActiveStreamServers(null).size();
            if (serving != listeners.size()) {
                throw new UpnpStartException(
                        "UPnP serves " + serving + " of " + listeners.size() + " interfaces");
            }
        } catch (RouterException e) {
            throw new UpnpStartException("UPnP does not serve its interfaces", e);
        }
        return null;
    }

    private Future<Void> openDiscovery() {
        List<SsdpService.Link> links =
                listeners.stream()
                        .map(listener ->
                                new SsdpService.Link(
                                        listener.link().device().getName(),
                                        listener.link().host(),
                                        listener.link().onLink(),
                                        listener.port(),
                                        listener.presentation()))
                        .toList();
        return ssdp.open(links)
                .recover(failure ->
                        cannot(
                                "UPnP cannot be found: UDP port "
                                        + config.ssdpPort()
                                        + " of "
                                        + String.join(", ", config.interfaces())
                                        + " is not to be had",
                                failure));
    }

    private static <T> Future<T> cannot(String what, Throwable failure) {
        return Future.failedFuture(
                new UpnpStartException(what + ": " + failure.getMessage(), failure));
    }

    private Future<Void> close() {
        workTimer.ifPresent(vertx::cancelTimer);
        Future<Void> closed = ssdp.close();
        for (HttpListener listener : listeners) {
            closed = closed.eventually(listener::close);
        }
        return closed.eventually(eventing::close).eventually(this::stopStack);
    }

    private Future<Void> stopStack() {
        return vertx.executeBlocking(() -> {
            stack.ifPresent(UpnpService::shutdown);
            return null;
        });
    }

    private static <T> Future<T> rethrow(Throwable failure) {
        return Future.failedFuture(failure);
    }

    private void onEvent(MappingEvent event) {
        onLoop(() -> {
            mappings.onEvent(event);
            eventing.onEvent(event);
        });
    }

    private void doWork() {
        mappings.doWork();
        eventing.doWork();
    }

    private void onLoop(Runnable task) {
        loop.runOnContext(_ -> task.run());
    }

    private SsdpService.Surroundings surroundings() {
        int bootId = (int) (chance.wallMillis().getAsLong() / 1000 & Integer.MAX_VALUE);
        return new SsdpService.Surroundings(
                vertx, chance.nowNs(), chance.random(), counters, HttpReply.SERVER, bootId);
    }
}
