package org.portreeve.control;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.config.NatConfig;

/**
 * All leases in memory, by internal tuple, by external tuple, by deadline and in the order that
 * staff see. About 400 octets for each. Bounded by the capacity for mappings. Event loop only.
 */
final class LeaseBook {
    private final NatConfig nat;
    private final DeadlineBook<Lease> deadlines;
    private final Map<InternalTuple, Lease> byInternal = new HashMap<>();
    private final Map<Long, Lease> byExternal = new HashMap<>();
    private final NavigableMap<Long, Lease> byOrder = new TreeMap<>();

    LeaseBook(NatConfig nat) {
        this.nat = nat;
        this.deadlines = new DeadlineBook<>(nat.shardCount());
    }

    /** Whether the translator has no room for more, so that nothing need be asked of it. */
    boolean isFull() {
        return byInternal.size() >= (long) nat.capacity().mappings() * nat.shardCount();
    }

    /** Adds a lease of a tuple that has none. Its subscriber has counted it before. */
    void add(Lease lease) {
        Lease before = byInternal.put(lease.internal, lease);
        Lease other = byExternal.put(externalKey(lease), lease);
        assert before == null : "an internal tuple got two leases";
        assert other == null : "an external tuple got two owners";
        byOrder.put(order(lease.internal), lease);
        deadlines.add(shardOf(lease), lease);
    }

    void remove(Lease lease) {
        byInternal.remove(lease.internal);
        byExternal.remove(externalKey(lease));
        byOrder.remove(order(lease.internal));
        deadlines.remove(shardOf(lease), lease);
    }

    /** Puts the timer right after the lease changed, or starts it again. */
    void changed(Lease lease) {
        deadlines.arm(shardOf(lease), lease);
    }

    /** Stops the timer while something is under way with the tuple. */
    void disarm(Lease lease) {
        deadlines.disarm(shardOf(lease), lease);
    }

    Optional<Lease> find(InternalTuple internal) {
        return Optional.ofNullable(byInternal.get(internal));
    }

    Optional<Lease> findExternal(int protocol, int addressIndex, int externalPort) {
        long key = ExternalTuple.key(protocol, addressIndex, externalPort);
        return Optional.ofNullable(byExternal.get(key));
    }

    /** The place of an internal tuple in the order of internal address, protocol and port. */
    static long order(InternalTuple internal) {
        return order(internal.internalIp(), internal.protocol(), internal.internalPort());
    }

    /** The same for its parts; at least 0. */
    static long order(int internalIp, int protocol, int internalPort) {
        return (internalIp & 0xffff_ffffL) << 24 | protocol << 16 | internalPort;
    }

    /** The first leases after one place in the order, up to another. */
    List<Lease> range(long afterOrder, long lastOrder, int limit) {
        return byOrder.subMap(afterOrder, false, lastOrder, true).values().stream()
                .limit(limit)
                .toList();
    }

    /** All leases of an internal address; as many as one subscriber may have. */
    List<Lease> ofHost(int internalIp) {
        return range(
                order(internalIp, 0, 0) - 1, order(internalIp, 255, 0xffff), Integer.MAX_VALUE);
    }

    /** A lease of a shard whose deadline is over. */
    Optional<Lease> due(int shard, long nowNs) {
        return deadlines.due(shard, nowNs);
    }

    int size() {
        return byInternal.size();
    }

    int slotCount() {
        return deadlines.slotCount();
    }

    Optional<Lease> at(int slot) {
        return deadlines.at(slot);
    }

    private int shardOf(Lease lease) {
        return nat.shardOf(lease.addressIndex);
    }

    private static long externalKey(Lease lease) {
        return ExternalTuple.key(lease.internal.protocol(), lease.addressIndex, lease.externalPort);
    }
}
