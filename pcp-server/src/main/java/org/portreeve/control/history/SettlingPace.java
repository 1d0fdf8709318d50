package org.portreeve.control.history;

/**
 * When what is new in the history is put in order. What is not makes questions slow; and to put it
 * in order takes the longer the more goes on, however little is new. One thread.
 */
final class SettlingPace {
    /** So many entries settle at once: looked through for each question, they take 20 ms. */
    static final long MANY_UNSETTLED = 1_000_000;

    /** Parts of the work in each beat: the most that takes some tens of milliseconds. */
    private static final int STEPS = 3;

    private static final long HOUR_NS = 3_600_000_000_000L;

    private static final long PAUSE_NS = HOUR_NS / 60;

    private long hourNs;
    private long pauseNs;
    private boolean isUnderWay;
    private boolean isPaused;

    /** Begins with an hour. */
    SettlingPace(long nowNs) {
        hourNs = nowNs;
    }

    /** How many steps are to be done now, when so many entries did not settle. */
    int due(long nowNs, long unsettled) {
        boolean isHour = nowNs - hourNs >= HOUR_NS;
        if (isHour) {
            hourNs = nowNs;
        }
        if (unsettled >= MANY_UNSETTLED || (isHour && unsettled > 0)) {
            isUnderWay = true;
        }
        isPaused = isPaused && nowNs - pauseNs < PAUSE_NS;
        return isUnderWay && !isPaused ? STEPS : 0;
    }

    /** It failed and begins anew, but not at once: that may be for nothing and takes as long. */
    void pause(long nowNs) {
        pauseNs = nowNs;
        isPaused = true;
    }

    /** What was begun is done. */
    void end() {
        isUnderWay = false;
    }
}
