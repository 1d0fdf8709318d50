package org.portreeve.control;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.portreeve.control.ShardRequests.Request;
import org.portreeve.control.Subscriber.Pairing;
import org.portreeve.control.Subscriber.Wanted;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.control.policy.Policy;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome;

/**
 * Which external address a subscriber has (RFC 6888 REQ-2): the one that {@link AddressChoice}
 * finds, until nothing of the subscriber is left. Only a durable pairing is published, so that a
 * packet never leaves by an address that a restart would forget. Event loop only.
 */
final class Pairings {
    private static final int REALM = InternalTuple.DEFAULT_REALM;

    /** Questions for one subscriber's address that may wait. */
    static final int MAX_ASKERS = 64;

    private final ControlState state;
    private final Entries entries;
    private final AddressChoice choice;
    private final AddressLoads loads;

    /** Pairings whose record is on its way, oldest first; as many as subscribers at most. */
    private final Deque<Attempt> underWay = new ArrayDeque<>();

    Pairings(ControlState state, Directory directory, Policy policy) {
        this.state = state;
        this.entries = new Entries(state, directory);
        this.choice = new AddressChoice(state);
        this.loads = choice.loads();
        apply(policy, true);
    }

    /** What the directory says of subscribers. */
    Entries entries() {
        return entries;
    }

    /** How many subscribers each address has. */
    AddressLoads loads() {
        return loads;
    }

    /** Which address those get who have none. */
    AddressChoice choice() {
        return choice;
    }

    /**
     * Lets the rules of a policy hold; {@link #followPolicy} is to be called for everybody.
     *
     * @param isFollowed whether that is over for all policies before
     */
    void apply(Policy policy, boolean isFollowed) {
        entries.apply(policy, isFollowed);
    }

    /** A packet of an address without a pairing waits in a shard. */
    void onWanted(int shard, ShardOutcome.PairingWanted wanted) {
        long key = state.subscribers.keyOf(wanted.realm(), wanted.internalIp());
        if (key == Subscribers.UNKNOWN) {
            state.counters.increment(ControlCounter.NOT_SUBSCRIBERS);
            decided(shard, wanted.realm(), wanted.internalIp());
            return;
        }
        if (state.isDrained.test(key) && state.subscribers.find(key).isEmpty()) {
            state.counters.increment(ControlCounter.DRAINED_REFUSED);
            decided(shard, wanted.realm(), wanted.internalIp());
            return;
        }
        Optional<Subscriber> subscriber = state.subscribers.findOrAdd(key);
        if (subscriber.isEmpty()) {
            state.counters.increment(ControlCounter.SUBSCRIBERS_FULL);
            decided(shard, wanted.realm(), wanted.internalIp());
            return;
        }
        subscriber.get().wanted.add(new Wanted(shard, wanted.internalIp()));
        if (subscriber.get().pairing != Pairing.FORGETTING) {
            pair(subscriber.get());
            decideWanted(subscriber.get());
        }
    }

    /** Whether the caller has to wait because the pairing is being given up; it is then called. */
    boolean isParked(Subscriber subscriber, Runnable resume) {
        boolean parked = subscriber.pairing == Pairing.FORGETTING;
        if (parked) {
            subscriber.parked.add(resume);
        }
        return parked;
    }

    /**
     * Chooses an address for a subscriber that has none. Returns false when its record cannot be
     * kept now. The pairing is not durable yet when this returns.
     */
    boolean pair(Subscriber subscriber) {
        return pairAt(subscriber, likely(subscriber));
    }

    /** The same for a request that suggests an address, 0 for none. */
    boolean pair(Subscriber subscriber, int suggestedIp) {
        OptionalInt honoured =
                subscriber.pairing == Pairing.NONE
                        ? choice.honoured(subscriber.key, suggestedIp)
                        : OptionalInt.empty();
        boolean isPaired = pairAt(subscriber, honoured.orElseGet(() -> likely(subscriber)));
        if (isPaired && honoured.isPresent()) {
            state.counters.increment(ControlCounter.PAIRINGS_SUGGESTED);
        }
        return isPaired;
    }

    /** The same with this address, when the subscriber has none and the pool computes none. */
    boolean pairAt(Subscriber subscriber, int wanted) {
        int addressIndex = choice.computed(subscriber.key).orElse(wanted);
        entries.showProfile(subscriber);
        if (subscriber.pairing != Pairing.NONE) {
            return subscriber.pairing != Pairing.STALLED;
        }
        JournalRecord record = paired(subscriber, addressIndex);
        var attempt = new Attempt(subscriber);
        if (state.recorder.append(record, durable -> recorded(attempt, durable))) {
            choose(subscriber, addressIndex, Pairing.RECORDING);
            underWay.add(attempt);
            return true;
        }
        if (state.goesOnUnrecorded()) {
            choose(subscriber, addressIndex, Pairing.DURABLE);
            goOnUnrecorded(subscriber);
        }
        return state.goesOnUnrecorded();
    }

    /** The address of a subscriber, or the one that it would get now. */
    int likely(Subscriber subscriber) {
        return subscriber.pairing == Pairing.NONE
                ? choice.likely(subscriber.key)
                : subscriber.addressIndex;
    }

    /** Calls when the record of a pairing is durable or lost; at once when it is already. */
    void whenDecided(Subscriber subscriber, Runnable then) {
        if (subscriber.pairing == Pairing.RECORDING) {
            subscriber.undecided.add(then);
        } else {
            then.run();
        }
    }

    /**
     * Takes over a pairing that was found durable at start; false when the pool computes another
     * one by now.
     */
    boolean restore(Subscriber subscriber, int addressIndex) {
        if (choice.computed(subscriber.key).orElse(addressIndex) != addressIndex) {
            return false;
        }
        entries.showProfile(subscriber);
        choose(subscriber, addressIndex, Pairing.DURABLE);
        return true;
    }

    /** What a pairing looks like in the journal. */
    JournalRecord paired(Subscriber subscriber, int addressIndex) {
        return new JournalRecord.Paired(
                state.subscribers.id(subscriber), state.externalIp(addressIndex));
    }

    /**
     * Tells the address of a subscriber, which is paired for that when it was not; such a pairing
     * stays for the pool's {@code pair-idle} after the last question (RFC 6888 REQ-2, NAT-APP-005).
     */
    void ask(Subscriber subscriber, Consumer<OptionalInt> reply) {
        subscriber.ask(state.nowNs + state.nat.pool().pairing().idleNs());
        boolean waits = subscriber.parked.size() < MAX_ASKERS;
        if (!waits || !isParked(subscriber, () -> tell(subscriber, reply))) {
            tell(subscriber, reply);
        }
    }

    private void tell(Subscriber subscriber, Consumer<OptionalInt> reply) {
        if (subscriber.isPaired()) {
            reply.accept(OptionalInt.of(state.externalIp(subscriber.addressIndex)));
        } else if (subscriber.askers.size() < MAX_ASKERS
                && subscriber.pairing != Pairing.FORGETTING
                && pair(subscriber)) {
            subscriber.askers.add(reply);
        } else {
            state.counters.increment(ControlCounter.QUESTIONS_REFUSED);
            reply.accept(OptionalInt.empty());
            forgetIfUnused(subscriber);
        }
    }

    /** Those who asked while the record was on its way. */
    private void tellAskers(Subscriber subscriber) {
        while (!subscriber.askers.isEmpty()) {
            subscriber
                    .askers
                    .poll()
                    .accept(
                            subscriber.isPaired()
                                    ? OptionalInt.of(state.externalIp(subscriber.addressIndex))
                                    : OptionalInt.empty());
        }
    }

    /**
     * Gives a subscriber the profile it has now, and takes away addresses that are not its own any
     * more. Returns how many it had.
     */
    int followPolicy(Subscriber subscriber) {
        entries.showProfile(subscriber);
        int count = subscriber.addressCount();
        for (int position = count - 1; position >= 0; position--) {
            int internalIp = subscriber.address(position);
            if (state.subscribers.keyOf(REALM, internalIp) != subscriber.key) {
                entries.withdraw(subscriber, internalIp);
                subscriber.removeAddress(position);
                entries.handOn(subscriber, internalIp);
            }
        }
        return count;
    }

    /** Lets packets of an internal address use the pairing. */
    void publish(Subscriber subscriber, int internalIp) {
        boolean stillOwn = state.subscribers.keyOf(REALM, internalIp) == subscriber.key;
        if (subscriber.hasAddress(internalIp) || !stillOwn) {
            return;
        }
        if (subscriber.addAddress(internalIp)) {
            entries.show(subscriber, internalIp);
        } else {
            state.counters.increment(ControlCounter.ADDRESSES_FULL);
        }
    }

    /** A shard has nothing left of a subscriber; what another says is of no interest. */
    void onIdle(int shard, Subscriber subscriber) {
        if (subscriber.pairing == Pairing.NONE
                || state.nat.shardOf(subscriber.addressIndex) == shard) {
            onIdle(subscriber);
        }
    }

    /** Its shard has nothing left of it. */
    void onIdle(Subscriber subscriber) {
        subscriber.idle = true;
        forgetIfUnused(subscriber);
    }

    /**
     * Gives the pairing of a subscriber that suggests another address up for that, if its shard has
     * nothing left, and never had anything or said so: the sweep would some time. Its request is
     * then {@link #isParked}.
     */
    void reconsider(Subscriber subscriber, int suggestedIp) {
        if (subscriber.isPaired()
                && subscriber.isPerhapsOver()
                && suggestedIp != state.externalIp(subscriber.addressIndex)
                && choice.honoured(subscriber.key, suggestedIp).isPresent()) {
            onIdle(subscriber);
        }
    }

    /** A grant failed, perhaps before the shard had anything of the subscriber. */
    void onRefusal(Subscriber subscriber) {
        subscriber.idle |= subscriber.blocks == 0;
        forgetIfUnused(subscriber);
    }

    /**
     * Gives up the pairing when neither port control nor, as far as it said, the shard has anything
     * left. Called again whenever something ends.
     */
    void forgetIfUnused(Subscriber subscriber) {
        if (!subscriber.isUnused() || (subscriber.isPaired() && subscriber.isAsked(state.nowNs))) {
            return;
        }
        if (subscriber.pairing == Pairing.NONE && subscriber.isUnwanted()) {
            state.subscribers.remove(subscriber);
        } else if (subscriber.isPaired()
                && subscriber.idle
                && subscriber.formerIndex == Subscriber.NO_FORMER) {
            forget(subscriber);
        }
    }

    private void forget(Subscriber subscriber) {
        Forgetting forgetting = new Forgetting(subscriber);
        int shard = state.nat.shardOf(subscriber.addressIndex);
        forgetting.request = state.requests.open(shard, forgetting::onOutcome);
        if (forgetting.request.isEmpty()) {
            return;
        }
        subscriber.pairing = Pairing.FORGETTING;
        for (int i = 0; i < subscriber.addressCount(); i++) {
            entries.withdraw(subscriber, subscriber.address(i));
        }
        forgetting.request.get().send(id -> forgetCommand(id, subscriber));
    }

    private static ShardCommand forgetCommand(long requestId, Subscriber subscriber) {
        return new ShardCommand.ForgetSubscriber(requestId, subscriber.index);
    }

    private void choose(Subscriber subscriber, int addressIndex, Pairing pairing) {
        subscriber.addressIndex = addressIndex;
        subscriber.pairing = pairing;
        subscriber.pairings++;
        loads.change(addressIndex, 1);
        state.counters.increment(ControlCounter.PAIRINGS_MADE);
    }

    /** While the journal fails nobody waits for it, if that was said. */
    void advance() {
        while (!underWay.isEmpty() && underWay.peek().isDecided) {
            underWay.poll();
        }
        while (!underWay.isEmpty() && state.goesOnUnrecorded() && state.recorder.isFailing()) {
            recorded(underWay.poll(), false);
        }
    }

    private void recorded(Attempt attempt, boolean durable) {
        if (attempt.isDecided) {
            return;
        }
        attempt.isDecided = true;
        if (!durable && state.goesOnUnrecorded()) {
            goOnUnrecorded(attempt.subscriber);
            recorded(attempt.subscriber, true);
        } else {
            recorded(attempt.subscriber, durable);
        }
    }

    /** Whoever gets a lease meanwhile has the pairing recorded with it. */
    private void goOnUnrecorded(Subscriber subscriber) {
        subscriber.isUnrecorded = true;
        state.counters.increment(ControlCounter.PAIRINGS_UNRECORDED);
    }

    /**
     * Queues the record of what a subscriber got. Without its pairing that is of no use after a
     * restart, so one that is not on record goes with it.
     */
    boolean appendWith(Subscriber subscriber, JournalRecord granted, Recorder.Waiter waiter) {
        return subscriber.isUnrecorded
                ? state.recorder.append(waiter, record(subscriber), granted)
                : state.recorder.append(granted, waiter);
    }

    /** The record of the subscriber's pairing, as it is now. */
    JournalRecord record(Subscriber subscriber) {
        return paired(subscriber, subscriber.addressIndex);
    }

    private void recorded(Subscriber subscriber, boolean durable) {
        subscriber.pairing = durable ? Pairing.DURABLE : Pairing.STALLED;
        decideWanted(subscriber);
        tellAskers(subscriber);
        while (!subscriber.undecided.isEmpty()) {
            subscriber.undecided.poll().run();
        }
        if (durable) {
            forgetIfUnused(subscriber);
        } else {
            // The shard may have state by now, so the choice stays and is recorded again.
            state.recorder.insist(
                    again -> recordedAgain(subscriber, again),
                    paired(subscriber, subscriber.addressIndex));
        }
    }

    private void recordedAgain(Subscriber subscriber, boolean durable) {
        boolean isStalled = subscriber.pairing == Pairing.STALLED;
        if (isStalled && durable) {
            recorded(subscriber, true);
        } else if (isStalled && state.goesOnUnrecorded()) {
            goOnUnrecorded(subscriber);
            recorded(subscriber, true);
        }
    }

    /** Answers the packets that wait, unless the record is still on its way. */
    private void decideWanted(Subscriber subscriber) {
        if (subscriber.pairing == Pairing.RECORDING) {
            return;
        }
        while (!subscriber.wanted.isEmpty()) {
            Wanted wanted = subscriber.wanted.poll();
            if (subscriber.isPaired()) {
                subscriber.idle = false;
                publish(subscriber, wanted.internalIp());
            }
            decided(wanted.shard(), REALM, wanted.internalIp());
        }
        if (subscriber.pairing == Pairing.NONE) {
            forgetIfUnused(subscriber);
        }
    }

    private void decided(int shard, int realm, int internalIp) {
        state.requests.answer(shard, new ShardCommand.PairingDecided(realm, internalIp));
    }

    /** A record that is on its way, or was decided about. */
    private static final class Attempt {
        final Subscriber subscriber;
        boolean isDecided;

        Attempt(Subscriber subscriber) {
            this.subscriber = subscriber;
        }
    }

    /** Asks the shard whether it really has nothing, packets having come first perhaps. */
    private final class Forgetting {
        private final Subscriber subscriber;
        private Optional<Request> request = Optional.empty();

        Forgetting(Subscriber subscriber) {
            this.subscriber = subscriber;
        }

        void onOutcome(ShardOutcome outcome) {
            request.ifPresent(Request::close);
            subscriber.idle = false;
            if (outcome instanceof ShardOutcome.SubscriberForgotten) {
                forgotten();
            } else {
                stays();
            }
            goOn();
        }

        private void forgotten() {
            // Its index may be another's soon: what is told of it until now is told under its name.
            state.events.drain();
            String id = state.subscribers.id(subscriber);
            state.recorder.note(new JournalRecord.Unpaired(id));
            state.counters.increment(ControlCounter.PAIRINGS_ENDED);
            loads.change(subscriber.addressIndex, -1);
            subscriber.pairing = Pairing.NONE;
            subscriber.isUnrecorded = false;
            // If it is paired anew at once and gets no port, its shard has nothing to tell.
            subscriber.hadPort = false;
            subscriber.clearAddresses();
            entries.endHandingOn(subscriber);
        }

        private void stays() {
            subscriber.pairing = Pairing.DURABLE;
            // It says so when nothing is left.
            subscriber.hadPort = true;
            for (int i = 0; i < subscriber.addressCount(); i++) {
                int internalIp = subscriber.address(i);
                if (state.subscribers.keyOf(REALM, internalIp) == subscriber.key) {
                    entries.show(subscriber, internalIp);
                }
            }
        }

        /** Serves what waited for the decision. */
        private void goOn() {
            while (!subscriber.parked.isEmpty()) {
                subscriber.parked.poll().run();
            }
            if (!subscriber.wanted.isEmpty()) {
                pair(subscriber);
                decideWanted(subscriber);
            } else {
                forgetIfUnused(subscriber);
            }
        }
    }
}
