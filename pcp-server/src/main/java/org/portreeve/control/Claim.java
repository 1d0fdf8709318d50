package org.portreeve.control;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.portreeve.control.Subscriber.Pairing;

/**
 * Keeps a subscriber paired while a reservation of it is on its way; one that has no address is
 * paired first, durably. Event loop only.
 */
public final class Claim {
    private final ControlState state;
    private final Subscriber subscriber;
    private boolean released;

    private Claim(ControlState state, Subscriber subscriber) {
        this.state = state;
        this.subscriber = subscriber;
    }

    /**
     * Calls when the subscriber is paired for certain, now or later; with nothing when that cannot
     * be had: too many subscribers, or a journal that does not keep it.
     *
     * @param wanted the address index for a subscriber that has none; empty for any
     */
    static void begin(
            ControlState state,
            long subscriberKey,
            OptionalInt wanted,
            Consumer<Optional<Claim>> then) {
        Optional<Subscriber> subscriber = state.subscribers.findOrAdd(subscriberKey);
        if (subscriber.isEmpty()) {
            state.counters.increment(ControlCounter.SUBSCRIBERS_FULL);
            then.accept(Optional.empty());
            return;
        }
        Claim claim = new Claim(state, subscriber.get());
        claim.subscriber.operations++;
        Runnable pair = () -> claim.pair(wanted, then);
        if (!state.pairings.isParked(claim.subscriber, pair)) {
            pair.run();
        }
    }

    private void pair(OptionalInt wanted, Consumer<Optional<Claim>> then) {
        int addressIndex = wanted.orElseGet(() -> state.pairings.likely(subscriber));
        if (state.pairings.pairAt(subscriber, addressIndex)) {
            state.pairings.whenDecided(subscriber, () -> decided(then));
        } else {
            decided(then);
        }
    }

    private void decided(Consumer<Optional<Claim>> then) {
        if (subscriber.pairing == Pairing.DURABLE) {
            then.accept(Optional.of(this));
        } else {
            release();
            then.accept(Optional.empty());
        }
    }

    Subscriber subscriber() {
        return subscriber;
    }

    int addressIndex() {
        return subscriber.addressIndex;
    }

    /** Lets go of the pairing, unless something else needs it; once. */
    public void release() {
        if (released) {
            return;
        }
        released = true;
        subscriber.operations--;
        state.pairings.onRefusal(subscriber);
    }
}
