package org.portreeve.control.history;

import java.util.function.LongSupplier;

/**
 * When the clients that a restart wakes have been answered: what can wait leaves them the
 * processors. One thread, which looks about once a second.
 */
public final class Rush {
    /** Fewer leases wake few clients, and nothing is done about them. */
    public static final int MANY_LEASES = 10_000;

    /** Requests in a second that are answered beside other work. */
    private static final long FEW_REQUESTS = 1_000;

    /** Clients hear of a restart one after the other, and the calm may be a pause. */
    private static final int CALM_SECONDS = 10;

    private static final int LONGEST_SECONDS = 60;

    private final LongSupplier requests;
    private long seen;
    private int calmSeconds;
    private int secondsLeft;

    /**
     * After a start.
     *
     * @param leases how many were put back
     * @param requests how many were received so far
     */
    public Rush(long leases, LongSupplier requests) {
        this.requests = requests;
        seen = requests.getAsLong();
        secondsLeft = leases < MANY_LEASES ? 0 : LONGEST_SECONDS;
    }

    /** Sees what was asked since the last look. */
    void look() {
        long now = requests.getAsLong();
        boolean isQuiet = now - seen < FEW_REQUESTS;
        seen = now;
        if (secondsLeft > 0) {
            secondsLeft--;
            calmSeconds = isQuiet ? calmSeconds + 1 : 0;
            if (calmSeconds > CALM_SECONDS) {
                secondsLeft = 0;
            }
        }
    }

    /** Whether the rush of the start is over, for good. */
    boolean isOver() {
        return secondsLeft == 0;
    }
}
