package org.portreeve.control.desk;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.portreeve.control.PortControl;
import org.portreeve.control.StaticControl;
import org.portreeve.control.StaticControl.Prepared;
import org.portreeve.control.desk.ChangeQueue.Step;
import org.portreeve.control.reservation.Preview;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.reservation.ReservationDraft;
import org.portreeve.control.reservation.ReservationOutcome;
import org.portreeve.control.reservation.ReservationQuery;
import org.portreeve.control.reservation.ReservationView;
import org.portreeve.control.reservation.Resolution;
import org.portreeve.control.store.ReservationStore;
import org.portreeve.control.store.StoreException;
import org.portreeve.control.view.Listing;

/**
 * What staff do with static forwards: looked at in the translator, kept by the store, then put in
 * force at once. What is saved is durable; when the store fails, nothing was changed. When it does
 * not say what became of a change, it is asked, and what it has then holds. Any thread; one change
 * at a time, the others wait. Stages complete on the loop of port control, so what follows must not
 * block there.
 */
public final class Reservations {
    /** Changes that may wait for the one under way. */
    public static final int MAX_WAITING = 64;

    /** A reservation that is not stored yet has no id and no version. */
    private static final long NONE = 0;

    private final Asking asking;
    private final ReservationStore store;
    private final StaticControl statics;
    private final LongSupplier nowNs;
    private final LongSupplier wallMillis;
    private final ChangeQueue changes;

    /**
     * The desk for reservations before this port control. What the store has already is to be given
     * to {@link StaticControl#load} before port control does its first work.
     *
     * @param loop runs what it is given on the loop of port control, in order
     * @param worker runs what may block; what it runs need not be in order
     */
    public Reservations(
            PortControl control,
            ReservationStore store,
            Executor loop,
            Executor worker,
            LongSupplier nowNs,
            LongSupplier wallMillis) {
        this.statics = control.statics();
        this.store = store;
        this.asking = new Asking(loop);
        this.nowNs = nowNs;
        this.wallMillis = wallMillis;
        this.changes = new ChangeQueue(loop, worker, MAX_WAITING);
    }

    /** Those that match, by id. */
    public CompletionStage<Listing<ReservationView>> list(ReservationQuery query) {
        return asking.askIfTaken(reply -> statics.list(query, reply));
    }

    /** One by id. */
    public CompletionStage<Optional<ReservationView>> find(long id) {
        return asking.ask(reply -> reply.accept(statics.find(id)));
    }

    /**
     * What saving a draft would meet.
     *
     * @param replaced the reservation that it would change, which is not in its own way
     */
    public CompletionStage<Preview> preview(ReservationDraft draft, OptionalLong replaced) {
        return asking.ask(reply -> statics.preview(draft, replaced, nowNs(), wallMillis(), reply));
    }

    /** Adds a reservation. */
    public CompletionStage<ReservationOutcome> create(
            ReservationDraft draft, Resolution resolution, String editor) {
        return changes.add(step -> new Saving(NONE, NONE, draft, resolution, editor, step).begin());
    }

    /** Changes a reservation that is still what the editor saw. */
    public CompletionStage<ReservationOutcome> change(
            long id, long version, ReservationDraft draft, Resolution resolution, String editor) {
        return changes.add(
                step -> new Saving(id, version, draft, resolution, editor, step).begin());
    }

    /** Deletes a reservation that is still what the editor saw. */
    public CompletionStage<ReservationOutcome> delete(long id, long version, String editor) {
        return changes.add(step -> delete(id, version, editor, step));
    }

    private void delete(long id, long version, String editor, Step step) {
        if (!isCurrent(id, version)) {
            step.end(new ReservationOutcome.Stale(id));
            return;
        }
        long editedMillis = wallMillis();
        step.askStore(
                () -> store.delete(id, version, editor, editedMillis),
                deleted -> deleted(id, deleted, step),
                fault -> deletedPerhaps(id, version, fault, step));
    }

    private void deletedPerhaps(long id, long version, StoreException fault, Step step) {
        settle(
                fault,
                step,
                rows -> {
                    Optional<Reservation> left = withId(rows, id);
                    if (left.isEmpty()) {
                        deleted(id, true, step);
                    } else if (left.get().version() == version) {
                        step.end(notKept(fault));
                    } else {
                        follow(left.get(), step);
                    }
                });
    }

    /** Goes on with what the store has when it did not say what became of a change. */
    private void settle(StoreException fault, Step step, Consumer<List<Reservation>> then) {
        if (fault.isUnknown()) {
            step.askStore(store::allDurable, then, _ -> step.end(unknown(fault)));
        } else {
            step.end(notKept(fault));
        }
    }

    /** Somebody else has changed it: that holds, and whoever asked has to look again. */
    private void follow(Reservation stored, Step step) {
        statics.change(
                stored,
                Resolution.WAIT,
                nowNs(),
                wallMillis(),
                _ -> step.end(new ReservationOutcome.Stale(stored.id())));
    }

    private static Optional<Reservation> withId(List<Reservation> rows, long id) {
        return rows.stream().filter(row -> row.id() == id).findFirst();
    }

    private static ReservationOutcome notKept(StoreException fault) {
        return new ReservationOutcome.NotKept(
                "the store failed, nothing was changed: " + fault.getMessage());
    }

    private static ReservationOutcome unknown(StoreException fault) {
        return new ReservationOutcome.NotKept(
                ("it is unknown whether the store has the change, and it cannot be asked: %s. The"
                                + " change is not in force; restart the node when the store works"
                                + " again, what it has is in force then")
                        .formatted(fault.getMessage()));
    }

    private void deleted(long id, boolean deleted, Step step) {
        if (deleted) {
            statics.remove(
                    id, nowNs(), wallMillis(), () -> step.end(new ReservationOutcome.Deleted(id)));
        } else {
            step.end(new ReservationOutcome.Stale(id));
        }
    }

    private boolean isCurrent(long id, long version) {
        return statics.find(id).filter(view -> view.reservation().version() == version).isPresent();
    }

    private long nowNs() {
        return nowNs.getAsLong();
    }

    private long wallMillis() {
        return wallMillis.getAsLong();
    }

    /** A new reservation, or a change of one, on its way. */
    private final class Saving {
        private final long id;
        private final long version;
        private final ReservationDraft draft;
        private final Resolution resolution;
        private final String editor;
        private final Step step;

        Saving(
                long id,
                long version,
                ReservationDraft draft,
                Resolution resolution,
                String editor,
                Step step) {
            this.id = id;
            this.version = version;
            this.draft = draft;
            this.resolution = resolution;
            this.editor = editor;
            this.step = step;
        }

        void begin() {
            if (!isNew() && !isCurrent(id, version)) {
                step.end(new ReservationOutcome.Stale(id));
                return;
            }
            OptionalLong replaced = isNew() ? OptionalLong.empty() : OptionalLong.of(id);
            statics.prepare(draft, replaced, nowNs(), wallMillis(), this::prepared);
        }

        private boolean isNew() {
            return id == NONE;
        }

        private void prepared(Prepared prepared) {
            switch (prepared) {
                case Prepared.Invalid invalid ->
                        step.end(new ReservationOutcome.Invalid(invalid.faults()));
                case Prepared.Unavailable unavailable ->
                        step.end(new ReservationOutcome.NotKept(unavailable.reason()));
                case Prepared.Possible possible -> decide(possible);
            }
        }

        private void decide(Prepared.Possible possible) {
            step.atEnd(possible.claim()::release);
            if (statics.allows(resolution, possible.conflicts())) {
                keep(possible.externalIp());
            } else {
                step.end(new ReservationOutcome.Conflicting(possible.conflicts()));
            }
        }

        private void keep(int externalIp) {
            Reservation wanted =
                    new Reservation(
                            id,
                            version,
                            draft.internal(),
                            externalIp,
                            draft.externalPort(),
                            draft.description(),
                            editor,
                            wallMillis());
            if (isNew()) {
                step.askStore(
                        () -> store.add(wanted), this::added, fault -> addedPerhaps(wanted, fault));
            } else {
                step.askStore(() -> store.change(wanted), this::changed, this::changedPerhaps);
            }
        }

        private void added(Optional<Reservation> stored) {
            if (stored.isPresent()) {
                statics.put(stored.get(), resolution, nowNs(), wallMillis(), this::saved);
            } else {
                step.end(
                        new ReservationOutcome.NotKept(
                                "the store has a reservation of this port or internal endpoint that"
                                        + " this node has not loaded; restart the node"));
            }
        }

        private void addedPerhaps(Reservation wanted, StoreException fault) {
            settle(
                    fault,
                    step,
                    rows -> {
                        Optional<Reservation> stored =
                                rows.stream().filter(row -> hasPlaceOf(row, wanted)).findFirst();
                        if (stored.isPresent()) {
                            added(stored);
                        } else {
                            step.end(notKept(fault));
                        }
                    });
        }

        private static boolean hasPlaceOf(Reservation row, Reservation wanted) {
            return row.internal().equals(wanted.internal())
                    && row.externalIp() == wanted.externalIp()
                    && row.externalPort() == wanted.externalPort();
        }

        private void changedPerhaps(StoreException fault) {
            settle(
                    fault,
                    step,
                    rows -> {
                        Optional<Reservation> stored = withId(rows, id);
                        if (stored.isEmpty()) {
                            Runnable gone = () -> step.end(new ReservationOutcome.Stale(id));
                            statics.remove(id, nowNs(), wallMillis(), gone);
                        } else if (stored.get().version() == version) {
                            step.end(notKept(fault));
                        } else {
                            changed(stored);
                        }
                    });
        }

        private void changed(Optional<Reservation> stored) {
            if (stored.isPresent()) {
                statics.change(stored.get(), resolution, nowNs(), wallMillis(), this::saved);
            } else {
                step.end(new ReservationOutcome.Stale(id));
            }
        }

        private void saved(ReservationView view) {
            step.end(new ReservationOutcome.Saved(view));
        }
    }
}
