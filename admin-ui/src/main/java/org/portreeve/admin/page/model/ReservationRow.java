package org.portreeve.admin.page.model;

import java.util.List;
import org.portreeve.admin.page.part.Chip;
import org.portreeve.admin.page.part.ConflictWords;
import org.portreeve.admin.page.part.Moment;
import org.portreeve.admin.page.part.Tone;
import org.portreeve.admin.page.part.Words;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.reservation.ReservationView;
import org.portreeve.nat.Protocol;

/**
 * A reservation in a table. Immutable.
 *
 * @param subscriberHref its subscriber's page; empty when its address belongs to nobody
 * @param state in force, or waiting
 * @param reasons why it waits
 */
public record ReservationRow(
        long id,
        String protocol,
        String internal,
        String external,
        String subscriber,
        String subscriberHref,
        String description,
        Chip state,
        List<Reason> reasons,
        String editedBy,
        Moment edited) {
    /** Takes a copy of the list. */
    public ReservationRow {
        reasons = List.copyOf(reasons);
    }

    /**
     * Why a reservation waits. Immutable.
     *
     * @param until when that may end, in the reader's words; empty when nobody knows
     */
    public record Reason(String what, List<Moment> until) {}

    /** The row of a reservation. */
    public static ReservationRow of(ReservationView view, long nowMillis) {
        Reservation reservation = view.reservation();
        String subscriber = view.subscriber();
        return new ReservationRow(
                reservation.id(),
                Protocol.name(reservation.internal().protocol()),
                Words.internal(reservation.internal()),
                Words.endpoint(reservation.externalIp(), reservation.externalPort()),
                Words.said(subscriber),
                subscriber.isEmpty() ? "" : "/subscribers/" + Words.encoded(subscriber),
                Words.said(reservation.description()),
                state(view),
                reasons(view, nowMillis),
                Words.said(reservation.editedBy()),
                Moment.of(reservation.editedMillis(), nowMillis));
    }

    /** Where it is changed. */
    public String href() {
        return "/reservations/" + id;
    }

    private static Chip state(ReservationView view) {
        return view.isInForce() ? new Chip(Tone.GOOD, "In force") : new Chip(Tone.WARN, "Waiting");
    }

    private static List<Reason> reasons(ReservationView view, long nowMillis) {
        if (view.subscriber().isEmpty()) {
            return List.of(
                    new Reason("The internal address belongs to no subscriber now.", List.of()));
        }
        return ConflictWords.all(view.waitsFor(), nowMillis).stream()
                .map(words -> new Reason(words.what(), words.until().stream().toList()))
                .toList();
    }
}
