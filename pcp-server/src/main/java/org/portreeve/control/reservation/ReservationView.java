package org.portreeve.control.reservation;

import java.util.List;

/**
 * A reservation and whether packets use it. Immutable.
 *
 * @param subscriber whose internal address it is; empty when the address belongs to nobody now
 * @param waitsFor what stands in its way; empty when it is in force
 */
public record ReservationView(Reservation reservation, String subscriber, List<Conflict> waitsFor) {
    /** Takes a copy of the list. */
    public ReservationView {
        waitsFor = List.copyOf(waitsFor);
    }

    /** Whether packets use it. */
    public boolean isInForce() {
        return waitsFor.isEmpty() && !subscriber.isEmpty();
    }
}
