package org.portreeve.control.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiPredicate;
import org.portreeve.control.Clients;
import org.portreeve.control.Description;
import org.portreeve.control.FilterChange;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.MapCommand;
import org.portreeve.control.MapOutcome.Granted;
import org.portreeve.control.Nonce;
import org.portreeve.control.PortControl;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.directory.Directory;

/** Clients of port control by the thousand, and whether each keeps what it was promised. */
final class Requesters {
    private static final Nonce[] NONCES = {
        new Nonce(1, 1), new Nonce(1, 1), new Nonce(1, 1), new Nonce(1, 1), new Nonce(2, 2)
    };
    private static final long[] LIFETIMES = {0, 0, 1, 60, 120, 600, 3_600, 90_000};
    private static final LeaseOrigin[] ORIGINS = {
        LeaseOrigin.PCP, LeaseOrigin.PCP, LeaseOrigin.PCP, LeaseOrigin.NAT_PMP, LeaseOrigin.UPNP
    };
    private static final int REMEMBERED = 400;
    private static final int PORTS = 12;

    private final SplittableRandom random;
    private final Traffic traffic;
    private final ExternalWatch externals;
    private final Tally tally;
    private final Clients clients;
    private final WholeNode node;
    private final List<MapCommand> lately = new ArrayList<>();

    /** Ports that a reservation may take from a lease. */
    private final Set<Integer> contestedPorts = new HashSet<>();

    /** External addresses whose leases may be cut. */
    private final Set<Integer> cutAddresses = new HashSet<>();

    /** Internal addresses whose leases may be. */
    private final Set<Integer> cutHosts = new HashSet<>();

    /** Tuples that may lose their lease to a reservation of their own. */
    private final Set<InternalTuple> contested = new HashSet<>();

    private final FilterWatch filters;
    private final PeerRequesters peers;
    private final SetRequesters sets;

    Requesters(
            SplittableRandom random,
            WholeNode node,
            Population population,
            Traffic traffic,
            ExternalWatch externals,
            Tally tally) {
        filters = new FilterWatch(random, node, tally);
        peers = new PeerRequesters(random, node, population, this, externals, tally);
        sets = new SetRequesters(random, node, traffic, tally);
        this.random = random;
        this.node = node;
        this.traffic = traffic;
        this.externals = externals;
        this.tally = tally;
        clients = new Clients(random, () -> node.config);
    }

    /** Whom leases let in. */
    FilterWatch filters() {
        return filters;
    }

    /** Those who have sessions kept. */
    PeerRequesters peers() {
        return peers;
    }

    /** Those who ask for several ports at once. */
    SetRequesters sets() {
        return sets;
    }

    /** Some clients ask. */
    void ask() {
        ask(1 + random.nextInt(40));
    }

    /** More ask at once than all mailboxes hold, and no shard turns meanwhile. */
    void flood() {
        ask(Math.min(4_000, 4 * node.knobs.requestPlaces()));
    }

    private void ask(int count) {
        for (int left = count; left > 0; left--) {
            PortControl process = node.control;
            tally.asked++;
            MapCommand wish = command();
            filters.onAsked(wish.internal());
            clients.ask(
                    wish,
                    process,
                    node.nowNs(),
                    node.wallMillis(),
                    (command, granted) -> {
                        assertEquals(process, node.control, "a dead process answered");
                        onGranted(command, granted);
                    });
        }
    }

    private MapCommand command() {
        if (!lately.isEmpty() && random.nextInt(3) == 0) {
            return again(lately.get(random.nextInt(lately.size())));
        }
        InternalTuple internal = tuple();
        LeaseOrigin origin = ORIGINS[random.nextInt(ORIGINS.length)];
        MapCommand command =
                new MapCommand(
                        internal,
                        origin == LeaseOrigin.PCP
                                ? NONCES[random.nextInt(NONCES.length)]
                                : Nonce.ZERO,
                        origin,
                        0,
                        suggestedPort(),
                        random.nextInt(6) == 0,
                        LIFETIMES[random.nextInt(LIFETIMES.length)],
                        internal.internalIp(),
                        5350,
                        Description.NONE,
                        true,
                        filtersFor(origin));
        if (lately.size() < REMEMBERED) {
            lately.add(command);
        } else {
            lately.set(random.nextInt(REMEMBERED), command);
        }
        return command;
    }

    private MapCommand again(MapCommand before) {
        return new MapCommand(
                before.internal(),
                before.nonce(),
                before.origin(),
                0,
                before.suggestedPort(),
                false,
                LIFETIMES[random.nextInt(LIFETIMES.length)],
                before.clientIp(),
                before.clientPort(),
                Description.NONE,
                true,
                filtersFor(before.origin()));
    }

    /** Other protocols know none. */
    private FilterChange filtersFor(LeaseOrigin origin) {
        return origin == LeaseOrigin.PCP ? filters.change() : FilterChange.NONE;
    }

    InternalTuple tuple() {
        int protocol = random.nextBoolean() ? Protocol.UDP : Protocol.TCP;
        int ip = Population.ip(traffic.host());
        return InternalTuple.of(protocol, ip, 1024 + random.nextInt(PORTS));
    }

    private int suggestedPort() {
        var pool = node.config.nat().pool();
        return switch (random.nextInt(4)) {
            case 0 -> pool.incomingPorts().first() + random.nextInt(pool.incomingPorts().size());
            case 1 -> random.nextInt(1024, 1400);
            default -> 0;
        };
    }

    private void onGranted(MapCommand command, Granted granted) {
        tally.grants++;
        assertTrue(isOpen(command.internal(), granted), () -> "granted but closed: " + command);
        filters.onGranted(command, granted);
        boolean isSafe =
                granted.lifetimeSeconds() != MappingView.FOREVER
                        && !contested.contains(command.internal())
                        && !contestedPorts.contains(granted.externalPort())
                        && !cutAddresses.contains(granted.externalIp())
                        && !cutHosts.contains(command.internal().internalIp());
        if (isSafe && clients.acknowledge(command, granted, node.nowNs())) {
            filters.onAcknowledged(command, granted);
        }
    }

    private boolean isOpen(InternalTuple internal, Granted granted) {
        return node.isOpen(internal, granted.externalIp(), granted.externalPort());
    }

    /** Everybody has what was promised and is not over. Returns how many. */
    int checkPromises() {
        Map<InternalTuple, Clients.Acknowledged> promised = clients.acknowledged(node.nowNs());
        promised.forEach((internal, a) ->
                assertTrue(
                        isOpen(internal, a.granted()), () -> "cut early: " + internal + " " + a));
        filters.check(promised.keySet());
        return promised.size();
    }

    /** A packet of a remote peer reached a host. */
    void onInbound(Packet packet, Packet origin) {
        if (clients.acknowledged(node.nowNs()).containsKey(packet.destination())) {
            filters.onInbound(packet, origin);
        }
    }

    void checkAnswered() {
        peers.checkAnswered();
        sets.checkAnswered();
        assertEquals(0, clients.unanswered(), "requests without an answer");
    }

    // ------------------------------------------------------------------ who may lose what

    /** A reservation may take this, of a lease that is there or comes. */
    void contest(InternalTuple internal, int externalPort) {
        contested.add(internal);
        contestedPorts.add(externalPort);
        List<InternalTuple> there =
                clients.acknowledged(node.nowNs()).entrySet().stream()
                        .filter(e ->
                                e.getKey().equals(internal)
                                        || e.getValue().granted().externalPort() == externalPort)
                        .map(Map.Entry::getKey)
                        .toList();
        there.forEach(clients::mayLose);
    }

    /** Staff end a lease, perhaps. */
    void drop(InternalTuple internal) {
        PortControl process = node.control;
        boolean taken =
                process.drop(
                        internal,
                        node.nowNs(),
                        node.wallMillis(),
                        _ -> {
                            clients.mayKeep(internal);
                            peers.onEnded(internal.internalIp());
                        });
        if (taken) {
            clients.mayLose(internal);
            peers.onEnding(internal.internalIp());
        }
    }

    /** Staff end all leases of an address, perhaps. */
    void release(int internalIp) {
        boolean taken =
                node.control.release(
                        internalIp,
                        node.nowNs(),
                        node.wallMillis(),
                        _ -> {
                            clients.mayKeep(internalIp);
                            peers.onEnded(internalIp);
                        });
        if (taken) {
            clients.mayLose(internalIp);
            peers.onEnding(internalIp);
        }
    }

    void moved(int internalIp) {
        clients.moved(internalIp);
        peers.onMoved(internalIp);
    }

    /** The node is gone; what staff reserved meanwhile comes first when it is back. */
    void nodeDied(List<Reservation> stored) {
        clients.serverDied(0);
        peers.nodeDied();
        sets.nodeDied();
        contested.clear();
        contestedPorts.clear();
        cutAddresses.clear();
        cutHosts.clear();
        stored.forEach(r -> contest(r.internal(), r.externalPort()));
    }

    /** Leases at an external address end from now on. */
    void cutAt(int externalIp) {
        cutAddresses.add(externalIp);
        peers.onCut(externalIp);
        clients.forget((_, granted) -> granted.externalIp() == externalIp);
    }

    /** The same for an internal address. */
    void cutHost(int internalIp) {
        cutHosts.add(internalIp);
        peers.onCut(internalIp);
        clients.forget((internal, _) -> internal.internalIp() == internalIp);
    }

    /**
     * The next start has these external addresses alone. Whoever has or had another one may have
     * lost the record of his pairing with it, and then all that goes by it.
     */
    void startsWith(List<Integer> addresses) {
        boolean isLess = !addresses.containsAll(node.addresses());
        BiPredicate<InternalTuple, Integer> mayLose =
                (internal, externalIp) -> {
                    long pairing = node.pairing(internal.internalIp());
                    boolean isPairedThere =
                            pairing != Directory.NONE
                                    && !Directory.isMoving(pairing)
                                    && externalIp
                                            == node.externalIp(Directory.addressIndex(pairing));
                    return isLess && !(isPairedThere && addresses.contains(externalIp));
                };
        clients.forget((internal, granted) -> mayLose.test(internal, granted.externalIp()));
        peers.forgetAt(mayLose);
        if (isLess) {
            // Who is on the move may be on record with an address that is gone, and not show it.
            externals.forgetRests();
        }
    }
}
