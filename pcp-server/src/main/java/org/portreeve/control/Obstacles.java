package org.portreeve.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.portreeve.control.reservation.Conflict;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.shard.ShardOutcome;

/**
 * What stands in the way of a reservation: from the books at once, and what the translator alone
 * knows from its answer about the port. Reads only; event loop only.
 */
final class Obstacles {
    /** A reservation that changes nothing of another one. */
    static final long NONE_REPLACED = 0;

    private final ControlState state;

    Obstacles(ControlState state) {
        this.state = state;
    }

    /**
     * What a reservation wants.
     *
     * @param subscriberKey whose internal address it is
     * @param replaced the id of the reservation that is not in its own way
     */
    record Wanted(
            InternalTuple internal,
            long subscriberKey,
            int externalIp,
            int externalPort,
            long replaced) {}

    /** What the books know. */
    List<Conflict> inBooks(Wanted wanted) {
        List<Conflict> conflicts = new ArrayList<>();
        pairing(wanted).ifPresent(conflicts::add);
        reservations(wanted, conflicts);
        internalLease(wanted).ifPresent(conflicts::add);
        int addressIndex = state.addressIndex(wanted.externalIp);
        if (addressIndex >= 0) {
            externalLease(wanted, addressIndex).ifPresent(conflicts::add);
            rest(wanted, addressIndex).ifPresent(conflicts::add);
            block(wanted, addressIndex).ifPresent(conflicts::add);
        }
        return conflicts;
    }

    /** The lease at the external tuple or of the internal tuple, the same one perhaps. */
    Optional<Lease> lease(Wanted wanted) {
        int addressIndex = state.addressIndex(wanted.externalIp);
        int protocol = wanted.internal.protocol();
        return state.leases
                .findExternal(protocol, addressIndex, wanted.externalPort)
                .or(() -> state.leases.find(wanted.internal));
    }

    /** Whether a lease is what the reservation will be, so that it only changes its kind. */
    boolean isSame(Wanted wanted, Lease lease) {
        return !lease.isSet()
                && lease.internal().equals(wanted.internal)
                && lease.externalPort() == wanted.externalPort
                && state.externalIp(lease.addressIndex()) == wanted.externalIp;
    }

    /** Whether a reservation has these tuples already, in force or not. */
    boolean isUnchanged(Wanted wanted) {
        return own(wanted).filter(m -> m.internal().equals(wanted.internal)).isPresent();
    }

    /** What the translator says of the port, as far as the books did not know it. */
    List<Conflict> inShard(Wanted wanted, ShardOutcome.PortUse use) {
        List<Conflict> conflicts = new ArrayList<>();
        switch (use.holding()) {
            case FREE -> foreignBlock(wanted, use).ifPresent(conflicts::add);
            case IMPLICIT -> conflicts.add(new Conflict.PortInUse(nameOf(use.holder())));
            case EXPLICIT, STATIC -> {
                if (!isBooked(wanted)) {
                    conflicts.add(new Conflict.PortInUse(nameOf(use.holder())));
                }
            }
            case RESTING -> {
                if (!isResting(wanted) && use.holder() != indexOf(wanted.subscriberKey)) {
                    conflicts.add(
                            new Conflict.PortResting(nameOf(use.holder()), OptionalLong.empty()));
                }
                foreignBlock(wanted, use).ifPresent(conflicts::add);
            }
        }
        return conflicts;
    }

    /**
     * The sessions that PEERs keep at the external tuple, where that subscriber has it, or of the
     * internal tuple elsewhere; as many as one subscriber, or two, may have.
     */
    List<PeerLease> peers(Wanted wanted, int holder) {
        List<PeerLease> found = new ArrayList<>();
        state.peers.of(wanted.internal).stream()
                .filter(lease -> !isAt(wanted, lease))
                .forEach(found::add);
        row(holder)
                .ifPresent(subscriber -> {
                    for (int i = 0; i < subscriber.addressCount(); i++) {
                        state.peers.ofHost(subscriber.address(i)).stream()
                                .filter(lease -> !lease.peer.internal().equals(wanted.internal))
                                .filter(lease -> isAt(wanted, lease))
                                .forEach(found::add);
                    }
                });
        return found;
    }

    private boolean isAt(Wanted wanted, PeerLease lease) {
        return lease.peer.internal().protocol() == wanted.internal.protocol()
                && lease.externalPort == wanted.externalPort
                && state.externalIp(lease.addressIndex) == wanted.externalIp;
    }

    private int indexOf(long subscriberKey) {
        return state.subscribers.find(subscriberKey).map(s -> s.index).orElse(BlockBook.NOBODY);
    }

    /** The reservation that is looked at, when it has the wanted external tuple. */
    private Optional<StaticMapping> own(Wanted wanted) {
        return state.statics
                .book()
                .findExternal(wanted.internal.protocol(), wanted.externalIp, wanted.externalPort)
                .filter(m -> m.reservation().id() == wanted.replaced);
    }

    private Optional<Conflict> pairing(Wanted wanted) {
        int addressIndex =
                state.subscribers
                        .find(wanted.subscriberKey)
                        .map(state.pairings::likely)
                        .orElseGet(() -> state.pairings.choice().likely(wanted.subscriberKey));
        boolean isPaired =
                state.subscribers
                                .find(wanted.subscriberKey)
                                .filter(s -> s.pairing != Subscriber.Pairing.NONE)
                                .isPresent()
                        || state.pairings.choice().computed(wanted.subscriberKey).isPresent();
        boolean fits = state.externalIp(addressIndex) == wanted.externalIp;
        return fits || (!isPaired && state.addressIndex(wanted.externalIp) >= 0)
                ? Optional.empty()
                : Optional.of(
                        new Conflict.PairedElsewhere(
                                state.subscribers.id(wanted.subscriberKey),
                                state.externalIp(addressIndex)));
    }

    private void reservations(Wanted wanted, List<Conflict> conflicts) {
        StaticBook book = state.statics.book();
        book.findExternal(wanted.internal.protocol(), wanted.externalIp, wanted.externalPort)
                .filter(m -> m.reservation().id() != wanted.replaced)
                .map(m -> new Conflict.PortReserved(m.reservation().id(), m.internal()))
                .ifPresent(conflicts::add);
        book.find(wanted.internal)
                .filter(m -> m.reservation().id() != wanted.replaced)
                .map(StaticMapping::reservation)
                .map(r -> new Conflict.InternalReserved(r.id(), r.externalIp(), r.externalPort()))
                .ifPresent(conflicts::add);
    }

    private Optional<Conflict> internalLease(Wanted wanted) {
        return state.leases
                .find(wanted.internal)
                .filter(lease -> !isSame(wanted, lease))
                .map(lease ->
                        new Conflict.InternalLeased(
                                state.externalIp(lease.addressIndex()),
                                lease.externalPort(),
                                lease.owner().origin().shown(),
                                state.wallMillisOf(lease.deadlineNs())));
    }

    private Optional<Conflict> externalLease(Wanted wanted, int addressIndex) {
        return state.leases
                .findExternal(wanted.internal.protocol(), addressIndex, wanted.externalPort)
                .filter(lease -> !lease.internal().equals(wanted.internal))
                .map(lease ->
                        new Conflict.PortLeased(
                                state.subscribers.id(lease.subscriber()),
                                lease.internal(),
                                lease.owner().origin().shown(),
                                lease.owner().description(),
                                state.wallMillisOf(lease.deadlineNs())));
    }

    private Optional<Conflict> rest(Wanted wanted, int addressIndex) {
        return state.holds
                .findExternal(wanted.internal.protocol(), addressIndex, wanted.externalPort)
                .filter(hold -> !hold.internal().equals(wanted.internal))
                .map(hold ->
                        new Conflict.PortResting(
                                state.subscribers.id(hold.subscriber()),
                                OptionalLong.of(state.wallMillisOf(hold.deadlineNs()))));
    }

    private Optional<Conflict> block(Wanted wanted, int addressIndex) {
        int size = state.nat.pool().block().size();
        int firstPort = wanted.externalPort / size * size;
        int owner = state.blocks.ownerOf(addressIndex, firstPort);
        boolean isOwn =
                owner == BlockBook.NOBODY
                        || state.subscribers.at(owner).key == wanted.subscriberKey
                        || own(wanted).filter(StaticMapping::hasPort).isPresent();
        return isOwn
                ? Optional.empty()
                : Optional.of(
                        new Conflict.BlockHeld(nameOf(owner), firstPort, firstPort + size - 1));
    }

    private Optional<Conflict> foreignBlock(Wanted wanted, ShardOutcome.PortUse use) {
        int own = indexOf(wanted.subscriberKey);
        int addressIndex = state.addressIndex(wanted.externalIp);
        boolean isForeign = use.blockOwner() >= 0 && use.blockOwner() != own;
        int size = state.nat.pool().block().size();
        int firstPort = wanted.externalPort / size * size;
        return isForeign && block(wanted, addressIndex).isEmpty()
                ? Optional.of(
                        new Conflict.BlockHeld(
                                nameOf(use.blockOwner()), firstPort, firstPort + size - 1))
                : Optional.empty();
    }

    private boolean isBooked(Wanted wanted) {
        int protocol = wanted.internal.protocol();
        int addressIndex = state.addressIndex(wanted.externalIp);
        return state.leases.findExternal(protocol, addressIndex, wanted.externalPort).isPresent()
                || state.statics
                        .book()
                        .findExternal(protocol, wanted.externalIp, wanted.externalPort)
                        .isPresent();
    }

    private boolean isResting(Wanted wanted) {
        int addressIndex = state.addressIndex(wanted.externalIp);
        return state.holds
                .findExternal(wanted.internal.protocol(), addressIndex, wanted.externalPort)
                .isPresent();
    }

    private String nameOf(int subscriberIndex) {
        return row(subscriberIndex).map(state.subscribers::id).orElse("");
    }

    private Optional<Subscriber> row(int subscriberIndex) {
        return subscriberIndex < 0 || subscriberIndex >= state.subscribers.slotCount()
                ? Optional.empty()
                : state.subscribers.slot(subscriberIndex);
    }
}
