package org.portreeve.control;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.NatConfig;

/**
 * All leases in memory, by internal tuple, by external tuple and by deadline. About 300 octets for
 * each. Bounded by the capacity for mappings. Event loop only.
 */
final class LeaseBook {
    private final NatConfig nat;
    private final DeadlineBook<Lease> deadlines;
    private final Map<InternalTuple, Lease> byInternal = new HashMap<>();
    private final Map<Long, Lease> byExternal = new HashMap<>();

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
        deadlines.add(shardOf(lease), lease);
    }

    void remove(Lease lease) {
        byInternal.remove(lease.internal);
        byExternal.remove(externalKey(lease));
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

    /** A lease of a shard whose deadline is over. */
    Optional<Lease> due(int shard, long nowNs) {
        return deadlines.due(shard, nowNs);
    }

    long nextDeadlineNs(long limitNs) {
        return deadlines.nextDeadlineNs(limitNs);
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
