package org.portreeve.control;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.portreeve.nat.PeerFilter;

/**
 * What a request wants changed of whom its mapping lets in: the FILTER options of RFC 6887 §13.3,
 * in the order sent, come to this. Immutable.
 *
 * @param removesAll whether the filters that there are go
 * @param added those that are there afterwards, too
 */
public record FilterChange(boolean removesAll, List<PeerFilter> added) {
    /** Filters stay as they are. */
    public static final FilterChange NONE = new FilterChange(false, List.of());

    /** Takes a copy of the list. */
    public FilterChange {
        added = List.copyOf(added);
    }

    /** This, and then one filter more. */
    public FilterChange thenAdd(PeerFilter filter) {
        return new FilterChange(
                removesAll, Stream.concat(added.stream(), Stream.of(filter)).toList());
    }

    /** This, and then none at all. */
    public FilterChange thenRemoveAll() {
        return new FilterChange(true, List.of());
    }

    /** Whether it leaves filters as they are. */
    boolean isNone() {
        return !removesAll && added.isEmpty();
    }

    /** What becomes of the filters that there are; one that is there already counts once. */
    List<PeerFilter> after(List<PeerFilter> before) {
        if (isNone()) {
            return before;
        }
        Set<PeerFilter> filters = new LinkedHashSet<>(removesAll ? List.of() : before);
        filters.addAll(added);
        return List.copyOf(filters);
    }
}
