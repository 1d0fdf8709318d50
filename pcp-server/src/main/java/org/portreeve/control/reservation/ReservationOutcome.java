package org.portreeve.control.reservation;

import java.util.List;

/** What became of a change of a reservation. Immutable. */
public sealed interface ReservationOutcome {
    /** It is durable; the view says whether packets use it yet. */
    record Saved(ReservationView view) implements ReservationOutcome {}

    /** It is gone from store and translator. */
    record Deleted(long id) implements ReservationOutcome {}

    /** Nothing was changed: this stands in the way. */
    record Conflicting(List<Conflict> conflicts) implements ReservationOutcome {
        /** Takes a copy of the list. */
        public Conflicting {
            conflicts = List.copyOf(conflicts);
        }
    }

    /** Nothing was changed: the draft makes no sense. */
    record Invalid(List<FieldFault> faults) implements ReservationOutcome {
        /** Takes a copy of the list. */
        public Invalid {
            faults = List.copyOf(faults);
        }
    }

    /** Nothing was changed: somebody else changed or deleted it meanwhile. */
    record Stale(long id) implements ReservationOutcome {}

    /** Nothing was changed: the store could not keep it. */
    record NotKept(String reason) implements ReservationOutcome {}
}
