package org.portreeve.admin.page.part;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * A point in time as a reader thinks of it, and exactly. Immutable.
 *
 * @param text such as {@code in 2 h 5 min}; empty for what has no end
 * @param exact such as {@code 2026-01-31 12:00:00 UTC}
 * @param machine the same for programs (RFC 3339)
 */
public record Moment(String text, String exact, String machine) {
    private static final DateTimeFormatter EXACT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);
    private static final long JUST_NOW_SECONDS = 5;

    /** A time seen from another, both in milliseconds since 1970. */
    public static Moment of(long atMillis, long nowMillis) {
        Instant at = Instant.ofEpochSecond(Math.floorDiv(atMillis, 1000));
        long seconds = Math.round((atMillis - nowMillis) / 1000.0);
        return new Moment(seen(seconds), EXACT.format(at), at.toString());
    }

    private static String seen(long seconds) {
        if (Math.abs(seconds) < JUST_NOW_SECONDS) {
            return seconds > 0 ? "in a moment" : "just now";
        }
        return seconds > 0 ? "in " + Words.duration(seconds) : Words.duration(-seconds) + " ago";
    }
}
