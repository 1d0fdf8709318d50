package org.portreeve.admin.page.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.portreeve.admin.page.part.ConflictWords;
import org.portreeve.admin.page.part.Frame;
import org.portreeve.control.reservation.FieldFault;

/**
 * The form of a new or an existing reservation. Immutable.
 *
 * @param action where the form goes
 * @param version what the editor saw; 0 for a new one
 * @param existing the reservation as it is, if there is one
 * @param check what saving would meet, once that was asked
 */
public record ReservationModel(
        Frame frame,
        String action,
        long version,
        ReservationFields fields,
        List<FieldFault> faults,
        Optional<ReservationRow> existing,
        Optional<Check> check) {
    /** Takes a copy of the list. */
    public ReservationModel {
        faults = List.copyOf(faults);
    }

    /**
     * What saving would meet. Immutable.
     *
     * @param outcome what the subscriber will have, as a sentence
     * @param conflicts what stands in the way
     */
    public record Check(String outcome, List<ConflictWords> conflicts) {
        /** Takes a copy of the list. */
        public Check {
            conflicts = List.copyOf(conflicts);
        }

        /** Whether it can be saved as it is. */
        public boolean isClear() {
            return inTheWay().isEmpty();
        }

        /** Whether it can be saved to wait: all that stands in the way goes by itself. */
        public boolean canWait() {
            return !isClear() && inTheWay().stream().allMatch(ConflictWords::canWait);
        }

        /** Whether it can be saved by ending what stands in the way. */
        public boolean canEvict() {
            return !isClear() && inTheWay().stream().allMatch(ConflictWords::canEvict);
        }

        private List<ConflictWords> inTheWay() {
            return conflicts.stream().filter(conflict -> !conflict.isWarning()).toList();
        }
    }

    /** What is wrong with a field; empty when nothing is. */
    public String fault(String field) {
        return faults.stream()
                .filter(fault -> fault.field().equals(field))
                .map(FieldFault::message)
                .collect(Collectors.joining(" "));
    }

    /** Whether it does not exist yet. */
    public boolean isNew() {
        return existing.isEmpty();
    }
}
