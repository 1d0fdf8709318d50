package org.portreeve.testkit;

import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;

/**
 * The seeds of a randomized test: {@code -Dseed=N} alone when given, else three fixed ones and a
 * fresh one. Use as a method source with {@code @ParameterizedTest(name = "-Dseed={0}")}, so that
 * the line of a failure is what runs it again. Any thread.
 */
public final class Seeds {
    private Seeds() {}

    /** The seeds to run, in the order to run them. */
    public static LongStream all() {
        Long given = Long.getLong("seed");
        if (given != null) {
            return LongStream.of(given);
        }
        return LongStream.of(1, 20_251, 887, ThreadLocalRandom.current().nextLong(1, 1L << 40));
    }
}
