package org.portreeve.control;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedSet;
import java.util.function.Consumer;
import org.portreeve.control.StaticMapping.State;
import org.portreeve.control.reservation.Conflict;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.reservation.ReservationView;
import org.portreeve.nat.InternalTuple;

/**
 * Keeps what the store says of reservations in force: each is tried at once, and when something is
 * in its way again and again, sooner when a lease there ends. Event loop only; {@link
 * PortControl#statics} says how to get there.
 */
final class StaticMappings {
    /** Reservations of a node. */
    static final int MAX_RESERVATIONS = 65_536;

    /** How often some of those that wait are tried again. */
    static final long RETRY_NS = 250_000_000L;

    /** How many. */
    static final int RETRIES = 64;

    /** How long somebody waits for a change: longer, and the next change waits with him. */
    static final long PATIENCE_NS = 5 * Durations.NS_PER_SECOND;

    /** Attempts that fail without a reason that can be named, before one is taken to wait. */
    static final int MAX_TRIES = 20;

    private final ControlState state;
    private final StaticBook book = new StaticBook();

    /** Tried in the next turn of the loop; those first whose change is under way. */
    private final SequencedSet<StaticMapping> urgent = new LinkedHashSet<>();

    private final SequencedSet<StaticMapping> due = new LinkedHashSet<>();

    /** Tried when time has passed; all whose change is under way, and some of the others. */
    private final SequencedSet<StaticMapping> urgentLater = new LinkedHashSet<>();

    private final SequencedSet<StaticMapping> waiting = new LinkedHashSet<>();

    /** Who waits for a change, in the order of their deadlines. */
    private final Deque<Settlement> settlements = new ArrayDeque<>();

    private long nextRetryNs;
    private boolean hasRetried;
    private int unsettled;
    private boolean isCrowded;

    StaticMappings(ControlState state) {
        this.state = state;
    }

    /** Puts a reservation in force that the store had at start; nobody waits for it. */
    void load(Reservation reservation) {
        put(unawaited(reservation), false, false);
    }

    /** Puts a reservation in force that the store has; {@code then} hears how that went, later. */
    void put(Reservation reservation, boolean evicts, Consumer<StaticMapping> then) {
        put(awaited(reservation, then), evicts, false);
    }

    private void put(Settlement settlement, boolean evicts, boolean inheritsPort) {
        Reservation reservation = settlement.reservation;
        StaticMapping mapping = new StaticMapping(reservation, keyOf(reservation), inheritsPort);
        book.add(mapping);
        begin(mapping, evicts, settlement);
    }

    private void begin(StaticMapping mapping, boolean evicts, Settlement settlement) {
        mapping.begin(evicts, settlement);
        unsettled++;
        soon(mapping);
    }

    private Settlement unawaited(Reservation reservation) {
        return new Settlement(reservation, state.nowNs, _ -> {});
    }

    private Settlement awaited(Reservation reservation, Consumer<StaticMapping> then) {
        Settlement settlement = new Settlement(reservation, state.nowNs + PATIENCE_NS, then);
        settlements.add(settlement);
        return settlement;
    }

    /** Takes over a change that the store has. */
    void change(Reservation changed, boolean evicts, Consumer<StaticMapping> then) {
        StaticMapping mapping = book.find(changed.id()).orElseThrow();
        Reservation before = mapping.reservation();
        boolean keepsPort =
                before.internal().protocol() == changed.internal().protocol()
                        && before.externalIp() == changed.externalIp()
                        && before.externalPort() == changed.externalPort();
        if (!keepsPort || !before.internal().equals(changed.internal())) {
            Settlement settlement = awaited(changed, then);
            withdraw(mapping, keepsPort, () -> put(settlement, evicts, keepsPort));
            return;
        }
        mapping.describe(changed);
        if (mapping.isInForce()) {
            state.listeners.changed(state.view(mapping));
        }
        if (mapping.state() == State.WAITING && !mapping.isUnsettled()) {
            begin(mapping, evicts, awaited(changed, then));
        } else {
            then.accept(mapping);
        }
    }

    /** Takes a reservation out of the translator that the store does not have any more. */
    void remove(long id, Runnable done) {
        withdraw(book.find(id).orElseThrow(), false, done);
    }

    /** Puts reservations whose internal address got another subscriber in force anew for that. */
    void followPolicy() {
        for (StaticMapping mapping : List.copyOf(book.all())) {
            if (mapping.subscriberKey != keyOf(mapping.reservation()) && !mapping.isWithdrawn()) {
                withdraw(mapping, false, () -> put(unawaited(mapping.reservation()), false, true));
            }
        }
    }

    private void withdraw(StaticMapping mapping, boolean givesPort, Runnable done) {
        mapping.withdraw(givesPort, done);
        if (mapping.state() != State.INSTALLING) {
            soon(mapping);
        }
    }

    /** A lease ended: what waited for that is tried at once. */
    void onLeaseEnded(Lease lease) {
        int externalIp = state.externalIp(lease.addressIndex());
        for (int i = 0; i < lease.size(); i++) {
            book.find(lease.internal().next(i)).ifPresent(this::hurry);
            book.findExternal(lease.protocol(), externalIp, lease.externalPort() + i)
                    .ifPresent(this::hurry);
        }
    }

    /** Does a bounded part of what is due. Returns the work done. */
    int advance(int limit) {
        losePatience();
        // The clock may be anywhere, below zero too.
        if (!hasRetried || state.nowNs - nextRetryNs >= 0) {
            hasRetried = true;
            nextRetryNs = state.nowNs + RETRY_NS;
            urgent.addAll(urgentLater);
            urgentLater.clear();
            for (int left = Math.min(RETRIES, waiting.size()); left > 0; left--) {
                due.add(waiting.removeFirst());
            }
        }
        int done = 0;
        isCrowded = false;
        while (done < limit && !(urgent.isEmpty() && due.isEmpty()) && !isCrowded) {
            done++;
            attempt(urgent.isEmpty() ? due.removeFirst() : urgent.removeFirst());
        }
        return isCrowded ? done - 1 : done;
    }

    /** Who waited long enough hears that it is not in force yet. */
    private void losePatience() {
        while (!settlements.isEmpty() && isOver(settlements.peek())) {
            Settlement late = settlements.poll();
            book.find(late.reservation.id())
                    .filter(mapping -> mapping.isAwaitedBy(late))
                    .ifPresent(this::settle);
            // What it replaces may be on its way out still.
            late.tell(new StaticMapping(late.reservation, keyOf(late.reservation), false));
        }
    }

    private boolean isOver(Settlement settlement) {
        return settlement.isTold() || state.nowNs - settlement.deadlineNs >= 0;
    }

    /** Whether each is in force, or known to wait. */
    boolean isSettled() {
        return unsettled == 0;
    }

    StaticBook book() {
        return book;
    }

    /** The one of an internal tuple that packets use. */
    Optional<StaticMapping> inForce(InternalTuple internal) {
        return book.find(internal).filter(StaticMapping::isInForce);
    }

    /** The one of an external tuple that packets use. */
    Optional<StaticMapping> inForce(int protocol, int externalIp, int externalPort) {
        return book.findExternal(protocol, externalIp, externalPort)
                .filter(StaticMapping::isInForce);
    }

    /** Whether a port is another tuple's by reservation, in force or waiting. */
    boolean isForAnother(InternalTuple internal, int addressIndex, int externalPort) {
        return book.findExternal(internal.protocol(), state.externalIp(addressIndex), externalPort)
                .filter(mapping -> !mapping.internal().equals(internal))
                .isPresent();
    }

    /** Where a subscriber's reservations lie. */
    OptionalInt addressIndexOf(long subscriberKey) {
        OptionalInt externalIp = book.externalIpOf(subscriberKey);
        int addressIndex = externalIp.isPresent() ? state.addressIndex(externalIp.getAsInt()) : -1;
        return addressIndex < 0 ? OptionalInt.empty() : OptionalInt.of(addressIndex);
    }

    /** A reservation and whether packets use it. */
    ReservationView view(StaticMapping mapping) {
        long key = keyOf(mapping.reservation());
        String subscriber = key == Subscribers.UNKNOWN ? "" : state.subscribers.id(key);
        List<Conflict> waitsFor = mapping.waitsFor();
        if (waitsFor.isEmpty() && !mapping.isInForce() && key != Subscribers.UNKNOWN) {
            waitsFor = List.of(new Conflict.PortInUse(subscriber));
        }
        return new ReservationView(mapping.reservation(), subscriber, waitsFor);
    }

    /** An attempt went well. */
    void installed(StaticMapping mapping) {
        state.news.reserved(mapping.reservation());
        state.listeners.made(state.view(mapping));
        settle(mapping);
        finishIfWithdrawn(mapping);
    }

    /** An attempt met something that can be named. */
    void waits(StaticMapping mapping) {
        mapping.state(State.WAITING);
        settle(mapping);
        later(mapping);
    }

    /** An attempt failed for a reason that passes, or for none that can be named. */
    void failed(StaticMapping mapping) {
        mapping.state(State.WAITING);
        if (mapping.countTry() >= MAX_TRIES) {
            mapping.waitsFor(List.of());
            settle(mapping);
        }
        later(mapping);
    }

    /** Its shard has no place now; the next turn of the loop goes on with it. */
    void crowded(StaticMapping mapping) {
        if (mapping.state() == State.INSTALLING) {
            mapping.state(State.WAITING);
        }
        isCrowded = true;
        soon(mapping);
    }

    /** It is out of the translator. */
    void removed(StaticMapping mapping) {
        if (mapping.state() == State.REMOVING) {
            state.listeners.ended(state.view(mapping));
        }
        book.remove(mapping);
        settle(mapping);
        mapping.detach().ifPresent(state.pairings::onRefusal);
        mapping.withdrawn();
    }

    private void attempt(StaticMapping mapping) {
        due.remove(mapping);
        waiting.remove(mapping);
        urgentLater.remove(mapping);
        switch (mapping.state()) {
            case WAITING -> {
                if (mapping.isWithdrawn()) {
                    removed(mapping);
                } else {
                    install(mapping);
                }
            }
            case IN_FORCE -> {
                if (mapping.isWithdrawn()) {
                    new Removing(state, mapping).begin();
                }
            }
            case INSTALLING, REMOVING, REMOVED -> {}
        }
    }

    private void install(StaticMapping mapping) {
        long key = keyOf(mapping.reservation());
        if (key == Subscribers.UNKNOWN) {
            waits(mapping);
        } else {
            new Installing(state, mapping, key).begin();
        }
    }

    private void later(StaticMapping mapping) {
        (mapping.isUnsettled() ? urgentLater : waiting).add(mapping);
        finishIfWithdrawn(mapping);
    }

    private void finishIfWithdrawn(StaticMapping mapping) {
        if (mapping.isWithdrawn()) {
            soon(mapping);
        }
    }

    private void hurry(StaticMapping mapping) {
        if (mapping.state() == State.WAITING) {
            soon(mapping);
        }
    }

    private void soon(StaticMapping mapping) {
        (mapping.isUnsettled() || mapping.isWithdrawn() ? urgent : due).add(mapping);
    }

    private void settle(StaticMapping mapping) {
        if (mapping.isUnsettled()) {
            unsettled--;
            mapping.settled();
        }
    }

    private long keyOf(Reservation reservation) {
        return state.subscribers.keyOf(
                reservation.internal().realm(), reservation.internal().internalIp());
    }
}
