package org.portreeve.control;

import java.util.OptionalInt;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.config.Pool.Allocation;
import org.portreeve.nat.port.DeterministicRanges;
import org.portreeve.nat.port.PortLayout;

/**
 * Which external address a subscriber gets that has none (RFC 6888 REQ-2): the one that the pool
 * computes, else that of its reservations, else the one that its request suggests, where that is
 * honoured (RFC 6887 §11.3), else the one with the fewest subscribers. Event loop only.
 */
final class AddressChoice {
    private final ControlState state;
    private final DeterministicRanges ranges;
    private final AddressLoads loads;

    /** How many subscribers an address may have before suggestions of it are not honoured. */
    private final int room;

    AddressChoice(ControlState state) {
        this.state = state;
        this.ranges = new DeterministicRanges(state.nat.inside(), state.nat.pool());
        this.loads = new AddressLoads(state.pool);
        this.room = room(state.nat);
    }

    /**
     * As many subscribers as an address can serve all at a time, whatever each asks for: those that
     * incoming ports are kept for, and those whose traffic finds a block. More come when others are
     * as full, but not because they wish to.
     */
    private static int room(NatConfig nat) {
        Pool pool = nat.pool();
        int served =
                switch (pool.allocation()) {
                    case Allocation.Blocks _ -> new PortLayout(nat).leasableBlocks();
                    case Allocation.Dynamic _, Allocation.Deterministic _ -> pool.ports().size();
                };
        return pool.kept().perSubscriber() == 0
                ? served
                : Math.min(served, pool.kept().subscribers());
    }

    /** How many subscribers each address has. */
    AddressLoads loads() {
        return loads;
    }

    /** The address that an unpaired subscriber would get that suggests none. */
    int likely(long subscriberKey) {
        return settled(subscriberKey).orElseGet(loads::least);
    }

    /**
     * The address that an unpaired subscriber would get because it suggests it; empty when what it
     * suggests says nothing.
     *
     * @param suggestedIp 0 for none
     */
    OptionalInt honoured(long subscriberKey, int suggestedIp) {
        int addressIndex = state.addressIndex(suggestedIp);
        boolean isHonoured =
                addressIndex != ControlState.NO_ADDRESS
                        && state.subscribers.profileOf(subscriberKey).map().honoursAddress()
                        && loads.isInUse(addressIndex)
                        && loads.of(addressIndex) < room
                        && settled(subscriberKey).isEmpty();
        return isHonoured ? OptionalInt.of(addressIndex) : OptionalInt.empty();
    }

    /** Where a subscriber has to be, whatever it suggests and however many are there. */
    private OptionalInt settled(long subscriberKey) {
        OptionalInt computed = computed(subscriberKey);
        OptionalInt fixed =
                computed.isPresent() ? computed : state.statics.addressIndexOf(subscriberKey);
        boolean isStaying = fixed.isPresent() && !state.pool.isLeaving(fixed.getAsInt());
        return isStaying ? fixed : OptionalInt.empty();
    }

    /**
     * The address that the pool computes for a subscriber, from its first internal address; empty
     * when the pool is not deterministic (RFC 7422 §2).
     */
    OptionalInt computed(long subscriberKey) {
        if (ranges.rangePorts() == 0) {
            return OptionalInt.empty();
        }
        return state.subscribers.prefixesOf(subscriberKey).stream()
                .mapToInt(prefix -> ranges.addressIndex(prefix.network()))
                .filter(addressIndex -> addressIndex != DeterministicRanges.NONE)
                .findFirst();
    }
}
