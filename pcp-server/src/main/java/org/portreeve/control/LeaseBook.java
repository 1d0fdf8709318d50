package org.portreeve.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.agrona.collections.Long2LongHashMap;
import org.portreeve.control.Lease.Owner;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.config.NatConfig;

/**
 * All leases in memory: in the order of their first internal tuples, which is also how staff see
 * them, by each external tuple, and by deadline. Numbers alone: what asks for a lease is given what
 * stands there at the moment. Some 130 octets for each with all that it is made of. Bounded by the
 * capacity for mappings. Event loop only.
 */
final class LeaseBook {
    private final NatConfig nat;
    private final LeaseTable table;
    private final Deadlines deadlines;
    private final LeaseOrder byInternal = new LeaseOrder();

    /** Slots, by {@link ExternalTuple#key}. */
    private final Long2LongHashMap byExternal = new Long2LongHashMap(Slots.NONE);

    private int sets;

    /** Begins without leases; the function tells subscribers by their index. */
    LeaseBook(NatConfig nat, IntFunction<Subscriber> subscribers) {
        this.nat = nat;
        this.table = new LeaseTable(subscribers);
        this.deadlines = new Deadlines(nat.shardCount(), table::deadlineNs);
    }

    /** Whether the translator has no room for more, so that nothing need be asked of it. */
    boolean isFull() {
        return byExternal.size() >= (long) nat.capacity().mappings() * nat.shardCount();
    }

    /** Adds a lease of a tuple that has none. Its subscriber has counted it before. */
    void add(Lease lease) {
        assert isFree(lease) : "an internal tuple got two leases";
        int slot = table.add(lease);
        deadlines.arm(shardOf(lease), slot);
        byInternal.add(lease.order(), slot);
        for (int i = 0; i < lease.size(); i++) {
            long other = byExternal.put(externalKey(lease, i), slot);
            assert other == Slots.NONE : "an external tuple got two owners";
        }
        sets += lease.isSet() ? 1 : 0;
    }

    private boolean isFree(Lease lease) {
        return lease.isSet()
                ? touching(lease.internal(), lease.size()).isEmpty()
                : find(lease.internal()).isEmpty();
    }

    void remove(Lease lease) {
        assert isThere(lease) : "a lease was removed twice";
        byInternal.remove(lease.order(), lease.slot());
        for (int i = 0; i < lease.size(); i++) {
            byExternal.remove(externalKey(lease, i));
        }
        sets -= lease.isSet() ? 1 : 0;
        deadlines.disarm(shardOf(lease), lease.slot());
        table.remove(lease.slot());
    }

    /** Takes what was made durable, and puts the timer right. Returns the lease as it is now. */
    Lease change(Lease lease, Owner owner, long deadlineNs) {
        assert isThere(lease) : "a lease was changed that is gone";
        table.change(lease.slot(), owner, deadlineNs);
        arm(lease);
        return lease.with(owner, deadlineNs);
    }

    private boolean isThere(Lease lease) {
        return table.isOf(lease.slot(), lease.internal());
    }

    /** Starts the timer again. */
    void arm(Lease lease) {
        assert isThere(lease) : "a lease's timer was started that is gone";
        deadlines.arm(shardOf(lease), lease.slot());
    }

    /** Stops the timer while something is under way with the tuple. */
    void disarm(Lease lease) {
        deadlines.disarm(shardOf(lease), lease.slot());
    }

    /** Whether a change of it is on its way into the journal. */
    boolean isRecording(Lease lease) {
        return table.isRecording(lease.slot());
    }

    void recording(Lease lease, boolean recording) {
        assert isThere(lease) : "a lease was marked that is gone";
        table.recording(lease.slot(), recording);
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
        int slot = byInternal.atOrBefore(order(internal));
        return slot == Slots.NONE
                ? Optional.empty()
                : Optional.of(table.lease(slot)).filter(lease -> lease.has(internal));
    }

    Optional<Lease> findExternal(int protocol, int addressIndex, int externalPort) {
        long key = ExternalTuple.key(protocol, addressIndex, externalPort);
        int slot = (int) byExternal.get(key);
        return slot == Slots.NONE ? Optional.empty() : Optional.of(table.lease(slot));
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
        List<Lease> found = new ArrayList<>();
        if (limit > 0) {
            byInternal.range(
                    afterOrder,
                    lastOrder,
                    slot -> {
                        found.add(table.lease(slot));
                        return found.size() < limit;
                    });
        }
        return found;
    }

    /** All leases of an internal address; as many as one subscriber may have. */
    List<Lease> ofHost(int internalIp) {
        return range(
                order(internalIp, 0, 0) - 1, order(internalIp, 255, 0xffff), Integer.MAX_VALUE);
    }

    /** A lease of a shard whose deadline is over. */
    Optional<Lease> due(int shard, long nowNs) {
        int slot = deadlines.due(shard, nowNs);
        return slot == Slots.NONE ? Optional.empty() : Optional.of(table.lease(slot));
    }

    int size() {
        return byInternal.size();
    }

    int slotCount() {
        return table.slotCount();
    }

    Optional<Lease> at(int slot) {
        return table.at(slot);
    }

    /** Those at an external address, by its place in the pool; looks at all of them. */
    Stream<Lease> ofAddress(int addressIndex) {
        return table.ofAddress(addressIndex);
    }

    private int shardOf(Lease lease) {
        return nat.shardOf(lease.addressIndex());
    }

    private static long externalKey(Lease lease, int i) {
        return ExternalTuple.key(lease.protocol(), lease.addressIndex(), lease.externalPort() + i);
    }
}
