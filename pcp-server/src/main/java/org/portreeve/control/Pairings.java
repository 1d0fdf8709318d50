package org.portreeve.control;

import java.util.Optional;
import java.util.TreeSet;
import org.portreeve.control.ShardRequests.Request;
import org.portreeve.control.Subscriber.Pairing;
import org.portreeve.control.Subscriber.Wanted;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome;

/**
 * Which external address a subscriber has (RFC 6888 REQ-2): the one with the fewest subscribers,
 * until nothing of it is left. Only a durable pairing is published, so that a packet never leaves
 * by an address that a restart would forget. The one writer of the directory; event loop only.
 */
final class Pairings {
    private static final int REALM = InternalTuple.DEFAULT_REALM;

    private final ControlState state;
    private final Directory directory;
    private final int[] loads;

    /** Load and index of every address, least loaded first. */
    private final TreeSet<Long> byLoad = new TreeSet<>();

    Pairings(ControlState state, Directory directory) {
        this.state = state;
        this.directory = directory;
        this.loads = new int[state.nat.pool().size()];
        for (int addressIndex = 0; addressIndex < loads.length; addressIndex++) {
            byLoad.add((long) addressIndex);
        }
    }

    /** A packet of an address without a pairing waits in a shard. */
    void onWanted(int shard, ShardOutcome.PairingWanted wanted) {
        long key = state.subscribers.keyOf(wanted.realm(), wanted.internalIp());
        if (key == Subscribers.UNKNOWN) {
            state.counters.increment(ControlCounter.NOT_SUBSCRIBERS);
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
        if (subscriber.pairing != Pairing.NONE) {
            return subscriber.pairing != Pairing.STALLED;
        }
        int addressIndex = (int) (byLoad.first() & 0xffff_ffffL);
        JournalRecord record = paired(subscriber, addressIndex);
        if (!state.recorder.append(record, durable -> recorded(subscriber, durable))) {
            return false;
        }
        choose(subscriber, addressIndex, Pairing.RECORDING);
        return true;
    }

    /** Takes over a pairing that was found durable at start. */
    void restore(Subscriber subscriber, int addressIndex) {
        choose(subscriber, addressIndex, Pairing.DURABLE);
    }

    /** What a pairing looks like in the journal. */
    JournalRecord paired(Subscriber subscriber, int addressIndex) {
        return new JournalRecord.Paired(
                state.subscribers.id(subscriber), state.externalIp(addressIndex));
    }

    /** Lets packets of an internal address use the pairing. */
    void publish(Subscriber subscriber, int internalIp) {
        if (subscriber.hasAddress(internalIp)) {
            return;
        }
        if (subscriber.addAddress(internalIp)) {
            directory.put(REALM, internalIp, subscriber.index, subscriber.addressIndex);
        } else {
            state.counters.increment(ControlCounter.ADDRESSES_FULL);
        }
    }

    /** Its shard has nothing left of it. */
    void onIdle(Subscriber subscriber) {
        subscriber.idle = true;
        forgetIfUnused(subscriber);
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
        if (!subscriber.isUnused()) {
            return;
        }
        if (subscriber.pairing == Pairing.NONE && subscriber.wanted.isEmpty()) {
            state.subscribers.remove(subscriber);
        } else if (subscriber.isPaired() && subscriber.idle) {
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
            directory.remove(REALM, subscriber.address(i));
        }
        forgetting.request.get().send(id -> forgetCommand(id, subscriber));
    }

    private static ShardCommand forgetCommand(long requestId, Subscriber subscriber) {
        return new ShardCommand.ForgetSubscriber(requestId, subscriber.index);
    }

    private void choose(Subscriber subscriber, int addressIndex, Pairing pairing) {
        subscriber.addressIndex = addressIndex;
        subscriber.pairing = pairing;
        changeLoad(addressIndex, 1);
        state.counters.increment(ControlCounter.PAIRINGS_MADE);
    }

    private void recorded(Subscriber subscriber, boolean durable) {
        subscriber.pairing = durable ? Pairing.DURABLE : Pairing.STALLED;
        decideWanted(subscriber);
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
        if (durable) {
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

    private void changeLoad(int addressIndex, int change) {
        byLoad.remove((long) loads[addressIndex] << 32 | addressIndex);
        loads[addressIndex] += change;
        byLoad.add((long) loads[addressIndex] << 32 | addressIndex);
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
            String id = state.subscribers.id(subscriber);
            state.recorder.note(new JournalRecord.Unpaired(id));
            state.counters.increment(ControlCounter.PAIRINGS_ENDED);
            changeLoad(subscriber.addressIndex, -1);
            subscriber.pairing = Pairing.NONE;
            subscriber.clearAddresses();
        }

        private void stays() {
            subscriber.pairing = Pairing.DURABLE;
            for (int i = 0; i < subscriber.addressCount(); i++) {
                directory.put(
                        REALM, subscriber.address(i), subscriber.index, subscriber.addressIndex);
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
