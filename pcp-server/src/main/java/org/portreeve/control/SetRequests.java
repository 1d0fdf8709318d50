package org.portreeve.control;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.portreeve.control.Waiting.Wish;
import org.portreeve.control.policy.MapPolicy;
import org.portreeve.control.policy.MapPolicy.SetLimits;
import org.portreeve.control.policy.NoncePolicy;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PortRange;

/**
 * What requests come to that are about several ports, or about one port of a set (RFC 7753 §4.4): a
 * request that touches mappings refreshes each of them, as if each had been asked for; only one
 * that touches none makes a set. What touches each other waits for each other. Event loop only.
 */
final class SetRequests {
    private final ControlState state;

    /**
     * What makes a set now, by the order of the first internal tuples; no two are about the same
     * port. Bounded by the places at shards.
     */
    private final NavigableMap<Long, MapCommand> begun = new TreeMap<>();

    SetRequests(ControlState state) {
        this.state = state;
    }

    /** Whether a request is more than one about a port by itself. */
    boolean concerns(MapCommand command) {
        return !command.set().isOne()
                || isBegun(command.internal())
                || (state.leases.hasSets()
                        && state.leases.find(command.internal()).filter(Lease::isSet).isPresent());
    }

    /** Whether a set is being made that has this tuple, not as its first. */
    boolean isBegun(InternalTuple internal) {
        return !begun.isEmpty() && !firstOf(internal).equals(internal);
    }

    /** The first tuple of the set being made that has this one; itself where there is none. */
    private InternalTuple firstOf(InternalTuple internal) {
        long order = LeaseBook.order(internal);
        return Optional.ofNullable(begun.floorEntry(order))
                .filter(e -> order - e.getKey() < e.getValue().set().size())
                .map(e -> e.getValue().internal())
                .orElse(internal);
    }

    /** The tuple of an operation under way that a request has to wait for. */
    Optional<InternalTuple> inTheWay(MapCommand command, Predicate<InternalTuple> isBusy) {
        for (Lease lease : touched(command)) {
            InternalTuple internal = lease.internal();
            if (isBusy.test(internal)) {
                return Optional.of(internal);
            }
        }
        return IntStream.range(0, Math.min(size(command), SetLimits.MOST_PORTS))
                .mapToObj(command.internal()::next)
                .map(this::firstOf)
                .filter(isBusy)
                .findFirst();
    }

    /** One wish for each mapping that it touches, in their order; else the wish itself. */
    List<Wish<MapCommand, MapOutcome>> aimed(Wish<MapCommand, MapOutcome> wish) {
        MapCommand command = wish.command();
        List<Wish<MapCommand, MapOutcome>> aimed = new ArrayList<>();
        touched(command).forEach(lease -> aimed.add(aimed(wish, lease.internal())));
        long order = LeaseBook.order(command.internal());
        state.statics
                .book()
                .inForce(order - 1, order + size(command) - 1, Integer.MAX_VALUE)
                .forEach(fixed -> aimed.add(aimed(wish, fixed.internal())));
        return aimed.isEmpty() ? List.of(wish) : aimed;
    }

    private List<Lease> touched(MapCommand command) {
        return state.leases.touching(command.internal(), size(command));
    }

    private static Wish<MapCommand, MapOutcome> aimed(
            Wish<MapCommand, MapOutcome> wish, InternalTuple first) {
        MapCommand command = wish.command();
        return new Wish<>(
                command.about(first, PortSet.ONE),
                outcome -> wish.reply().accept(told(outcome, command, first)));
    }

    /** What the requester is told of a mapping that begins elsewhere than its request. */
    private static MapOutcome told(MapOutcome outcome, MapCommand command, InternalTuple first) {
        int offset = command.internal().internalPort() - first.internalPort();
        // NAT-PMP and UPnP speak of one port each.
        boolean isOne = command.origin() != LeaseOrigin.PCP;
        PortSpan alone =
                isOne || offset == 0 ? PortSpan.ASKED : new PortSpan(first.internalPort(), 1);
        return switch (outcome) {
            case MapOutcome.Granted(
                            int ip,
                            int port,
                            long seconds,
                            String description,
                            PortSpan span) ->
                    new MapOutcome.Granted(
                            ip,
                            isOne ? port + offset : port,
                            seconds,
                            description,
                            isOne || !span.isSet() ? alone : span);
            case MapOutcome.Deleted(long seconds, PortSpan span) ->
                    new MapOutcome.Deleted(seconds, isOne || !span.isSet() ? alone : span);
            case MapOutcome.Refused _ -> outcome;
        };
    }

    /** The wish for a set that its requester may have: so many ports that nothing else is about. */
    MapCommand bounded(MapCommand command) {
        if (command.set().isOne()) {
            return command;
        }
        InternalTuple first = command.internal();
        long key = state.subscribers.keyOf(first.realm(), first.internalIp());
        MapPolicy policy = state.subscribers.profileOf(key).map();
        SetLimits limits = policy.sets();
        int most = Math.min(size(command), limits.count() == 0 ? 1 : limits.ports());
        int size = 1;
        while (size < most
                && !isKept(first)
                && !isKept(first.next(size))
                && !restsForAnother(command, first.next(size), policy)) {
            size++;
        }
        return command.about(first, command.set().atMost(size));
    }

    /** The proof for the port that the first one had says nothing of what others had. */
    private boolean restsForAnother(MapCommand command, InternalTuple internal, MapPolicy policy) {
        return policy.nonce() != NoncePolicy.OFF
                && state.holds.find(internal).filter(h -> !h.isReclaimedBy(command)).isPresent();
    }

    /** Whether a reservation that is not in force, or a PEER, wants a tuple as it is. */
    private boolean isKept(InternalTuple internal) {
        return state.statics.book().find(internal).isPresent()
                || !state.peers.of(internal).isEmpty();
    }

    /** An operation begins that may make a set; the ports of that are its until it ends. */
    void begin(MapCommand command) {
        if (!command.set().isOne()) {
            begun.put(LeaseBook.order(command.internal()), command);
        }
    }

    /** The operation that began with this tuple is over. */
    void end(InternalTuple first) {
        if (!begun.isEmpty()) {
            begun.remove(LeaseBook.order(first));
        }
    }

    /** How many ports a request is about: there are none beyond the last (RFC 7753 §4). */
    private static int size(MapCommand command) {
        int left = PortRange.MAX_PORT + 1 - command.internal().internalPort();
        return Math.min(command.set().size(), left);
    }
}
