package org.portreeve.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardLink;
import org.portreeve.nat.shard.ShardOutcome;

/**
 * The requests under way at the shards, each with who waits for its outcome. A request keeps its
 * place until it is closed, so that its undo has room. Event loop only.
 */
final class ShardRequests {
    private final List<ShardLink> links;
    private final List<Optional<Request>> slots = new ArrayList<>();
    private final List<Integer> freeSlots = new ArrayList<>();
    private final ControlCounters counters;

    ShardRequests(List<ShardLink> links, ControlCounters counters) {
        this.links = List.copyOf(links);
        this.counters = counters;
    }

    /** Takes a place at a shard; empty when its mailbox is full. */
    Optional<Request> open(int shard, Waiter waiter) {
        if (!links.get(shard).tryOpen()) {
            counters.increment(ControlCounter.SHARD_FULL);
            return Optional.empty();
        }
        if (freeSlots.isEmpty()) {
            freeSlots.add(slots.size());
            slots.add(Optional.empty());
        }
        int slot = freeSlots.removeLast();
        Request request = new Request(slot, shard, waiter);
        slots.set(slot, Optional.of(request));
        return Optional.of(request);
    }

    /** Answers an event of a shard; events have places of their own. */
    void answer(int shard, ShardCommand command) {
        links.get(shard).send(command);
    }

    /** Hands outcomes of requests to who waits, events to the listener. */
    int drain(int limitPerShard, Events events) {
        int done = 0;
        for (int shard = 0; shard < links.size(); shard++) {
            int from = shard;
            done += links.get(shard).drain(o -> dispatch(from, o, events), limitPerShard);
        }
        return done;
    }

    private void dispatch(int shard, ShardOutcome outcome, Events events) {
        switch (outcome) {
            case ShardOutcome.Reserved o -> waiterOf(o.requestId()).onOutcome(o);
            case ShardOutcome.SetReserved o -> waiterOf(o.requestId()).onOutcome(o);
            case ShardOutcome.Refused o -> waiterOf(o.requestId()).onOutcome(o);
            case ShardOutcome.Activated o -> waiterOf(o.requestId()).onOutcome(o);
            case ShardOutcome.Ended o -> waiterOf(o.requestId()).onOutcome(o);
            case ShardOutcome.StillUsed o -> waiterOf(o.requestId()).onOutcome(o);
            case ShardOutcome.SessionKept o -> waiterOf(o.requestId()).onOutcome(o);
            case ShardOutcome.SubscriberForgotten o -> waiterOf(o.requestId()).onOutcome(o);
            case ShardOutcome.SubscriberBusy o -> waiterOf(o.requestId()).onOutcome(o);
            case ShardOutcome.PortUse o -> waiterOf(o.requestId()).onOutcome(o);
            case ShardOutcome.SubscriberUse o -> waiterOf(o.requestId()).onOutcome(o);
            case ShardOutcome.AddressUse o -> waiterOf(o.requestId()).onOutcome(o);
            case ShardOutcome.PairingWanted wanted -> events.onPairingWanted(shard, wanted);
            case ShardOutcome.BlockLeased leased -> events.onBlockLeased(shard, leased);
            case ShardOutcome.BlockReleased released -> events.onBlockReleased(released);
            case ShardOutcome.SessionEnded ended -> events.onSessionEnded(ended);
            case ShardOutcome.SubscriberIdle idle -> events.onSubscriberIdle(shard, idle);
        }
    }

    private Waiter waiterOf(long requestId) {
        return slots.get((int) requestId)
                .orElseThrow(() -> new AssertionError("an outcome that nobody waits for"))
                .waiter;
    }

    /** Waits for the outcome of a request's command. */
    @FunctionalInterface
    interface Waiter {
        void onOutcome(ShardOutcome outcome);
    }

    /** What shards say without being asked. */
    interface Events {
        void onPairingWanted(int shard, ShardOutcome.PairingWanted wanted);

        void onBlockLeased(int shard, ShardOutcome.BlockLeased leased);

        void onBlockReleased(ShardOutcome.BlockReleased released);

        void onSessionEnded(ShardOutcome.SessionEnded ended);

        void onSubscriberIdle(int shard, ShardOutcome.SubscriberIdle idle);
    }

    /** A place at a shard. */
    final class Request {
        private final int slot;
        private final int shard;
        private final Waiter waiter;

        private Request(int slot, int shard, Waiter waiter) {
            this.slot = slot;
            this.shard = shard;
            this.waiter = waiter;
        }

        /** Sends the next command; the one before was answered. */
        void send(LongFunction<ShardCommand> commandOfId) {
            links.get(shard).send(commandOfId.apply(slot));
        }

        /** Gives the place back; nothing is under way any more. */
        void close() {
            slots.set(slot, Optional.empty());
            freeSlots.add(slot);
            links.get(shard).close();
        }
    }
}
