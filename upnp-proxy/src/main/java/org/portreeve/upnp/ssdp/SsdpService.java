package org.portreeve.upnp.ssdp;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramPacket;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.portreeve.control.counter.Counters;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Prefix;
import org.portreeve.upnp.counter.UpnpCounter;
import org.portreeve.upnp.device.GatewayView;
import org.portreeve.upnp.device.Presentation;

/** Answers searches and announces the gateway on its links. Loop of the gateway only. */
public final class SsdpService {
    /**
     * UDA 1.1 §1.3.3 lets a device answer sooner than MX; some wait 250 ms in all (IGD-CLI-003).
     */
    static final int MAX_DELAY_MILLIS = 100;

    /** UDA 1.1 §1.1.1. */
    private static final int MULTICAST_TTL = 2;

    /** Searches whose answer waits for its moment. */
    private static final int MAX_WAITING = 1024;

    /** Announcements get lost, so each is made twice. */
    private static final int REPEAT_MILLIS = 200;

    /** Announced again at a random time before half of the age (IGD-SSDP-007). */
    private static final long MAX_PAUSE_MILLIS =
            TimeUnit.SECONDS.toMillis(GatewayView.MAX_AGE_SECONDS / 2);

    private static final long MIN_PAUSE_MILLIS = MAX_PAUSE_MILLIS / 2;
    private static final int MAX_CONFIG_ID = 0xff_ffff;

    private final Surroundings around;
    private final int port;
    private final SearchLimiter limiter;
    private final List<SsdpLink> links = new ArrayList<>();
    private DatagramSocket group;
    private boolean isOpen;
    private int waiting;

    /**
     * What the service is given.
     *
     * @param random delays and pauses; not secret
     * @param bootId rises at each start
     */
    public record Surroundings(
            Vertx vertx,
            LongSupplier nowNs,
            RandomGenerator random,
            Counters<UpnpCounter> counters,
            String server,
            int bootId) {}

    /**
     * A link to serve.
     *
     * @param device the interface's name
     * @param host our address there
     * @param httpPort where descriptions are
     */
    public record Link(
            String device, String host, Prefix onLink, int httpPort, Presentation presentation) {}

    /**
     * A service without sockets.
     *
     * @param port 1900, but for tests
     */
    public SsdpService(Surroundings around, int port) {
        this.around = around;
        this.port = port;
        this.limiter = new SearchLimiter(around.nowNs().getAsLong());
    }

    /** Opens the sockets and announces the gateway. */
    public Future<Void> open(List<Link> wanted) {
        isOpen = true;
        DatagramSocketOptions options =
                new DatagramSocketOptions().setIpV6(false).setReuseAddress(true);
        group = around.vertx().createDatagramSocket(options);
        Future<Void> opened =
                group.handler(this::onMulticast).listen(port, SsdpMessages.GROUP).mapEmpty();
        for (Link link : wanted) {
            opened =
                    opened.compose(_ ->
                                    group.listenMulticastGroup(
                                            SsdpMessages.GROUP, link.device(), null))
                            .compose(_ -> openUnicast(link));
        }
        return opened.onSuccess(_ -> greet());
    }

    /** Says goodbye and closes the sockets. */
    public Future<Void> close() {
        isOpen = false;
        links.forEach(this::sayByebye);
        Future<Void> closed = group == null ? Future.succeededFuture() : group.close();
        for (SsdpLink link : links) {
            closed = closed.compose(_ -> link.socket().close());
        }
        links.clear();
        return closed;
    }

    private Future<Void> openUnicast(Link link) {
        DatagramSocket socket =
                around.vertx()
                        .createDatagramSocket(
                                new DatagramSocketOptions()
                                        .setIpV6(false)
                                        .setReuseAddress(true)
                                        .setMulticastNetworkInterface(link.device())
                                        .setMulticastTimeToLive(MULTICAST_TTL));
        var messages =
                new SsdpMessages(
                        "http://" + link.host() + ":" + link.httpPort(),
                        around.server(),
                        around.bootId(),
                        link.presentation().standard().targets().hashCode() & MAX_CONFIG_ID);
        var served = new SsdpLink(link.onLink(), socket, link.presentation(), messages);
        links.add(served);
        return socket.handler(packet -> onUnicast(served, packet))
                .listen(port, link.host())
                .mapEmpty();
    }

    private void onMulticast(DatagramPacket packet) {
        // All links share the group's socket: the source says which link it came by.
        int sourceIp = Ipv4.of(packet.sender().hostAddress());
        Optional<SsdpLink> link =
                links.stream().filter(l -> l.onLink().contains(sourceIp)).findFirst();
        read(packet)
                .filter(search -> search.maxWaitSeconds().isPresent())
                .ifPresent(search -> onSearch(link, search, packet.sender()));
    }

    private void onUnicast(SsdpLink link, DatagramPacket packet) {
        boolean isOnLink = link.onLink().contains(Ipv4.of(packet.sender().hostAddress()));
        read(packet)
                .ifPresent(search ->
                        onSearch(
                                isOnLink ? Optional.of(link) : Optional.empty(),
                                search,
                                packet.sender()));
    }

    private Optional<SearchRequest> read(DatagramPacket packet) {
        Optional<SearchRequest> search = SearchRequest.read(packet.data().getBytes());
        if (search.isEmpty()) {
            around.counters().increment(UpnpCounter.SSDP_DROPPED_MALFORMED);
        }
        return search;
    }

    private void onSearch(Optional<SsdpLink> link, SearchRequest search, SocketAddress source) {
        if (link.isEmpty()) {
            around.counters().increment(UpnpCounter.SSDP_DROPPED_OFF_LINK);
            return;
        }
        long nowNs = around.nowNs().getAsLong();
        if (!limiter.admitsSearch(Ipv4.of(source.hostAddress()), nowNs)) {
            around.counters().increment(UpnpCounter.SSDP_DROPPED_SOURCE_RATE);
            return;
        }
        around.counters().increment(UpnpCounter.SSDP_SEARCHES);
        List<Presentation.Finding> found = link.get().presentation().search(search.target());
        if (found.isEmpty()) {
            return;
        }
        if (waiting >= MAX_WAITING) {
            around.counters().increment(UpnpCounter.SSDP_DROPPED_TOTAL_RATE);
            return;
        }
        waiting++;
        around.vertx()
                .setTimer(
                        delayMillis(search.maxWaitSeconds()),
                        _ -> {
                            waiting--;
                            answer(link.get(), found, source);
                        });
    }

    /** At least a millisecond, which is the shortest timer. */
    private long delayMillis(OptionalInt maxWaitSeconds) {
        assert maxWaitSeconds.orElse(1) >= 1 : "so the limit is ours";
        return 1L + around.random().nextInt(MAX_DELAY_MILLIS);
    }

    private void answer(
            SsdpLink link, List<Presentation.Finding> found, SocketAddress destination) {
        for (Presentation.Finding finding : found) {
            if (!isOpen || !limiter.admitsAnswer(around.nowNs().getAsLong())) {
                around.counters().increment(UpnpCounter.SSDP_DROPPED_TOTAL_RATE);
                return;
            }
            around.counters().increment(UpnpCounter.SSDP_ANSWERS);
            send(
                    link,
                    link.messages().answer(finding),
                    destination.port(),
                    destination.hostAddress());
        }
    }

    /** UDA 1.1 §1.2: what a former run announced is void; then that we are there. */
    private void greet() {
        links.forEach(this::sayByebye);
        around.vertx().setTimer(REPEAT_MILLIS, _ -> sayAliveTwice());
    }

    private void sayAliveTwice() {
        if (!isOpen) {
            return;
        }
        links.forEach(this::sayAlive);
        around.vertx().setTimer(REPEAT_MILLIS, _ -> links.forEach(this::sayAlive));
        long pauseMillis = around.random().nextLong(MIN_PAUSE_MILLIS, MAX_PAUSE_MILLIS);
        around.vertx().setTimer(pauseMillis, _ -> sayAliveTwice());
    }

    private void sayAlive(SsdpLink link) {
        link.targets()
                .forEach(target ->
                        toGroup(link, link.messages().alive(target, link.descriptionPath(), port)));
    }

    private void sayByebye(SsdpLink link) {
        link.targets().forEach(target -> toGroup(link, link.messages().byebye(target, port)));
    }

    private void toGroup(SsdpLink link, String message) {
        send(link, message, port, SsdpMessages.GROUP);
    }

    private void send(SsdpLink link, String message, int toPort, String toHost) {
        link.socket()
                .send(Buffer.buffer(message.getBytes(StandardCharsets.UTF_8)), toPort, toHost)
                .onFailure(_ -> around.counters().increment(UpnpCounter.SSDP_ANSWER_UNSENT));
    }
}
