package org.portreeve.nat.event;

import java.util.EnumSet;
import java.util.Set;

/**
 * Which events are told, and when. Immutable.
 *
 * @param kinds a bit for each kind that is told, by its code
 * @param againNs how soon a limit that was hit is told again of the same subscriber
 * @param marks when use is high
 */
public record EventSettings(long kinds, long againNs, Marks marks) {
    /** The defaults of the configuration. */
    public static final EventSettings USUAL = of(usual(), 10_000_000_000L, Marks.USUAL);

    /** Settings with these kinds. */
    public static EventSettings of(Set<EventKind> kinds, long againNs, Marks marks) {
        long bits = kinds.stream().mapToLong(EventSettings::bit).reduce(0, (a, b) -> a | b);
        return new EventSettings(bits, againNs, marks);
    }

    /** The kinds that are told unless the configuration says otherwise. */
    public static Set<EventKind> usual() {
        Set<EventKind> kinds = EnumSet.allOf(EventKind.class);
        kinds.removeIf(kind -> !kind.isUsual());
        return kinds;
    }

    /** Whether a kind is told. */
    public boolean tells(EventKind kind) {
        return kind.isTold() || (kinds & bit(kind)) != 0;
    }

    private static long bit(EventKind kind) {
        return 1L << kind.code();
    }
}
