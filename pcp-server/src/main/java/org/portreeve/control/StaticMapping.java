package org.portreeve.control;

import java.util.List;
import java.util.Optional;
import org.portreeve.control.reservation.Conflict;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.shard.ShardCommand;

/**
 * A reservation and how far it has come into the translator. Owned by {@link StaticMappings}; event
 * loop only.
 */
final class StaticMapping {
    /** Whose internal address it was when it was made, for {@link StaticBook}. */
    final long subscriberKey;

    private Reservation reservation;
    private State state = State.WAITING;
    private List<Conflict> waitsFor = List.of();
    private Optional<Subscriber> holder = Optional.empty();
    private Optional<Runnable> withdrawal = Optional.empty();
    private Optional<Settlement> settlement = Optional.empty();
    private boolean inheritsPort;
    private boolean evicts;
    private boolean givesPort;
    private int tries;

    /**
     * A reservation that waits.
     *
     * @param inheritsPort whether its port was the same reservation's until now
     */
    StaticMapping(Reservation reservation, long subscriberKey, boolean inheritsPort) {
        this.reservation = reservation;
        this.subscriberKey = subscriberKey;
        this.inheritsPort = inheritsPort;
    }

    /** How far it has come. */
    enum State {
        /** Something is in its way; tried again now and then. */
        WAITING,
        /** On its way into the translator. */
        INSTALLING,
        /** Packets use it. */
        IN_FORCE,
        /** On its way out of the translator. */
        REMOVING,
        /** Gone. */
        REMOVED
    }

    Reservation reservation() {
        return reservation;
    }

    InternalTuple internal() {
        return reservation.internal();
    }

    /** Takes a change that the translator need not know. */
    void describe(Reservation changed) {
        reservation = changed;
    }

    State state() {
        return state;
    }

    boolean isInForce() {
        return state == State.IN_FORCE;
    }

    void state(State next) {
        state = next;
    }

    /** What was in its way when it was tried last. */
    List<Conflict> waitsFor() {
        return waitsFor;
    }

    void waitsFor(List<Conflict> conflicts) {
        waitsFor = conflicts;
    }

    /** The subscriber whose pairing it keeps. */
    Optional<Subscriber> holder() {
        return holder;
    }

    /** Keeps the pairing of a subscriber from now on. */
    void attach(Subscriber subscriber) {
        if (holder.isEmpty()) {
            holder = Optional.of(subscriber);
            subscriber.reservations++;
        }
    }

    /** Keeps no pairing any more; returns whose it was. */
    Optional<Subscriber> detach() {
        Optional<Subscriber> before = holder;
        before.ifPresent(s -> s.reservations--);
        holder = Optional.empty();
        return before;
    }

    /** Whether leases in its way are ended; until it settled for the first time. */
    boolean evicts() {
        return evicts;
    }

    /** It begins: whoever put it there hears once how it settled. */
    void begin(boolean evicts, Settlement settlement) {
        this.evicts = evicts;
        this.tries = 0;
        this.settlement = Optional.of(settlement);
    }

    /** Whether it is still open what becomes of it. */
    boolean isUnsettled() {
        return settlement.isPresent();
    }

    /** Whether somebody waits for just this mapping. */
    boolean isAwaitedBy(Settlement other) {
        return settlement.filter(own -> own == other).isPresent();
    }

    /** Whether the translator keeps its port for it, whoever has the block round that. */
    boolean hasPort() {
        return state == State.IN_FORCE || state == State.REMOVING || inheritsPort;
    }

    /** Whether it was in force until now and will be again in a moment. */
    boolean isComingBack() {
        return inheritsPort && isUnsettled();
    }

    /** Its port was lost to others before it could be installed again. */
    void losePort() {
        inheritsPort = false;
    }

    /** Counts an attempt that failed for a passing reason. */
    int countTry() {
        return ++tries;
    }

    /** It is in force, or known to wait. */
    void settled() {
        evicts = false;
        tries = 0;
        Optional<Settlement> awaited = settlement;
        settlement = Optional.empty();
        awaited.ifPresent(s -> s.tell(this));
    }

    /**
     * It is to go; {@code done} runs when it is gone.
     *
     * @param givesPort whether another internal tuple takes its port at once
     */
    void withdraw(boolean givesPort, Runnable done) {
        this.givesPort = givesPort;
        withdrawal = Optional.of(done);
    }

    /** What takes it out of the translator. */
    ShardCommand removal(long requestId) {
        return givesPort
                ? new ShardCommand.CutMapping(requestId, internal())
                : new ShardCommand.RemoveStatic(requestId, internal());
    }

    boolean isWithdrawn() {
        return withdrawal.isPresent();
    }

    /** It is gone. */
    void withdrawn() {
        state = State.REMOVED;
        withdrawal.ifPresent(Runnable::run);
    }
}
