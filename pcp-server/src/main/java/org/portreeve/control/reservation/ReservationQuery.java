package org.portreeve.control.reservation;

import java.util.Optional;

/**
 * Which reservations are asked for; an empty condition holds for all. Immutable.
 *
 * @param subscriber its id, whole
 * @param text part of a subscriber's id, an address with its port, a protocol, a description, or
 *     {@code in force} or {@code waiting}, whatever its case
 * @param offset matches to leave out first, by id
 * @param limit matches to return at most, 1 to {@link #MAX_LIMIT}
 */
public record ReservationQuery(Optional<String> subscriber, String text, int offset, int limit) {
    /** Reservations in one answer. */
    public static final int MAX_LIMIT = 1000;

    /** All, from the first on. */
    public static ReservationQuery all() {
        return new ReservationQuery(Optional.empty(), "", 0, MAX_LIMIT);
    }

    /** Those of a subscriber. */
    public static ReservationQuery ofSubscriber(String id) {
        return new ReservationQuery(Optional.of(id), "", 0, MAX_LIMIT);
    }
}
