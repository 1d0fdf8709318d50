package org.portreeve.control.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.portreeve.control.FilterChange;
import org.portreeve.control.MapCommand;
import org.portreeve.control.MapOutcome.Granted;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PeerFilter;
import org.portreeve.nat.shard.ShardAudit;
import org.portreeve.nat.shard.ShardAudit.Flow;

/**
 * Whom leases let in (RFC 6887 §13.3), as their owners were told: so it is from then on, after a
 * restart too, until somebody asks for the tuple again. Sessions that were there before go on.
 */
final class FilterWatch {
    private static final int MOST = 4;
    private static final int REMOTES = 64;

    /** Filters are for the ports before this one, or for all. */
    static final int PORTS = 9;

    private static final int AIMS = 64;
    private static final int PROBES = 24;
    private static final int[] PREFIX_LENGTHS = {32, 32, 31, 29, 26};

    private final SplittableRandom random;
    private final WholeNode node;
    private final Tally tally;
    private final Map<InternalTuple, Told> told = new HashMap<>();

    /** External tuples that had filters lately, in any order. */
    private final List<InternalTuple> lately = new ArrayList<>();

    /** What an owner was told, and who had a session then. */
    private record Told(Granted granted, List<PeerFilter> filters, List<Flow> before) {
        boolean admits(int remoteIp, int remotePort) {
            return filters.isEmpty()
                    || filters.stream().anyMatch(f -> f.admits(remoteIp, remotePort));
        }
    }

    FilterWatch(SplittableRandom random, WholeNode node, Tally tally) {
        this.random = random;
        this.node = node;
        this.tally = tally;
    }

    /** What the next request wants changed, often nothing. */
    FilterChange change() {
        if (random.nextInt(3) > 0) {
            return FilterChange.NONE;
        }
        FilterChange change = FilterChange.NONE;
        if (random.nextInt(3) > 0) {
            change = change.thenRemoveAll();
        }
        for (int left = random.nextInt(MOST); left > 0; left--) {
            change = change.thenAdd(filter());
        }
        return change;
    }

    private PeerFilter filter() {
        int length = PREFIX_LENGTHS[random.nextInt(PREFIX_LENGTHS.length)];
        return PeerFilter.of(Knobs.REMOTE + random.nextInt(REMOTES), length, random.nextInt(PORTS));
    }

    /** Somebody asks for the tuple: what it lets in may become another. */
    void onAsked(InternalTuple internal) {
        told.remove(internal);
    }

    /** What was asked is so. */
    void onGranted(MapCommand command, Granted granted) {
        InternalTuple internal = command.internal();
        ShardAudit audit = auditOf(granted);
        for (PeerFilter filter : command.filters().added()) {
            int port = filter.remotePort() == 0 ? 1 : filter.remotePort();
            assertTrue(
                    audit.admits(internal, filter.remote().network(), port),
                    () -> "acknowledged and not let in: " + filter + " by " + internal);
        }
    }

    /** What was granted may be relied on; no other request of the tuple is under way. */
    void onAcknowledged(MapCommand command, Granted granted) {
        FilterChange change = command.filters();
        if (change.removesAll()) {
            InternalTuple internal = command.internal();
            List<PeerFilter> filters = change.added().stream().distinct().toList();
            told.put(internal, new Told(granted, filters, flows(internal, granted)));
            tally.filters += filters.size();
            if (!filters.isEmpty()) {
                remember(internal.protocol(), granted);
            }
            check(internal);
        }
    }

    private void remember(int protocol, Granted granted) {
        var external = InternalTuple.of(protocol, granted.externalIp(), granted.externalPort());
        if (lately.size() < AIMS) {
            lately.add(external);
        } else {
            lately.set(random.nextInt(AIMS), external);
        }
    }

    /** Where strangers find that only some are let in. */
    Optional<InternalTuple> aim() {
        return lately.isEmpty()
                ? Optional.empty()
                : Optional.of(lately.get(random.nextInt(lately.size())));
    }

    /** Each of these leases lets in whom it is to let in. */
    void check(Iterable<InternalTuple> promised) {
        promised.forEach(this::check);
    }

    private void check(InternalTuple internal) {
        Told what = told.get(internal);
        if (what == null) {
            return;
        }
        ShardAudit audit = auditOf(what.granted);
        assertEquals(what.filters.size(), audit.filters(internal), () -> "filters of " + internal);
        for (int probe = 0; probe < PROBES; probe++) {
            int remoteIp = Knobs.REMOTE + probe * REMOTES / PROBES;
            int remotePort = 1 + probe % PORTS;
            assertEquals(
                    what.admits(remoteIp, remotePort),
                    audit.admits(internal, remoteIp, remotePort),
                    () -> internal + " should have " + what.filters);
        }
    }

    /** A packet of a remote peer reached a host; its lease is in force when it has one. */
    void onInbound(Packet packet, Packet origin) {
        InternalTuple internal = packet.destination();
        Told what = told.get(internal);
        int remoteIp = origin.sourceIp();
        int remotePort = origin.sourcePort();
        boolean isThere =
                what != null
                        && what.granted.externalIp() == origin.destinationIp()
                        && what.granted.externalPort() == origin.destinationPort();
        if (isThere && !what.admits(remoteIp, remotePort)) {
            Optional<Flow> flow =
                    flows(internal, what.granted).stream()
                            .filter(f -> f.isWith(remoteIp, remotePort))
                            .findFirst();
            boolean isOwn = flow.filter(Flow::isWanted).isPresent();
            assertTrue(
                    isOwn || what.before.stream().anyMatch(f -> f.isWith(remoteIp, remotePort)),
                    () -> "let in past " + what.filters + ": " + origin);
        }
    }

    private ShardAudit auditOf(Granted granted) {
        return node.auditOf(node.addressIndex(granted.externalIp()));
    }

    private List<Flow> flows(InternalTuple internal, Granted granted) {
        int addressIndex = node.addressIndex(granted.externalIp());
        return auditOf(granted).flows(internal, addressIndex, granted.externalPort());
    }
}
