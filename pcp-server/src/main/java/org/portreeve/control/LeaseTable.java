package org.portreeve.control;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.agrona.collections.Int2ObjectHashMap;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PeerFilter;

/**
 * Leases as octets, 48 for each; names and filters, which few have, beside them. Event loop only.
 *
 * <pre>
 *  octets  of a row, after those of {@link Rows}
 *  1, 1    protocol, origin
 *  1       -
 *  8, 4    nonce
 *  4, 2    client's address, its port
 *  2, 4    first internal port, internal address
 *  4       index of the subscriber
 *  2, 2    first external port, how many ports
 * </pre>
 */
final class LeaseTable {
    private static final int PROTOCOL = Rows.OWN;
    private static final int ORIGIN = 14;
    private static final int NONCE_HIGH = 16;
    private static final int NONCE_LOW = 24;
    private static final int CLIENT_IP = 28;
    private static final int CLIENT_PORT = 32;
    private static final int INTERNAL_PORT = 34;
    private static final int INTERNAL_IP = 36;
    private static final int SUBSCRIBER = 40;
    private static final int EXTERNAL_PORT = 44;
    private static final int SIZE = 46;
    private static final int ROW_BYTES = 48;

    private static final int INSISTS = 2;

    /** A change of it is on its way into the journal. */
    private static final int RECORDING = 4;

    private static final int HAS_DESCRIPTION = 8;
    private static final int HAS_FILTERS = 16;

    private final IntFunction<Subscriber> subscribers;
    private final Rows rows = new Rows(ROW_BYTES);
    private final Int2ObjectHashMap<String> descriptions = new Int2ObjectHashMap<>();
    private final Int2ObjectHashMap<List<PeerFilter>> filters = new Int2ObjectHashMap<>();

    /** Begins without leases; the function tells subscribers by their index. */
    LeaseTable(IntFunction<Subscriber> subscribers) {
        this.subscribers = subscribers;
    }

    /** Takes a lease and returns its slot. */
    int add(Lease lease) {
        assert lease.internal().realm() == InternalTuple.DEFAULT_REALM
                : "a realm that nobody keeps";
        int slot = rows.add(lease.addressIndex(), lease.deadlineNs());
        ByteBuffer row = rows.piece(slot);
        int at = rows.offset(slot);
        row.putInt(at + INTERNAL_IP, lease.internal().internalIp());
        row.putShort(at + INTERNAL_PORT, (short) lease.internal().internalPort());
        row.put(at + PROTOCOL, (byte) lease.protocol());
        row.putShort(at + EXTERNAL_PORT, (short) lease.externalPort());
        row.putShort(at + SIZE, (short) lease.size());
        row.putInt(at + SUBSCRIBER, lease.subscriber().index);
        change(slot, lease.owner(), lease.deadlineNs());
        return slot;
    }

    /** Gives a lease another owner and deadline. */
    void change(int slot, Lease.Owner owner, long deadlineNs) {
        assert rows.isInUse(slot) : "a slot without a lease";
        ByteBuffer row = rows.piece(slot);
        int at = rows.offset(slot);
        rows.deadlineNs(slot, deadlineNs);
        row.putLong(at + NONCE_HIGH, owner.nonce().high());
        row.putInt(at + NONCE_LOW, owner.nonce().low());
        row.putInt(at + CLIENT_IP, owner.clientIp());
        row.putShort(at + CLIENT_PORT, (short) owner.clientPort());
        row.put(at + ORIGIN, (byte) owner.origin().code());
        rows.mark(slot, INSISTS, owner.insists());
        describe(slot, owner.description());
        filter(slot, owner.filters());
    }

    private void describe(int slot, String description) {
        boolean has = !description.isEmpty();
        // What stays is not written: the collector looks through what changed in old objects.
        if (has && !description.equals(description(slot))) {
            descriptions.put(slot, description);
        } else if (!has && rows.isMarked(slot, HAS_DESCRIPTION)) {
            descriptions.remove(slot);
        }
        rows.mark(slot, HAS_DESCRIPTION, has);
    }

    private void filter(int slot, List<PeerFilter> others) {
        boolean has = !others.isEmpty();
        if (has && !others.equals(filters(slot))) {
            filters.put(slot, others);
        } else if (!has && rows.isMarked(slot, HAS_FILTERS)) {
            filters.remove(slot);
        }
        rows.mark(slot, HAS_FILTERS, has);
    }

    /** Gives back the row of a lease. */
    void remove(int slot) {
        describe(slot, Description.NONE);
        filter(slot, List.of());
        rows.remove(slot);
    }

    /** The lease of a slot that is in use. */
    Lease lease(int slot) {
        assert rows.isInUse(slot) : "a slot without a lease";
        ByteBuffer row = rows.piece(slot);
        int at = rows.offset(slot);
        return new Lease(
                slot,
                InternalTuple.of(
                        Byte.toUnsignedInt(row.get(at + PROTOCOL)),
                        row.getInt(at + INTERNAL_IP),
                        Short.toUnsignedInt(row.getShort(at + INTERNAL_PORT))),
                subscribers.apply(row.getInt(at + SUBSCRIBER)),
                rows.addressIndex(slot),
                Short.toUnsignedInt(row.getShort(at + EXTERNAL_PORT)),
                Short.toUnsignedInt(row.getShort(at + SIZE)),
                owner(slot, row, at),
                rows.deadlineNs(slot));
    }

    private Lease.Owner owner(int slot, ByteBuffer row, int at) {
        return new Lease.Owner(
                new Nonce(row.getLong(at + NONCE_HIGH), row.getInt(at + NONCE_LOW)),
                LeaseOrigin.of(row.get(at + ORIGIN)).orElseThrow(),
                row.getInt(at + CLIENT_IP),
                Short.toUnsignedInt(row.getShort(at + CLIENT_PORT)),
                description(slot),
                filters(slot),
                rows.isMarked(slot, INSISTS));
    }

    private String description(int slot) {
        return rows.isMarked(slot, HAS_DESCRIPTION) ? descriptions.get(slot) : Description.NONE;
    }

    private List<PeerFilter> filters(int slot) {
        return rows.isMarked(slot, HAS_FILTERS) ? filters.get(slot) : List.of();
    }

    /** Whether the slot has the lease whose first tuple this is. */
    boolean isOf(int slot, InternalTuple first) {
        ByteBuffer row = rows.piece(slot);
        int at = rows.offset(slot);
        return rows.isInUse(slot)
                && row.getInt(at + INTERNAL_IP) == first.internalIp()
                && row.getShort(at + INTERNAL_PORT) == (short) first.internalPort()
                && row.get(at + PROTOCOL) == (byte) first.protocol();
    }

    /** The lease of a slot, if it is in use. */
    Optional<Lease> at(int slot) {
        return rows.isInUse(slot) ? Optional.of(lease(slot)) : Optional.empty();
    }

    long deadlineNs(int slot) {
        return rows.deadlineNs(slot);
    }

    /** The leases at an external address; looks at all of them. */
    Stream<Lease> ofAddress(int addressIndex) {
        return rows.at(addressIndex).mapToObj(this::lease);
    }

    boolean isRecording(int slot) {
        return rows.isMarked(slot, RECORDING);
    }

    void recording(int slot, boolean recording) {
        rows.mark(slot, RECORDING, recording);
    }

    /** Slots in use and free ones between them. */
    int slotCount() {
        return rows.slotCount();
    }
}
