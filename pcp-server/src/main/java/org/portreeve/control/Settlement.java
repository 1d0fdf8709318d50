package org.portreeve.control;

import java.util.function.Consumer;
import org.portreeve.control.reservation.Reservation;

/**
 * Somebody who waits to hear how a change of a reservation settled: once, and not longer than to a
 * deadline. Event loop only.
 */
final class Settlement {
    final Reservation reservation;
    final long deadlineNs;
    private final Consumer<StaticMapping> then;
    private boolean isTold;

    Settlement(Reservation reservation, long deadlineNs, Consumer<StaticMapping> then) {
        this.reservation = reservation;
        this.deadlineNs = deadlineNs;
        this.then = then;
    }

    boolean isTold() {
        return isTold;
    }

    /** Says how it settled, unless it was told before. */
    void tell(StaticMapping mapping) {
        if (!isTold) {
            isTold = true;
            then.accept(mapping);
        }
    }
}
