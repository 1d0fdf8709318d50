package org.portreeve.control;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongFunction;
import org.portreeve.control.MapOutcome.Reason;
import org.portreeve.control.MapRules.Decision;
import org.portreeve.control.ShardRequests.Request;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome;

/**
 * Makes a mapping: reserved in the translator, then durable, then active, then answered. Each step
 * holds what it needs for its undo. Event loop only.
 */
final class Grant {
    private final ControlState state;
    private final Turn turn;
    private final Subscriber subscriber;
    private final MapCommand command;
    private final Decision.Create create;
    private Optional<Request> request = Optional.empty();
    private int attempts;

    /** Where the port was asked for: the subscriber may move to another shard meanwhile. */
    private int askedAddressIndex;

    /** How many ports are wanted, then reserved: a set counts as such while it is more than one. */
    private int size;

    /** Whether the record goes with one of the pairing, and may be kept without that. */
    private boolean isWithPairing;

    /** Where to look for another port once the reserved one is given back; 0 when nowhere. */
    private int evadeFromPort;

    Grant(
            ControlState state,
            Turn turn,
            Subscriber subscriber,
            MapCommand command,
            Decision.Create create) {
        this.state = state;
        this.turn = turn;
        this.subscriber = subscriber;
        this.command = command;
        this.create = create;
        this.size = command.set().size();
    }

    /** Returns whether it is under way; else it was refused. */
    boolean begin() {
        state.pairings.reconsider(subscriber, command.suggestedIp());
        subscriber.explicit++;
        subscriber.sets += size > 1 ? 1 : 0;
        subscriber.operations++;
        return state.pairings.isParked(subscriber, this::resume) || reserve();
    }

    /** A pairing that was being given up is decided. */
    private void resume() {
        if (!reserve()) {
            state.turns.end(turn);
        }
    }

    private boolean reserve() {
        if (state.leases.isFull()) {
            state.counters.increment(ControlCounter.LEASES_FULL);
            return refuse(Reason.NO_RESOURCES, MapRules.SHORT_ERROR_SECONDS);
        }
        if (!state.pairings.pair(subscriber, command.suggestedIp())) {
            return refuse(Reason.NO_RESOURCES, MapRules.SHORT_ERROR_SECONDS);
        }
        int addressIndex = subscriber.addressIndex;
        askedAddressIndex = addressIndex;
        // RFC 6888 REQ-2: the paired address wins over the suggested one.
        if (command.preferFailure()
                && command.suggestedIp() != 0
                && command.suggestedIp() != state.externalIp(addressIndex)) {
            return refuse(Reason.CANNOT_PROVIDE_EXTERNAL, MapRules.LONG_ERROR_SECONDS);
        }
        boolean reserved =
                state.statics.isForAnother(
                        command.internal(), addressIndex, create.suggestedPort());
        if (reserved && command.preferFailure()) {
            return refuse(Reason.CANNOT_PROVIDE_EXTERNAL, MapRules.LONG_ERROR_SECONDS);
        }
        int suggestedPort = reserved ? 0 : create.suggestedPort();
        request = state.requests.open(state.nat.shardOf(addressIndex), this::onOutcome);
        request.ifPresent(r -> r.send(id -> reservation(id, addressIndex, suggestedPort)));
        return request.isPresent() || refuse(Reason.NO_RESOURCES, MapRules.SHORT_ERROR_SECONDS);
    }

    private ShardCommand reservation(long requestId, int addressIndex, int suggestedPort) {
        if (size > 1) {
            return new ShardCommand.ReserveSet(
                    requestId,
                    subscriber.index,
                    addressIndex,
                    command.internal(),
                    size,
                    command.set().keepsParity(),
                    suggestedPort,
                    create.reclaim(),
                    command.filters().after(List.of()));
        }
        return new ShardCommand.ReserveMapping(
                requestId,
                subscriber.index,
                addressIndex,
                command.internal(),
                suggestedPort,
                command.preferFailure(),
                create.reclaim(),
                command.filters().after(List.of()));
    }

    private void onOutcome(ShardOutcome outcome) {
        switch (outcome) {
            case ShardOutcome.Reserved reserved -> {
                alone();
                reserved(reserved);
            }
            case ShardOutcome.SetReserved(long id, int addressIndex, int port, int ports) -> {
                size = ports;
                reserved(new ShardOutcome.Reserved(id, addressIndex, port, false));
            }
            case ShardOutcome.Refused refused -> refusedByShard(refused.reason());
            case ShardOutcome.Activated _ -> activated();
            case ShardOutcome.Ended _ -> released();
            default -> throw new AssertionError("not an outcome of a grant: " + outcome);
        }
    }

    /** One port is all that there is, or was asked for (RFC 7753 §4.2). */
    private void alone() {
        subscriber.sets -= size > 1 ? 1 : 0;
        size = 1;
    }

    private void reserved(ShardOutcome.Reserved reserved) {
        subscriber.hadPort = true;
        int others = firstOfOthers(reserved);
        if (!reserved.existing() && others != 0) {
            evadeFromPort = others;
            release();
        } else {
            record(reserved);
        }
    }

    /** The first of the ports that is another's; 0 when none is. */
    private int firstOfOthers(ShardOutcome.Reserved reserved) {
        for (int i = 0; i < size; i++) {
            int port = reserved.externalPort() + i;
            if (isOthers(reserved.addressIndex(), port)) {
                return port;
            }
        }
        return 0;
    }

    private boolean isOthers(int addressIndex, int port) {
        return state.companions.isForeign(command, addressIndex, port)
                || state.statics.isForAnother(command.internal(), addressIndex, port);
    }

    /** The port is kept for another host (RFC 6886 §3.3) or by staff; tries one that is not. */
    private void evade() {
        if (subscriber.addressIndex != askedAddressIndex) {
            evadeFromPort = 0;
            request.ifPresent(Request::close);
            resume();
            return;
        }
        if (size > 1 && attempts == Companions.ATTEMPTS) {
            alone();
            attempts = 0;
        }
        OptionalInt open =
                state.companions.openAfter(
                        command,
                        state.subscribers.profileOf(subscriber.key).rules().explicitPorts(),
                        subscriber.addressIndex,
                        evadeFromPort);
        evadeFromPort = 0;
        if (command.preferFailure()) {
            fail(Reason.CANNOT_PROVIDE_EXTERNAL, MapRules.SHORT_ERROR_SECONDS);
        } else if (open.isEmpty() || ++attempts > Companions.ATTEMPTS) {
            fail(Reason.NO_RESOURCES, MapRules.SHORT_ERROR_SECONDS);
        } else {
            int addressIndex = subscriber.addressIndex;
            send(id -> reservation(id, addressIndex, open.getAsInt()));
        }
    }

    private void record(ShardOutcome.Reserved reserved) {
        Lease.Owner owner = Lease.Owner.of(command);
        Lease lease =
                new Lease(
                        command.internal(),
                        subscriber,
                        reserved.addressIndex(),
                        reserved.externalPort(),
                        size,
                        owner,
                        create.deadlineNs());
        JournalRecord granted = state.granted(lease, owner, lease.deadlineNs());
        // A tuple of a moved address has a mapping at its former owner's external address. Or the
        // end of the port's last lease is not durable yet: a restart would find two owners.
        if (reserved.addressIndex() != subscriber.addressIndex
                || isOwned(lease)
                || !append(granted, lease)) {
            release();
        } else {
            for (int i = 0; i < lease.size(); i++) {
                state.companions.claim(command, lease.addressIndex(), lease.externalPort() + i);
            }
        }
    }

    private boolean append(JournalRecord granted, Lease lease) {
        Recorder.Waiter waiter = durable -> recorded(lease, granted, durable);
        isWithPairing = subscriber.isUnrecorded;
        return state.pairings.appendWith(subscriber, granted, waiter);
    }

    private boolean isOwned(Lease lease) {
        for (int i = 0; i < lease.size(); i++) {
            int port = lease.externalPort() + i;
            if (state.leases
                    .findExternal(lease.protocol(), lease.addressIndex(), port)
                    .isPresent()) {
                return true;
            }
        }
        return false;
    }

    private void recorded(Lease lease, JournalRecord granted, boolean durable) {
        // The record of the pairing, on its way when this one was queued, was lost meanwhile.
        boolean isAlone = durable && subscriber.isUnrecorded && !isWithPairing;
        if (isAlone && append(granted, lease)) {
            return;
        }
        for (int i = 0; i < lease.size(); i++) {
            state.companions.unclaim(command, lease.addressIndex(), lease.externalPort() + i);
        }
        boolean stillOwn = state.subscribers.isOwn(subscriber, command.internal());
        if (durable && !isAlone && stillOwn && subscriber.isPaired()) {
            subscriber.isUnrecorded = false;
            // In the book from here on, so that a checkpoint sees what the journal has.
            state.leases.add(lease);
            subscriber.idle = false;
            for (int i = 0; i < lease.size(); i++) {
                int port = lease.externalPort() + i;
                state.holds
                        .findExternal(lease.protocol(), lease.addressIndex(), port)
                        .ifPresent(state::endHold);
            }
            state.pairings.publish(subscriber, lease.internal().internalIp());
            send(id -> new ShardCommand.ActivateMapping(id, lease.internal()));
        } else if (durable || isWithPairing) {
            unrecord();
        } else {
            release();
        }
    }

    private void release() {
        send(id -> new ShardCommand.ReleaseReservation(id, command.internal()));
    }

    private void activated() {
        request.ifPresent(Request::close);
        subscriber.operations--;
        state.leases.find(command.internal()).ifPresent(this::granted);
        state.turns.end(turn);
    }

    private void granted(Lease lease) {
        state.listeners.made(lease);
        turn.answer(state.granted(lease));
    }

    /** The reservation is undone. */
    private void released() {
        if (evadeFromPort != 0) {
            evade();
        } else {
            fail(Reason.NO_RESOURCES, MapRules.SHORT_ERROR_SECONDS);
        }
    }

    /** Undoes the record before the port: a restart would find it with two owners. */
    private void unrecord() {
        turn.answer(new MapOutcome.Refused(Reason.NO_RESOURCES, MapRules.SHORT_ERROR_SECONDS));
        state.recorder.insist(
                durable -> {
                    if (durable) {
                        release();
                    } else {
                        turn.stall();
                    }
                },
                new JournalRecord.LeaseEnded(command.internal()));
    }

    private void refusedByShard(ShardOutcome.Refusal refusal) {
        switch (refusal) {
            case CANNOT_PROVIDE ->
                    fail(Reason.CANNOT_PROVIDE_EXTERNAL, secondsUntilSuggestionIsFree());
            case QUOTA -> fail(Reason.USER_EX_QUOTA, MapRules.SHORT_ERROR_SECONDS);
            case NO_PORTS, TABLE_FULL, PORT_USED, BLOCK_HELD, INTERNAL_USED, INVALID_PEER ->
                    fail(Reason.NO_RESOURCES, MapRules.SHORT_ERROR_SECONDS);
        }
    }

    /** RFC 6887 §7.4: as long as the reason is known to last, else a short time. */
    private long secondsUntilSuggestionIsFree() {
        int protocol = command.internal().protocol();
        int addressIndex = subscriber.addressIndex;
        int port = command.suggestedPort();
        Optional<Long> leaseNs =
                state.leases
                        .findExternal(protocol, addressIndex, port)
                        .map(l -> l.deadlineNs() + state.nat.timers().explicitHoldNs(protocol));
        Optional<Long> holdNs =
                state.holds.findExternal(protocol, addressIndex, port).map(Hold::deadlineNs);
        return leaseNs.or(() -> holdNs)
                .map(freeNs -> Durations.secondsUp(freeNs - state.nowNs))
                .orElse(MapRules.SHORT_ERROR_SECONDS);
    }

    /** Ends the operation when it was under way. */
    private void fail(Reason reason, long lifetimeSeconds) {
        request.ifPresent(Request::close);
        refuse(reason, lifetimeSeconds);
        state.turns.end(turn);
    }

    private boolean refuse(Reason reason, long lifetimeSeconds) {
        alone();
        subscriber.explicit--;
        subscriber.operations--;
        turn.answer(new MapOutcome.Refused(reason, lifetimeSeconds));
        state.pairings.onRefusal(subscriber);
        return false;
    }

    private void send(LongFunction<ShardCommand> commandOfId) {
        request.orElseThrow().send(commandOfId);
    }
}
