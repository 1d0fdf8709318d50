package org.portreeve.testkit.kills;

/**
 * Whether answers to many clients speak of one epoch. Each answer was made between the moment it
 * was asked for and the moment it was read, so it says between which moments the epoch began; all
 * of them must leave a moment in common. Unlike the client's test of RFC 6887 §8.5 this does not
 * depend on the order in which answers are read, nor on how late.
 */
final class EpochWindow {
    /** What RFC 6887 §8.5 allows for clocks that are read at different moments. */
    private static final long TOLERANCE_MILLIS = 2_000;

    private boolean started;
    private long earliestMillis;
    private long latestMillis;

    /** Whether this answer fits all before; when not, a new epoch is taken to have begun. */
    boolean accepts(long askedMillis, long readMillis, long epochSeconds) {
        long notBefore = askedMillis - (epochSeconds + 1) * 1000;
        long notAfter = readMillis - epochSeconds * 1000;
        long earliest = started ? Math.max(earliestMillis, notBefore) : notBefore;
        long latest = started ? Math.min(latestMillis, notAfter) : notAfter;
        boolean fits = earliest - latest <= TOLERANCE_MILLIS;
        earliestMillis = fits ? earliest : notBefore;
        latestMillis = fits ? latest : notAfter;
        started = true;
        return fits;
    }
}
