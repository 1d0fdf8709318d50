package org.portreeve.daemon.command.node;

/** Lengths of time as people read them. Pure. */
final class Spans {
    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private Spans() {}

    /** The two greatest units of some seconds. */
    static String words(long seconds) {
        if (seconds >= DAY) {
            return seconds / DAY + " d " + seconds % DAY / HOUR + " h";
        }
        if (seconds >= HOUR) {
            return seconds / HOUR + " h " + seconds % HOUR / MINUTE + " min";
        }
        return seconds >= MINUTE
                ? seconds / MINUTE + " min " + seconds % MINUTE + " s"
                : seconds + " s";
    }
}
