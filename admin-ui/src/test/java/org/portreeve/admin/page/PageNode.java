package org.portreeve.admin.page;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.portreeve.admin.AdminConfig;
import org.portreeve.admin.AdminServer;
import org.portreeve.admin.security.Principal;
import org.portreeve.admin.security.UserWish;
import org.portreeve.admin.web.AdminServices;
import org.portreeve.admin.web.NodeFacts;
import org.portreeve.admin.web.NodeHandle;
import org.portreeve.admin.web.Office;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.Description;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.MapCommand;
import org.portreeve.control.MapOutcome;
import org.portreeve.control.Nonce;
import org.portreeve.control.desk.DeskNode;
import org.portreeve.control.policy.LifetimeBounds;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.control.policy.SubscriberPlan;
import org.portreeve.control.store.User.Role;
import org.portreeve.control.store.sql.SqlStore;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.rules.Rules;

/** A node whose pages a browser can open: all of it real but the packets and the counters. */
final class PageNode implements AutoCloseable {
    static final String PASSWORD = "a long enough secret";
    static final String POOL = "198.51.100.1";

    private static final long TIMEOUT_SECONDS = 30;
    private static final Rules.Quota QUOTA = new Rules.Quota(8, 16, 1024, 200, 2000);

    private final DeskNode node;
    private final SqlStore store;
    private final ExecutorService worker = Executors.newSingleThreadExecutor();
    private final Office office;
    private final AdminServer server;
    private final AtomicLong looks = new AtomicLong();

    PageNode(Path directory) throws Exception {
        Path data = Files.createDirectories(directory.resolve("data").toAbsolutePath());
        node = DeskNode.start(new ControlConfig(nat(), policy()), directory.resolve("journal"));
        store = SqlStore.open(data, "", "cgn-1");
        var services =
                new AdminServices(
                        node.desk(),
                        node.reservations(store.reservations(), worker),
                        store.users(),
                        store.audit(),
                        store.history(),
                        this::facts,
                        new NodeHandle(TreeMap::new, () -> {}),
                        System::nanoTime,
                        System::currentTimeMillis,
                        new SecureRandom());
        office = await(Office.open(node.vertx(), services));
        var config = new AdminConfig("127.0.0.1", 0, data, Optional.empty(), Optional.empty());
        server = await(AdminServer.start(node.vertx(), config, office));
    }

    private static NatConfig nat() {
        return new NatConfig(
                1,
                List.of(Prefix.of("100.64.0.0/10")),
                Pool.of(
                        List.of(Ipv4.of(POOL)),
                        new PortRange(1024, 65_535),
                        new PortRange(1024, 16_383),
                        new Pool.Block(512, 4, 180_000_000_000L)),
                NatConfig.Timers.defaults(),
                new NatConfig.Capacity(1024, 1024, 64),
                Rules.of(
                        QUOTA,
                        new PortRange(1024, 65_535),
                        new Rules.Eif(1024, 50, 200, 30_000_000_000L, false)));
    }

    private static Policy policy() {
        var profile = new Profile(Profile.DEFAULT, nat().rules(), new RequestRate(20, 100));
        return new Policy(
                Map.of(Profile.DEFAULT, profile),
                List.of(
                        plan("house-7", "100.64.7.0/28"),
                        plan("house-9", "100.64.9.1/32"),
                        plan("office north", "100.64.20.0/24")),
                new LifetimeBounds(120, 86_400));
    }

    private static SubscriberPlan plan(String id, String prefix) {
        return new SubscriberPlan(id, List.of(Prefix.of(prefix)), Profile.DEFAULT);
    }

    /** Counters that go up with every look. */
    private NodeFacts facts() {
        long look = looks.incrementAndGet();
        return new NodeFacts(
                "cgn-1",
                "0.1.0",
                86_000 + look,
                true,
                List.of(POOL),
                1,
                new NodeFacts.Holdings(3, 4, 2, 1, 40 + look % 7, 19, 31, 64_512),
                new NodeFacts.Traffic(
                        look * 4200 + look % 5 * 700,
                        look * 5100,
                        look * 3_100_000,
                        look * 6_400_000,
                        look % 3),
                List.of(
                        new NodeFacts.AnswerCount("PCP", "SUCCESS", 512),
                        new NodeFacts.AnswerCount("UPnP", "ConflictInMappingEntry", 3)),
                List.of(
                        new NodeFacts.ServiceHealth("PCP", "100.64.0.1:5351", true, ""),
                        new NodeFacts.ServiceHealth("UPnP", "eth1", true, "")));
    }

    /** Where its pages begin. */
    String origin() {
        return "https://127.0.0.1:" + server.address().getPort();
    }

    /** The password that its log shows once. */
    String firstPassword() {
        return office.firstPassword().orElseThrow();
    }

    /** Adds a user who chose {@link #PASSWORD}. */
    void addUser(String name, Role role) {
        var self = new Principal(name, Role.ADMIN, false);
        await(office.accounts().put(self, new UserWish(name, role, PASSWORD)));
    }

    /** A mapping that a subscriber asked for; fails when it does not get just that port. */
    void map(InternalTuple internal, int externalPort, LeaseOrigin origin, String description) {
        var command =
                new MapCommand(
                        internal,
                        new Nonce(1, internal.internalPort()),
                        origin,
                        0,
                        externalPort,
                        true,
                        5400,
                        internal.internalIp(),
                        5350,
                        Description.sanitised(description));
        assertInstanceOf(MapOutcome.Granted.class, await(node.desk().map(command)));
    }

    @Override
    public void close() {
        await(server.close());
        office.close();
        node.close();
        store.close();
        worker.close();
    }

    private static <T> T await(Future<T> future) {
        return await(future.toCompletionStage());
    }

    private static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("the node did not answer", e);
        }
    }
}
