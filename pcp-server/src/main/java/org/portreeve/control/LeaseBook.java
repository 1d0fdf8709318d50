package org.portreeve.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.agrona.collections.Long2LongHashMap;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.config.NatConfig;

/**
 * All leases in memory: in the order of their first internal tuples, which is also how staff see
 * them, by each external tuple, and by deadline. Some 150 octets for each with all that it is made
 * of. Bounded by the capacity for mappings. Event loop only.
 */
final class LeaseBook {
    private final NatConfig nat;
    private final DeadlineBook<Lease> deadlines;
    private final LeaseOrder byInternal;

    /** The slots of {@link #deadlines}: the collector has no need to look through numbers. */
    private final Long2LongHashMap byExternal = new Long2LongHashMap(Booked.NONE);

    private int sets;

    LeaseBook(NatConfig nat) {
        this.nat = nat;
        this.deadlines = new DeadlineBook<>(nat.shardCount());
        this.byInternal = new LeaseOrder(slot -> deadlines.at(slot).orElseThrow());
    }

    /** Whether the translator has no room for more, so that nothing need be asked of it. */
    boolean isFull() {
        return byExternal.size() >= (long) nat.capacity().mappings() * nat.shardCount();
    }

    /** Adds a lease of a tuple that has none. Its subscriber has counted it before. */
    void add(Lease lease) {
        assert isFree(lease) : "an internal tuple got two leases";
        deadlines.add(shardOf(lease), lease);
        byInternal.add(lease);
        for (int i = 0; i < lease.size(); i++) {
            long other = byExternal.put(externalKey(lease, i), lease.slot);
            assert other == Booked.NONE : "an external tuple got two owners";
        }
        sets += lease.isSet() ? 1 : 0;
    }

    private boolean isFree(Lease lease) {
        return lease.isSet()
                ? touching(lease.internal(), lease.size()).isEmpty()
                : find(lease.internal()).isEmpty();
    }

    void remove(Lease lease) {
        byInternal.remove(lease);
        for (int i = 0; i < lease.size(); i++) {
            byExternal.remove(externalKey(lease, i));
        }
        sets -= lease.isSet() ? 1 : 0;
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

    /** Whether one of the leases is a set. */
    boolean hasSets() {
        return sets > 0;
    }

    /** The leases that have one of so many internal ports, by port. */
    List<Lease> touching(InternalTuple first, int size) {
        long order = order(first);
        List<Lease> found = new ArrayList<>();
        find(first).filter(lease -> lease.order() < order).ifPresent(found::add);
        found.addAll(range(order - 1, order + size - 1, Integer.MAX_VALUE));
        return found;
    }

    /** The lease that an internal tuple is one of. */
    Optional<Lease> find(InternalTuple internal) {
        return byInternal.atOrBefore(order(internal)).filter(lease -> lease.has(internal));
    }

    Optional<Lease> findExternal(int protocol, int addressIndex, int externalPort) {
        long key = ExternalTuple.key(protocol, addressIndex, externalPort);
        int slot = (int) byExternal.get(key);
        return slot == Booked.NONE ? Optional.empty() : deadlines.at(slot);
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
        return byInternal.range(afterOrder, lastOrder, limit);
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

    private static long externalKey(Lease lease, int i) {
        return ExternalTuple.key(lease.protocol(), lease.addressIndex, lease.externalPort() + i);
    }
}
