package org.portreeve.daemon;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.portreeve.control.desk.Desk;
import org.portreeve.control.view.DrainMode;
import org.portreeve.control.view.PoolOutcome;
import org.portreeve.daemon.config.ConfigChange;
import org.portreeve.daemon.config.NodeConfig;
import org.portreeve.daemon.config.NodeConfig.Io;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.config.Pool.Allocation;
import org.portreeve.nat.io.linux.Routes;
import org.portreeve.pcp.wire.PcpAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the external addresses of a running node follow its configuration, and the kernel's routes
 * follow them: a route is there before its address is given, and goes when the address has left.
 * The thread of reloads; routes are set on a thread of their own.
 */
final class LivePool implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LivePool.class);

    /** What the keys of the pool begin with. */
    private static final String POOL = "translator.pools";

    private final NodeConfig start;
    private final Desk desk;
    private final ExecutorService routing =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().name("routes").daemon().factory());

    /** Whether routes are to be set soon anyway: one job waits at most. */
    private final AtomicBoolean isAwaited = new AtomicBoolean();

    /** What the configuration wants; whatever is left of other addresses has routes too. */
    private volatile List<Integer> wanted;

    /** What single subscribers are to have for themselves. */
    private volatile List<Integer> dedicated;

    private LivePool(NodeConfig start, Desk desk) {
        this.start = start;
        this.desk = desk;
        wanted = start.nat().pool().addresses();
        dedicated = start.policy().dedicatedIps();
    }

    /** Watches the pool of a node that was started with this configuration. */
    static LivePool following(NodeConfig start, Desk desk) {
        var pool = new LivePool(start, desk);
        Awaited.answer(desk.listenPool(pool::soon));
        return pool;
    }

    /**
     * Lets the pool have the addresses of another configuration, and returns what became of that, a
     * line for each kind. The exception's message says why nothing was changed.
     */
    List<String> follow(ConfigChange change) throws NodeStartException {
        List<Integer> before = wanted;
        List<Integer> dedicatedBefore = dedicated;
        List<Integer> after = change.inForce().config().nat().pool().addresses();
        List<Integer> dedicatedAfter = change.inForce().config().policy().dedicatedIps();
        boolean isSamePool = isSame(before, after);
        if (isSamePool && Set.copyOf(dedicatedBefore).equals(Set.copyOf(dedicatedAfter))) {
            return List.of();
        }
        if (!isSamePool) {
            refuseHalf(change);
        }
        refuseUnfit(after);
        refuseUnfit(dedicatedAfter);
        refuseShared(dedicatedAfter);
        refuseDedicated(after, dedicatedBefore);
        wanted = after;
        dedicated = dedicatedAfter;
        try {
            lead();
            DrainMode mode = change.inForce().config().onRemoval();
            return isSamePool ? List.of() : lines(Awaited.answer(desk.usePool(after, mode)));
        } catch (NodeStartException e) {
            wanted = before;
            dedicated = dedicatedBefore;
            soon();
            throw e;
        }
    }

    /** Where subscribers' addresses are computed, their order counts. */
    private boolean isSame(List<Integer> before, List<Integer> after) {
        return start.nat().pool().allocation() instanceof Allocation.Deterministic
                ? before.equals(after)
                : Set.copyOf(before).equals(Set.copyOf(after));
    }

    /** Addresses that are meant for other ports or blocks are not given out by those of now. */
    private static void refuseHalf(ConfigChange change) throws NodeStartException {
        List<String> others =
                change.waiting().stream().filter(phrase -> phrase.startsWith(POOL)).toList();
        if (!others.isEmpty()) {
            throw new NodeStartException(
                    "addresses of the pool change live, but not together with what needs a restart: "
                            + ReloadReport.named(others));
        }
    }

    /** The rest of the file waits for a restart, so what it says of these two does not hold yet. */
    private void refuseUnfit(List<Integer> addresses) throws NodeStartException {
        for (int ip : addresses) {
            if (start.nat().inside().stream().anyMatch(prefix -> prefix.contains(ip))) {
                throw new NodeStartException(
                        "%s is a subscriber's address by the inside prefixes that this node runs with; change both with a restart"
                                .formatted(Ipv4.format(ip)));
            }
            if (start.pcp().listen().contains(PcpAddress.ofIpv4(ip))) {
                throw new NodeStartException(
                        "this node answers PCP at %s; no external address may be one of its own"
                                .formatted(Ipv4.format(ip)));
            }
        }
    }

    /** An address that was taken out of the pool is used there until the last one has left it. */
    private void refuseShared(List<Integer> dedicated) throws NodeStartException {
        List<Integer> shared = Awaited.answer(desk.poolAddresses());
        for (int ip : dedicated) {
            if (shared.contains(ip)) {
                throw new NodeStartException(
                        "%s is still used as an address of the pool; dedicate it when it has left"
                                .formatted(Ipv4.format(ip)));
            }
        }
    }

    /** The pool grows before the dedication ends: for a moment two would have the address. */
    private static void refuseDedicated(List<Integer> pool, List<Integer> dedicated)
            throws NodeStartException {
        for (int ip : pool) {
            if (dedicated.contains(ip)) {
                throw new NodeStartException(
                        "%s is still dedicated; let the pool have it with the next reload"
                                .formatted(Ipv4.format(ip)));
            }
        }
    }

    private void lead() throws NodeStartException {
        try {
            routing.submit(
                            () -> {
                                route();
                                return true;
                            })
                    .get();
        } catch (ExecutionException e) {
            throw new NodeStartException(e.getCause().getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeStartException("interrupted while setting routes", e);
        }
    }

    private void soon() {
        if (!isAwaited.compareAndSet(false, true)) {
            return;
        }
        try {
            routing.execute(this::withdraw);
        } catch (RejectedExecutionException e) {
            LOG.debug("The node stops: its routes stay as they are", e);
        }
    }

    private void withdraw() {
        isAwaited.set(false);
        try {
            route();
        } catch (IOException | CompletionException e) {
            LOG.warn("Routes do not follow the pool until the next reload: {}", e.getMessage());
        }
    }

    private void route() throws IOException {
        if (start.packetIo().io() == Io.TUN && start.packetIo().managesRoutes()) {
            Set<Integer> addresses = new LinkedHashSet<>(wanted);
            addresses.addAll(dedicated);
            addresses.addAll(Awaited.answer(desk.poolAddresses()));
            Routes.install(ControlSettings.routes(start, addresses));
        }
    }

    private static List<String> lines(PoolOutcome outcome) throws NodeStartException {
        return switch (outcome) {
            case PoolOutcome.Refused(String reason) -> throw new NodeStartException(reason);
            case PoolOutcome.Changed(List<Integer> added, List<Integer> leaving) -> {
                var lines = new ArrayList<String>();
                if (!added.isEmpty()) {
                    lines.add("pool: " + named(added) + " added, usable now");
                }
                if (!leaving.isEmpty()) {
                    lines.add(
                            "pool: "
                                    + named(leaving)
                                    + " gets no new mapping and leaves when nothing uses it any more");
                }
                yield lines;
            }
        };
    }

    private static String named(List<Integer> addresses) {
        return ReloadReport.named(addresses.stream().map(Ipv4::format).toList());
    }

    @Override
    public void close() {
        routing.shutdown();
    }
}
