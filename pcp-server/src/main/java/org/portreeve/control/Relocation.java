package org.portreeve.control;

import java.util.Optional;
import java.util.stream.Stream;
import org.portreeve.control.ShardRequests.Request;
import org.portreeve.control.Subscriber.Pairing;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.control.journal.JournalRecord.ClientEpochStarted;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome;

/**
 * Gives subscribers of an address that leaves the pool another one. What they have at the former
 * one goes on there: sessions and leases until they end by themselves; what begins is at the new
 * one, and the epoch of its clients says so. Where that lies in another shard, the directory leads
 * packets past the former shard first, until that has nothing left. Subscribers with reservations
 * keep their address. Event loop only.
 */
final class Relocation {
    /** How often all subscribers are looked at. */
    private static final long PASS_NS = Durations.NS_PER_SECOND;

    /** How many in one turn of the loop. */
    private static final int SLICE = 1024;

    private final ControlState state;
    private final ClientEpochs epochs;
    private long nextPassNs;
    private boolean hasPassed;
    private int slot;

    Relocation(ControlState state, ClientEpochs epochs) {
        this.state = state;
        this.epochs = epochs;
    }

    /** Looks at all subscribers soon, because an address leaves. */
    void hurry() {
        hasPassed = false;
    }

    /** Goes on with some subscribers. */
    void advance() {
        if (slot == 0 && hasPassed && state.nowNs - nextPassNs < 0) {
            return;
        }
        if (slot == 0) {
            hasPassed = true;
            nextPassNs = state.nowNs + PASS_NS;
        }
        int last = Math.min(slot + SLICE, state.subscribers.slotCount());
        while (slot < last) {
            state.subscribers.slot(slot++).ifPresent(this::look);
        }
        slot = slot == state.subscribers.slotCount() ? 0 : slot;
    }

    private void look(Subscriber subscriber) {
        if (isToMove(subscriber)) {
            move(subscriber);
        }
        if (subscriber.formerIndex != Subscriber.NO_FORMER && !subscriber.isMoving) {
            askFormer(subscriber);
        }
    }

    private boolean isToMove(Subscriber subscriber) {
        return subscriber.pairing == Pairing.DURABLE
                && state.pool.isLeaving(subscriber.addressIndex)
                && subscriber.operations == 0
                && subscriber.reservations == 0
                && !subscriber.isUnrecorded
                && !subscriber.isMoving;
    }

    private void move(Subscriber subscriber) {
        int shard = state.nat.shardOf(subscriber.addressIndex);
        int target = state.pairings.loads().leastLike(i -> state.nat.shardOf(i) == shard);
        if (subscriber.formerIndex != Subscriber.NO_FORMER && state.nat.shardOf(target) != shard) {
            // One shard after the other: the directory names one former address.
            return;
        }
        // A forgotten subscriber would have nothing to move, and a checkpoint wants one address.
        subscriber.operations++;
        subscriber.isMoving = true;
        // From here on, so that not all who move choose the same, and a drain counts who comes.
        state.pairings.loads().change(target, 1);
        Optional<ClientEpochStarted> epoch = epochs.beginning(subscriber);
        JournalRecord paired = state.pairings.paired(subscriber, target);
        boolean taken =
                state.recorder.append(
                        durable -> recorded(subscriber, target, epoch, durable),
                        Stream.concat(epoch.stream(), Stream.of(paired))
                                .toArray(JournalRecord[]::new));
        if (!taken) {
            recorded(subscriber, target, epoch, false);
        }
    }

    private void recorded(
            Subscriber subscriber,
            int target,
            Optional<ClientEpochStarted> epoch,
            boolean durable) {
        subscriber.operations--;
        subscriber.isMoving = false;
        if (durable) {
            moved(subscriber, target);
            epoch.ifPresent(epochs::begin);
            state.clients.concern(subscriber);
        } else {
            state.pairings.loads().change(target, -1);
        }
        state.pairings.forgetIfUnused(subscriber);
    }

    /** The record is durable: the subscriber has another address from now on. */
    private void moved(Subscriber subscriber, int addressIndex) {
        int before = subscriber.addressIndex;
        state.pairings.loads().change(before, -1);
        subscriber.addressIndex = addressIndex;
        subscriber.idle = false;
        if (state.nat.shardOf(before) != state.nat.shardOf(addressIndex)) {
            subscriber.formerIndex = before;
        }
        state.counters.increment(ControlCounter.PAIRINGS_MOVED);
        state.pairings.entries().showAll(subscriber);
    }

    /** The shard that a subscriber was moved from has nothing left of it. */
    private void ended(Subscriber subscriber) {
        subscriber.formerIndex = Subscriber.NO_FORMER;
        // It may have had all it had there: then the other shard has nothing to tell.
        subscriber.hadPort = false;
        state.pairings.entries().showAll(subscriber);
        state.pairings.forgetIfUnused(subscriber);
    }

    /** Asks the former shard whether anything is left there. */
    private void askFormer(Subscriber subscriber) {
        var question = new Question(subscriber);
        int shard = state.nat.shardOf(subscriber.formerIndex);
        question.request = state.requests.open(shard, question::onOutcome);
        subscriber.isMoving = question.request.isPresent();
        question.request.ifPresent(
                r -> r.send(id -> new ShardCommand.ForgetSubscriber(id, subscriber.index)));
    }

    /** One question to a former shard. */
    private final class Question {
        private final Subscriber subscriber;
        private Optional<Request> request = Optional.empty();

        Question(Subscriber subscriber) {
            this.subscriber = subscriber;
        }

        void onOutcome(ShardOutcome outcome) {
            request.ifPresent(Request::close);
            subscriber.isMoving = false;
            if (outcome instanceof ShardOutcome.SubscriberForgotten) {
                ended(subscriber);
            }
        }
    }
}
