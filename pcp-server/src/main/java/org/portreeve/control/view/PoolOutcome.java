package org.portreeve.control.view;

import java.util.List;

/** What became of the wish that the pool has other external addresses. Immutable. */
public sealed interface PoolOutcome {
    /**
     * It has them.
     *
     * @param added addresses that anybody may get now
     * @param leaving addresses that nobody gets any more; each leaves when nothing uses it
     */
    record Changed(List<Integer> added, List<Integer> leaving) implements PoolOutcome {
        /** Takes copies of the lists. */
        public Changed {
            added = List.copyOf(added);
            leaving = List.copyOf(leaving);
        }
    }

    /**
     * Nothing was changed.
     *
     * @param reason why, for the operator
     */
    record Refused(String reason) implements PoolOutcome {}
}
