package org.portreeve.control.reservation;

import java.util.List;

/** What saving a draft would meet. Immutable. */
public sealed interface Preview {
    /** It can be saved, at once or after what stands in its way. */
    record Possible(String subscriber, int externalIp, List<Conflict> conflicts)
            implements Preview {
        /** Takes a copy of the list. */
        public Possible {
            conflicts = List.copyOf(conflicts);
        }
    }

    /** It makes no sense, whatever is decided. */
    record Invalid(List<FieldFault> faults) implements Preview {
        /** Takes a copy of the list. */
        public Invalid {
            faults = List.copyOf(faults);
        }
    }
}
