package org.portreeve.control;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.config.NatConfig;

/**
 * All sessions that PEERs keep, by five-tuple and by deadline. Bounded by the capacity for sessions
 * and, of one subscriber, by its quota of mappings. Event loop only.
 */
final class PeerBook {
    /** A place before all in the order. */
    static final PeerTuple BEFORE_ALL = new PeerTuple(InternalTuple.of(0, 0, 0), 0, 0);

    private static final int LANE = 0;

    private final NatConfig nat;
    private final Slots slots = new Slots();
    private final List<Optional<PeerLease>> bySlot = new ArrayList<>();
    private final Deadlines deadlines =
            new Deadlines(1, slot -> bySlot.get(slot).orElseThrow().deadlineNs());
    private final NavigableMap<PeerTuple, PeerLease> byPeer = new TreeMap<>();

    PeerBook(NatConfig nat) {
        this.nat = nat;
    }

    /** Whether the translator has no room for more. */
    boolean isFull() {
        return byPeer.size() >= (long) nat.capacity().sessions() * nat.shardCount();
    }

    /** Adds a lease of a session that has none. Its subscriber has counted it before. */
    void add(PeerLease lease) {
        PeerLease before = byPeer.put(lease.peer, lease);
        assert before == null : "a session got two leases";
        lease.slot = slots.take();
        if (lease.slot == bySlot.size()) {
            bySlot.add(Optional.of(lease));
        } else {
            bySlot.set(lease.slot, Optional.of(lease));
        }
        deadlines.arm(LANE, lease.slot);
    }

    void remove(PeerLease lease) {
        byPeer.remove(lease.peer);
        deadlines.disarm(LANE, lease.slot);
        bySlot.set(lease.slot, Optional.empty());
        slots.free(lease.slot);
        lease.slot = Slots.NONE;
    }

    /** Starts the timer again. */
    void arm(PeerLease lease) {
        deadlines.arm(LANE, lease.slot);
    }

    /** Stops the timer while something is under way with the session. */
    void disarm(PeerLease lease) {
        deadlines.disarm(LANE, lease.slot);
    }

    Optional<PeerLease> find(PeerTuple peer) {
        return Optional.ofNullable(byPeer.get(peer));
    }

    /** All leases of an internal tuple; as many as one subscriber may have. */
    Collection<PeerLease> of(InternalTuple internal) {
        return PeerTuple.of(internal, byPeer).values();
    }

    /** All leases of an internal address; as many as one subscriber may have. */
    Collection<PeerLease> ofHost(int internalIp) {
        return PeerTuple.ofHost(internalIp, byPeer).values();
    }

    /** The first leases after one place in the order, up to another of {@link LeaseBook#order}. */
    List<PeerLease> after(PeerTuple place, long lastOrder, int limit) {
        return Uncounted.stream(byPeer.tailMap(place, false).values())
                .takeWhile(lease -> LeaseBook.order(lease.peer.internal()) <= lastOrder)
                .limit(limit)
                .toList();
    }

    /** One whose deadline is over. */
    Optional<PeerLease> due(long nowNs) {
        int slot = deadlines.due(LANE, nowNs);
        return slot == Slots.NONE ? Optional.empty() : bySlot.get(slot);
    }

    int size() {
        return byPeer.size();
    }

    int slotCount() {
        return slots.count();
    }

    Optional<PeerLease> at(int slot) {
        return bySlot.get(slot);
    }

    /** Those at an external address, by its place in the pool; looks at all of them. */
    Stream<PeerLease> ofAddress(int addressIndex) {
        return byPeer.values().stream().filter(lease -> lease.addressIndex == addressIndex);
    }
}
