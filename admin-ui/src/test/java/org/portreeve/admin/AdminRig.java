package org.portreeve.admin;

import io.vertx.core.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.portreeve.admin.security.Principal;
import org.portreeve.admin.security.UserWish;
import org.portreeve.admin.web.AdminServices;
import org.portreeve.admin.web.NodeFacts;
import org.portreeve.admin.web.NodeHandle;
import org.portreeve.admin.web.Office;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.desk.DeskNode;
import org.portreeve.control.desk.Reservations;
import org.portreeve.control.store.StoreException;
import org.portreeve.control.store.User.Role;
import org.portreeve.control.store.sql.SqlStore;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.rules.Rules;

/** The admin server over HTTPS with everything behind it real, and a user of each role. */
public final class AdminRig implements AutoCloseable {
    /** What all users of a rig have chosen. */
    public static final String PASSWORD = "a long enough secret";

    private static final long TIMEOUT_SECONDS = 20;

    private final Path data;
    private final DeskNode node;
    private final SqlStore store;
    private final AtomicLong announcements = new AtomicLong();
    private final AtomicInteger hosts = new AtomicInteger();
    private final AtomicLong skippedNs = new AtomicLong();
    private final Office office;
    private final AdminServer server;

    /** A node that runs, below a directory of the test. */
    public AdminRig(Path directory) throws IOException, StoreException {
        data = Files.createDirectories(directory.resolve("data").toAbsolutePath());
        node = DeskNode.start(ControlConfig.of(nat()), directory.resolve("journal"));
        store = SqlStore.open(data, "", "cgn-1");
        var services =
                new AdminServices(
                        node.desk(),
                        reservations(),
                        store.users(),
                        store.audit(),
                        store.history(),
                        AdminRig::facts,
                        new NodeHandle(
                                () -> new TreeMap<>(Map.of("node", "cgn-1")),
                                announcements::incrementAndGet),
                        () -> System.nanoTime() + skippedNs.get(),
                        System::currentTimeMillis,
                        new SecureRandom());
        office = await(Office.open(node.vertx(), services));
        var config = new AdminConfig("127.0.0.1", 0, data, Optional.empty(), Optional.empty());
        server = await(AdminServer.start(node.vertx(), config, office));
    }

    private Reservations reservations() {
        return new Reservations(
                node.control(),
                store.reservations(),
                node.loop(),
                command -> {
                    var _ = node.vertx().executeBlocking(() -> runOn(command));
                },
                System::nanoTime,
                System::currentTimeMillis);
    }

    private static boolean runOn(Runnable command) {
        command.run();
        return true;
    }

    /** How often the node was asked to announce itself. */
    public long announcements() {
        return announcements.get();
    }

    private static NatConfig nat() {
        return new NatConfig(
                1,
                List.of(Prefix.of("100.64.0.0/10")),
                Pool.of(
                        IntStream.range(0, 4)
                                .map(i -> Ipv4.of("198.51.100.1") + i)
                                .boxed()
                                .toList(),
                        new PortRange(1024, 65_535),
                        new PortRange(1024, 16_383),
                        new Pool.Block(512, 4, 180_000_000_000L)),
                NatConfig.Timers.defaults(),
                new NatConfig.Capacity(1024, 1024, 64),
                Rules.of(
                        new Rules.Quota(32, 2048, 4096, 200, 2000),
                        new PortRange(1024, 65_535),
                        new Rules.Eif(1024, 50, 200, 30_000_000_000L, false)));
    }

    private static NodeFacts facts() {
        return new NodeFacts(
                "cgn-1",
                "0.1",
                60,
                true,
                List.of("198.51.100.1"),
                1,
                new NodeFacts.Holdings(1, 2, 3, 4, 5, 6, 7, 8),
                new NodeFacts.Traffic(1, 2, 3, 4, 5),
                List.of(new NodeFacts.AnswerCount("PCP", "SUCCESS", 7)),
                List.of(new NodeFacts.ServiceHealth("PCP", "127.0.0.1:5351", true, "")));
    }

    /** A client of nobody yet, on a host of its own. */
    public Visitor visitor() {
        int host = hosts.incrementAndGet();
        byte[] octets = {127, 1, (byte) (host / 250), (byte) (host % 250 + 1)};
        try {
            return new Visitor(
                    server.address().getPort(),
                    data.resolve("tls/certificate.pem"),
                    InetAddress.getByAddress(octets));
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    /** A user of each role, called like it in lower case. */
    Map<Role, String> usersOfAllRoles() {
        var names = new EnumMap<Role, String>(Role.class);
        for (Role role : Role.values()) {
            String name = "the-" + role.name().toLowerCase(Locale.ROOT);
            addUser(name, role);
            names.put(role, name);
        }
        return names;
    }

    /** Adds a user who chose {@link #PASSWORD}. */
    public void addUser(String name, Role role) {
        // Chosen by the user itself, so that no change is asked for.
        var self = new Principal(name, Role.ADMIN, false);
        await(office.accounts().put(self, new UserWish(name, role, PASSWORD)));
    }

    /** What stands behind the server. */
    public Office office() {
        return office;
    }

    /** Port control. */
    public DeskNode node() {
        return node;
    }

    /** Where everything is. */
    public SqlStore store() {
        return store;
    }

    AdminServer server() {
        return server;
    }

    Path data() {
        return data;
    }

    /** Lets time pass for sessions and throttles. */
    public void skipSeconds(long seconds) {
        skippedNs.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    @Override
    public void close() {
        await(server.close());
        office.close();
        node.close();
        store.close();
    }

    /** What a future comes to. */
    public static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage()
                    .toCompletableFuture()
                    .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e.getCause() == null ? e : e.getCause());
        }
    }
}
