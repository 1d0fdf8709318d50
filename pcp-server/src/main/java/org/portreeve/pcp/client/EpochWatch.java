package org.portreeve.pcp.client;

import java.util.concurrent.TimeUnit;

/**
 * Judges from the epochs of one server's responses whether it may have lost its state (RFC 6887
 * §8.5). Owned by one thread.
 */
public final class EpochWatch {
    /** Going back by this much is reordering, more is a restart. */
    private static final long REORDERING_SECONDS = 1;

    /** Each of the two clocks may be off by one second at both ends. */
    private static final long QUANTIZATION_SECONDS = 2;

    /** One sixteenth is what cheap clocks may drift apart. */
    private static final long DRIFT_DIVISOR = 16;

    private boolean hasHeard;
    private long previousServerSeconds;
    private long previousClientSeconds;

    /**
     * Takes note of a response's epoch and returns whether it goes with the one before; if not, the
     * client is to renew all its mappings.
     *
     * @param nowNs a clock that never goes backwards
     */
    public boolean isValid(long epochSeconds, long nowNs) {
        // Whole seconds of the client's clock, as the rule is stated in integers.
        long clientSeconds = Math.floorDiv(nowNs, TimeUnit.SECONDS.toNanos(1));
        boolean valid = !hasHeard || isPlausible(epochSeconds, clientSeconds);
        hasHeard = true;
        previousServerSeconds = epochSeconds;
        previousClientSeconds = clientSeconds;
        return valid;
    }

    private boolean isPlausible(long epochSeconds, long clientSeconds) {
        long serverDelta = epochSeconds - previousServerSeconds;
        long clientDelta = clientSeconds - previousClientSeconds;
        return serverDelta >= -REORDERING_SECONDS
                && keepsUp(clientDelta, serverDelta)
                && keepsUp(serverDelta, clientDelta);
    }

    private static boolean keepsUp(long seconds, long otherSeconds) {
        return seconds + QUANTIZATION_SECONDS >= otherSeconds - otherSeconds / DRIFT_DIVISOR;
    }
}
