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
 *  2       how many ports
 *  4, 2    client's address, its port
 *  1       origin
 * </pre>
 */
final class LeaseTable {
    private static final int SIZE = Rows.OWN;
    private static final int CLIENT_IP = 40;
    private static final int CLIENT_PORT = 44;
    private static final int ORIGIN = 46;
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
        int slot =
                rows.add(
                        lease.internal(),
                        lease.subscriber(),
                        lease.addressIndex(),
                        lease.externalPort(),
                        lease.owner().nonce(),
                        lease.deadlineNs());
        rows.piece(slot).putShort(rows.offset(slot) + SIZE, (short) lease.size());
        change(slot, lease.owner(), lease.deadlineNs());
        return slot;
    }

    /** Gives a lease another owner and deadline. */
    void change(int slot, Lease.Owner owner, long deadlineNs) {
        assert rows.isInUse(slot) : "a slot without a lease";
        ByteBuffer row = rows.piece(slot);
        int at = rows.offset(slot);
        rows.deadlineNs(slot, deadlineNs);
        rows.nonce(slot, owner.nonce());
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
                rows.internal(slot),
                subscribers.apply(rows.subscriber(slot)),
                rows.addressIndex(slot),
                rows.externalPort(slot),
                Short.toUnsignedInt(row.getShort(at + SIZE)),
                owner(slot, row, at),
                rows.deadlineNs(slot));
    }

    private Lease.Owner owner(int slot, ByteBuffer row, int at) {
        return new Lease.Owner(
                rows.nonce(slot),
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
        return rows.isInUse(slot) && rows.internal(slot).equals(first);
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
