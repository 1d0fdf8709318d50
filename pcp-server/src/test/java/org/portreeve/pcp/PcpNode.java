package org.portreeve.pcp;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.ControlCounter;
import org.portreeve.control.ControlCounters;
import org.portreeve.control.LostJournal;
import org.portreeve.control.PortControl;
import org.portreeve.control.RecoveredState;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.desk.Desk;
import org.portreeve.control.desk.MemoryReservations;
import org.portreeve.control.desk.Reservations;
import org.portreeve.control.policy.LifetimeBounds;
import org.portreeve.control.policy.MapPolicy;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.control.request.RequestEntry;
import org.portreeve.control.view.DrainMode;
import org.portreeve.control.view.MappingQuery;
import org.portreeve.control.view.MappingView;
import org.portreeve.control.view.PoolOutcome;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.io.memory.MemoryPort;
import org.portreeve.nat.rules.Rules;
import org.portreeve.nat.shard.Translator;
import org.portreeve.natpmp.NatPmpCounter;
import org.portreeve.natpmp.NatPmpServer;
import org.portreeve.pcp.socket.Clocks;
import org.portreeve.pcp.socket.PcpListen;
import org.portreeve.pcp.socket.PcpTransport;
import org.portreeve.pcp.socket.PcpVerticle;
import org.portreeve.pcp.socket.Wakeup;
import org.portreeve.pcp.wire.PcpAddress;

/**
 * A PCP server on loopback addresses: real sockets, port control and translator, a packet port in
 * memory, and clocks of port control that a test can move.
 */
public final class PcpNode implements AutoCloseable {
    /** The one external address. */
    public static final String EXTERNAL = "198.51.100.7";

    private static final long TIMEOUT_SECONDS = 10;

    public final Counters<PcpCounter> counters = new Counters<>(PcpCounter.class);

    /** The translator's network. */
    public final MemoryPort packets = new MemoryPort();

    public final Counters<NatPmpCounter> natPmpCounters = new Counters<>(NatPmpCounter.class);
    private final AtomicLong skippedNs = new AtomicLong();
    private final AtomicLong steppedMillis = new AtomicLong();
    final AtomicInteger failureCount = new AtomicInteger();
    private final AtomicBoolean clockBroken = new AtomicBoolean();
    private final AtomicReference<String> deployment = new AtomicReference<>("");
    private final AtomicReference<Optional<Throwable>> failure =
            new AtomicReference<>(Optional.empty());
    private final Vertx vertx = PcpTransport.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final Translator translator;
    private final PortControl control;
    private final PcpServer server;
    private PcpSettings settings = PcpSettings.USUAL;
    private final ControlCounters controlCounters;
    private final PcpVerticle verticle;
    private final Reservations reservations;
    private final Desk desk;

    /** A node with the listen addresses, at a port of the system's choice. */
    public static PcpNode on(String... ips) {
        return started(config(), PcpServer.TOTAL, listen(0, ips));
    }

    /** A node with this configuration. */
    public static PcpNode with(ControlConfig config, RequestRate total) {
        return started(config, total, listen(0, "127.0.0.1"));
    }

    public static PcpNode started(ControlConfig config, RequestRate total, PcpListen listen) {
        var node = new PcpNode(config, total, listen, RecoveredState.empty());
        node.startTranslator();
        await(node.deploy());
        return node;
    }

    public static PcpListen listen(int port, String... ips) {
        return new PcpListen(Arrays.stream(ips).map(Ipv4::of).toList(), port);
    }

    /** A node of which nothing runs yet. */
    public PcpNode(
            ControlConfig config, RequestRate total, PcpListen listen, RecoveredState found) {
        var wakeup = new Wakeup();
        var directory = new Directory();
        translator =
                new Translator(
                        config.nat(),
                        directory,
                        List.of(packets),
                        new SplittableRandom(1),
                        this::fail);
        translator.links().forEach(link -> link.outcomesReady(wakeup));
        control =
                new PortControl(
                        config,
                        directory,
                        translator.links(),
                        new MemoryJournal(),
                        found,
                        nowNs(),
                        wallMillis());
        controlCounters = control.counters();
        server = new PcpServer(control, total, counters, new NatPmpServer(control, natPmpCounters));
        var clocks = new Clocks(this::nowNs, this::wallMillis);
        verticle = new PcpVerticle(listen, server, counters, clocks, wakeup, this::fail);
        desk = new Desk(control, verticle.loop(), this::nowNs, this::wallMillis);
        reservations =
                new Reservations(
                        control,
                        new MemoryReservations(),
                        verticle.loop(),
                        Runnable::run,
                        this::nowNs,
                        this::wallMillis);
    }

    /** What the hosts of a subscriber asked last, the last first. */
    List<RequestEntry> requestsOf(String subscriber) {
        return CompletableFuture.supplyAsync(
                        () -> control.requests().of(subscriber), verticle.loop())
                .join();
    }

    /** Where other threads ask port control. */
    public Desk desk() {
        return desk;
    }

    /** The epoch of now. */
    public long epochSeconds() {
        return desk.epochSeconds().toCompletableFuture().join();
    }

    /** What staff have before them; the store is in memory. */
    public Reservations reservations() {
        return reservations;
    }

    /** The mappings of a host, as staff see them. */
    List<MappingView> mappingsOf(String ip) {
        var found = new CompletableFuture<List<MappingView>>();
        var query = MappingQuery.ofInternalIp(Ipv4.of(ip));
        verticle.loop()
                .execute(() ->
                        control.mappings(
                                query,
                                nowNs(),
                                wallMillis(),
                                listing -> found.complete(listing.items())));
        return found.orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS).join();
    }

    /** What port control counted; published a moment after the answer. */
    public long count(ControlCounter counter) {
        return controlCounters.value(counter);
    }

    /** Takes external addresses out of use or into it, as a reload does. */
    void usePool(DrainMode mode, String... ips) {
        var done = new CompletableFuture<PoolOutcome>();
        List<Integer> wanted = Arrays.stream(ips).map(Ipv4::of).toList();
        verticle.loop().execute(() -> control.pool().use(wanted, mode, done::complete));
        done.orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS).join();
    }

    /** Leases put back into the translator. */
    public long restoredCount() {
        return controlCounters.value(ControlCounter.RESTORED_LEASES);
    }

    /** Says what was lost; to be called before it is deployed. */
    void lost(LostJournal journal) {
        control.clients().lost(journal.clients());
    }

    /** Returns when all that was found is put back. */
    void awaitReady() {
        await(verticle.ready());
    }

    public void startTranslator() {
        translator.start();
    }

    public Future<String> deploy() {
        return vertx.deployVerticle(verticle).onSuccess(id -> deployment.set(id));
    }

    /** Offers NAT-PMP from the next request on, or no more. */
    public void offerNatPmp(boolean offers) {
        use(
                new PcpSettings(
                        settings.enabled(),
                        offers,
                        settings.announce(),
                        settings.thirdParties(),
                        settings.nat64()));
    }

    /** Lets these ask for other hosts from the next request on. */
    void use(ThirdParties thirdParties) {
        use(
                new PcpSettings(
                        settings.enabled(),
                        settings.natPmp(),
                        settings.announce(),
                        thirdParties,
                        settings.nat64()));
    }

    /** From now on the devices that lead to hosts are these. */
    void routes(Function<PcpAddress, Optional<String>> deviceTowards) {
        var links = new InsideLinks(List.of(), deviceTowards);
        CompletableFuture.runAsync(() -> server.links(links), verticle.loop()).join();
    }

    /** Tells these prefixes from the next request on. */
    void use(Nat64Prefixes nat64) {
        use(
                new PcpSettings(
                        settings.enabled(),
                        settings.natPmp(),
                        settings.announce(),
                        settings.thirdParties(),
                        nat64));
    }

    /** Cuts descriptions there from the next request on. */
    void cutDescriptionsAt(int descriptionBytes) {
        use(
                new PcpSettings(
                        settings.enabled(),
                        settings.natPmp(),
                        settings.announce(),
                        settings.thirdParties(),
                        settings.nat64(),
                        descriptionBytes));
    }

    /** Offers PCP from the next request on, or no more. */
    public void offerPcp(boolean offers) {
        use(
                new PcpSettings(
                        offers,
                        settings.natPmp(),
                        settings.announce(),
                        settings.thirdParties(),
                        settings.nat64()));
    }

    /** Announces so from now on; to be called once deployed. */
    public void use(AnnounceSettings announce) {
        use(
                new PcpSettings(
                        settings.enabled(),
                        settings.natPmp(),
                        announce,
                        settings.thirdParties(),
                        settings.nat64()));
    }

    private void use(PcpSettings changed) {
        settings = changed;
        verticle.use(changed);
        // The loop does what it is given in order; a datagram could overtake it.
        CompletableFuture.runAsync(() -> {}, verticle.loop()).join();
    }

    /** Announces the node to its links. */
    public void announce() {
        verticle.announce();
    }

    /** Begins a graceful stop. */
    Future<Void> stop() {
        return vertx.undeploy(deployment.get());
    }

    /** From now on port control cannot even read the clock. */
    void breakClock() {
        clockBroken.set(true);
    }

    /** What the node said of a defect, forgotten once asked. */
    Optional<Throwable> takeFailure() {
        return failure.getAndSet(Optional.empty());
    }

    /** Subscribers are the addresses of 127.0.0.0/9; 8 mappings each, and many requests. */
    public static ControlConfig config() {
        return config(new RequestRate(1000, 1000));
    }

    /** The same for subscribers that may ask other things of their mappings. */
    static ControlConfig config(MapPolicy map) {
        ControlConfig usual = config();
        Profile profile = usual.policy().profiles().get(Profile.DEFAULT);
        var changed =
                new Profile(profile.name(), profile.rules(), profile.requests(), map, Set.of());
        var profiles = Map.of(Profile.DEFAULT, changed);
        return new ControlConfig(
                usual.nat(), new Policy(profiles, List.of(), usual.policy().lifetime()));
    }

    /** The same with another request rate. */
    public static ControlConfig config(RequestRate requests) {
        var nat = nat(List.of(EXTERNAL), new PortRange(1024, 16_383), 8);
        return ControlConfig.of(nat, new LifetimeBounds(120, 86_400), requests);
    }

    /** A translator with this pool, ports for who asks, and mappings for each. */
    public static NatConfig nat(List<String> pool, PortRange incomingPorts, int mappings) {
        return new NatConfig(
                1,
                List.of(new Prefix(Ipv4.of("127.0.0.0"), 9)),
                Pool.of(
                        pool.stream().map(Ipv4::of).toList(),
                        new PortRange(1024, 65_535),
                        incomingPorts,
                        new Pool.Block(512, 8, 180_000_000_000L)),
                NatConfig.Timers.defaults(),
                new NatConfig.Capacity(1024, 1024, 1024),
                Rules.of(
                        new Rules.Quota(mappings, 2048, 1024, 200, 2000),
                        new PortRange(1024, 65_535),
                        new Rules.Eif(1024, 50, 200, 30_000_000_000L, false)));
    }

    private void fail(Throwable cause) {
        failureCount.incrementAndGet();
        failure.set(Optional.of(cause));
    }

    private long nowNs() {
        if (clockBroken.get()) {
            throw new IllegalStateException("broken by the test");
        }
        return System.nanoTime() + skippedNs.get();
    }

    private long wallMillis() {
        return System.currentTimeMillis() + steppedMillis.get();
    }

    /** Moves the monotonic clock, and the wall clock with it. */
    public void skipSeconds(long seconds) {
        skipMillis(TimeUnit.SECONDS.toMillis(seconds));
    }

    /** The same for less. */
    public void skipMillis(long millis) {
        skippedNs.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
        steppedMillis.addAndGet(millis);
    }

    /** Sets the wall clock, as an operator or NTP would. */
    public void stepWallSeconds(long seconds) {
        steppedMillis.addAndGet(TimeUnit.SECONDS.toMillis(seconds));
    }

    public InetSocketAddress address() {
        return address(0);
    }

    public InetSocketAddress address(int index) {
        var address = verticle.localAddresses().get(index);
        return new InetSocketAddress(InetAddress.ofLiteral(address.host()), address.port());
    }

    public RawClient client(String ip) throws IOException {
        return new RawClient(ip, address());
    }

    public static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() {
        await(vertx.close());
        translator.close();
        takeFailure()
                .ifPresent(cause -> {
                    throw new AssertionError("port control failed", cause);
                });
    }
}
