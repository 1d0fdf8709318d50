package org.portreeve.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.portreeve.control.Obstacles.Wanted;
import org.portreeve.control.ShardRequests.Request;
import org.portreeve.control.reservation.Conflict;
import org.portreeve.control.reservation.FieldFault;
import org.portreeve.control.reservation.Preview;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.reservation.ReservationDraft;
import org.portreeve.control.reservation.ReservationQuery;
import org.portreeve.control.reservation.ReservationView;
import org.portreeve.control.reservation.Resolution;
import org.portreeve.control.view.Listing;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome;

/**
 * The part of port control that staff's reservations go through. It decides what may be saved and
 * keeps in force what the store has; saving is for others. Time is passed in, as to {@link
 * PortControl}; each consumer is called once, now or in a later {@link PortControl#doWork}. Event
 * loop only.
 */
public final class StaticControl {
    private final ControlState state;
    private final Questions questions;
    private final ReservationRules rules;

    StaticControl(ControlState state, Questions questions) {
        this.state = state;
        this.questions = questions;
        this.rules = new ReservationRules(state.nat, state::stayingAddresses);
    }

    /** Whether a draft can be saved, with what has to be known for that. */
    public sealed interface Prepared {
        /**
         * It makes sense. Whoever gets this lets go of the claim when the store has answered.
         *
         * @param externalIp where the subscriber's reservations lie
         */
        record Possible(Claim claim, int externalIp, List<Conflict> conflicts) implements Prepared {
            /** Takes a copy of the list. */
            public Possible {
                conflicts = List.copyOf(conflicts);
            }
        }

        /** It makes no sense. */
        record Invalid(List<FieldFault> faults) implements Prepared {
            /** Takes a copy of the list. */
            public Invalid {
                faults = List.copyOf(faults);
            }
        }

        /** Not now, for this reason. */
        record Unavailable(String reason) implements Prepared {}
    }

    /** Reservations of a node. */
    public static final int MAX_RESERVATIONS = StaticMappings.MAX_RESERVATIONS;

    /**
     * Hands over what the store knows, once, before the first {@link PortControl#doWork}. It is in
     * force, or known to wait, before leases are put back: a reservation beats a lease.
     *
     * @return how many were left out because there are more than {@link #MAX_RESERVATIONS}
     */
    public int load(List<Reservation> found) {
        found.stream().limit(StaticMappings.MAX_RESERVATIONS).forEach(state.statics::load);
        return Math.max(0, found.size() - StaticMappings.MAX_RESERVATIONS);
    }

    /**
     * Finds reservations, by id.
     *
     * @return false when too many questions are under way; there is no reply then
     */
    public boolean list(ReservationQuery query, Consumer<Listing<ReservationView>> reply) {
        return questions.take(new ReservationSearch(state, query, reply));
    }

    /** One by id. */
    public Optional<ReservationView> find(long id) {
        return state.statics.book().find(id).map(state.statics::view);
    }

    /**
     * What saving a draft would meet now. Changes nothing. What the translator alone knows is left
     * out while its mailbox is full.
     *
     * @param replaced the reservation that it would change
     */
    public void preview(
            ReservationDraft draft,
            OptionalLong replaced,
            long nowNs,
            long wallMillis,
            Consumer<Preview> then) {
        state.at(nowNs, wallMillis);
        List<FieldFault> faults = faults(draft);
        if (!faults.isEmpty()) {
            then.accept(new Preview.Invalid(faults));
            return;
        }
        long key = keyOf(draft);
        int likely =
                state.subscribers
                        .find(key)
                        .map(state.pairings::likely)
                        .orElseGet(() -> state.pairings.choice().likely(key));
        int externalIp = draft.externalIp().orElse(state.externalIp(likely));
        new Survey(wanted(draft, externalIp, replaced))
                .begin(conflicts ->
                        then.accept(
                                new Preview.Possible(
                                        state.subscribers.id(key), externalIp, conflicts)));
    }

    /** The same for saving: the subscriber is paired for certain and stays so. */
    public void prepare(
            ReservationDraft draft,
            OptionalLong replaced,
            long nowNs,
            long wallMillis,
            Consumer<Prepared> then) {
        state.at(nowNs, wallMillis);
        List<FieldFault> faults = faults(draft);
        if (!faults.isEmpty()) {
            then.accept(new Prepared.Invalid(faults));
        } else if (replaced.isEmpty()
                && state.statics.book().size() >= StaticMappings.MAX_RESERVATIONS) {
            then.accept(
                    new Prepared.Unavailable(
                            "this node has %d reservations, and has no room for more"
                                    .formatted(StaticMappings.MAX_RESERVATIONS)));
        } else {
            claim(draft, replaced, then);
        }
    }

    /**
     * Puts in force what the store has added. What cannot be done for no reason that can be named,
     * a full mailbox or a failing journal, is tried for some seconds before it is said to wait.
     */
    public void put(
            Reservation reservation,
            Resolution resolution,
            long nowNs,
            long wallMillis,
            Consumer<ReservationView> then) {
        state.at(nowNs, wallMillis);
        state.statics.put(
                reservation,
                resolution == Resolution.EVICT,
                mapping -> then.accept(state.statics.view(mapping)));
    }

    /** Puts in force what the store has changed. */
    public void change(
            Reservation reservation,
            Resolution resolution,
            long nowNs,
            long wallMillis,
            Consumer<ReservationView> then) {
        state.at(nowNs, wallMillis);
        state.statics.change(
                reservation,
                resolution == Resolution.EVICT,
                mapping -> then.accept(state.statics.view(mapping)));
    }

    /** Takes out of force what the store has deleted. */
    public void remove(long id, long nowNs, long wallMillis, Runnable then) {
        state.at(nowNs, wallMillis);
        state.statics.remove(id, then);
    }

    /** Whether staff's decision lets a reservation be saved in spite of these. */
    public boolean allows(Resolution resolution, List<Conflict> conflicts) {
        return ReservationRules.allows(resolution, conflicts);
    }

    private void claim(ReservationDraft draft, OptionalLong replaced, Consumer<Prepared> then) {
        OptionalInt asked =
                draft.externalIp().isPresent()
                        ? OptionalInt.of(state.addressIndex(draft.externalIp().getAsInt()))
                        : OptionalInt.empty();
        Claim.begin(
                state,
                keyOf(draft),
                asked,
                claim -> {
                    if (claim.isPresent()) {
                        survey(claim.get(), draft, replaced, then);
                    } else {
                        then.accept(
                                new Prepared.Unavailable(
                                        "the subscriber's external address could not be recorded;"
                                                + " look at the journal and the capacity for"
                                                + " subscribers"));
                    }
                });
    }

    private void survey(
            Claim claim, ReservationDraft draft, OptionalLong replaced, Consumer<Prepared> then) {
        int externalIp = draft.externalIp().orElseGet(() -> state.externalIp(claim.addressIndex()));
        Wanted wanted = wanted(draft, externalIp, replaced);
        if (state.obstacles.isUnchanged(wanted)) {
            // Another description alone is in nobody's way, whatever the reservation waits for.
            then.accept(new Prepared.Possible(claim, externalIp, List.of()));
        } else {
            new Survey(wanted)
                    .begin(conflicts ->
                            then.accept(new Prepared.Possible(claim, externalIp, conflicts)));
        }
    }

    private List<FieldFault> faults(ReservationDraft draft) {
        OptionalInt dedicated = state.dedicated.externalIpOf(draft.internal().internalIp());
        return dedicated.isPresent()
                ? List.of(ReservationRules.dedicated(draft.internal(), dedicated.getAsInt()))
                : rules.faults(draft, keyOf(draft) != Subscribers.UNKNOWN);
    }

    private long keyOf(ReservationDraft draft) {
        return state.subscribers.keyOf(draft.internal().realm(), draft.internal().internalIp());
    }

    private Wanted wanted(ReservationDraft draft, int externalIp, OptionalLong replaced) {
        return new Wanted(
                draft.internal(),
                keyOf(draft),
                externalIp,
                draft.externalPort(),
                replaced.orElse(Obstacles.NONE_REPLACED));
    }

    /** Looks at the books, then asks the translator who has the port. */
    private final class Survey {
        private final Wanted wanted;
        private Optional<Request> request = Optional.empty();

        Survey(Wanted wanted) {
            this.wanted = wanted;
        }

        void begin(Consumer<List<Conflict>> then) {
            int addressIndex = state.addressIndex(wanted.externalIp());
            request =
                    state.requests.open(
                            state.nat.shardOf(addressIndex), outcome -> end(outcome, then));
            request.ifPresent(r -> r.send(id -> query(id, addressIndex)));
            if (request.isEmpty()) {
                then.accept(state.obstacles.inBooks(wanted));
            }
        }

        private ShardCommand query(long requestId, int addressIndex) {
            return new ShardCommand.QueryPort(
                    requestId, addressIndex, wanted.internal().protocol(), wanted.externalPort());
        }

        private void end(ShardOutcome outcome, Consumer<List<Conflict>> then) {
            request.ifPresent(Request::close);
            List<Conflict> conflicts = new ArrayList<>(state.obstacles.inBooks(wanted));
            if (outcome instanceof ShardOutcome.PortUse use) {
                conflicts.addAll(state.obstacles.inShard(wanted, use));
            }
            then.accept(conflicts);
        }
    }
}
