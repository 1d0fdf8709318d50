package org.portreeve.control.simulation;

import java.io.PrintStream;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Says once a minute how far a run of many seeds is, and when its time is over. */
final class Progress {
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final long LINE_NS = 60 * NS_PER_SECOND;

    private final LongSupplier nanoTime;
    private final PrintStream out;
    private final long startNs;
    private final long endNs;
    private final Tally done = new Tally();
    private long nextLineNs;
    private int seeds;

    /**
     * Begins to measure.
     *
     * @param nanoTime real time
     * @param atMost after this no seed begins and none takes another step
     */
    Progress(LongSupplier nanoTime, Duration atMost, PrintStream out) {
        this.nanoTime = nanoTime;
        this.out = out;
        startNs = nanoTime.getAsLong();
        endNs = startNs + atMost.toNanos();
        nextLineNs = startNs + LINE_NS;
    }

    boolean hasTime() {
        return endNs - nanoTime.getAsLong() > 0;
    }

    /** A seed goes on. */
    void onStep(long seed, Tally tally) {
        long nowNs = nanoTime.getAsLong();
        if (nextLineNs - nowNs <= 0) {
            nextLineNs = nowNs + LINE_NS;
            var all = new Tally();
            all.add(done);
            all.add(tally);
            print(nowNs, seed, "at step " + tally.stepCount(), all.summary());
        }
    }

    /** A seed came to its end. */
    void onEnd(long seed, Tally tally) {
        seeds++;
        done.add(tally);
        print(nanoTime.getAsLong(), seed, "held", tally.toString());
    }

    /** All is over. */
    void onEnd() {
        out.printf("%d seeds held; all of them: %s%n", seeds, done);
    }

    private void print(long nowNs, long seed, String what, String counts) {
        long seconds = (nowNs - startNs) / NS_PER_SECOND;
        out.printf("%d s, %d seeds held, -Dseed=%d %s: %s%n", seconds, seeds, seed, what, counts);
    }
}
