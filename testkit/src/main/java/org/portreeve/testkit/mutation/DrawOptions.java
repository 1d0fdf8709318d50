package org.portreeve.testkit.mutation;

import java.util.SplittableRandom;

/**
 * Which mutations are tried, and with what. Immutable.
 *
 * @param rowCount how many conformance rows are drawn
 * @param seed decides which, and in which of its ways each is broken
 * @param rows how the IDs of the rows begin; empty for all
 * @param classPath that of the tests, built already; empty to have Maven build and tell it
 */
record DrawOptions(int rowCount, long seed, String rows, String classPath) {
    /** For a person. */
    static final String USAGE =
            "usage: MutationMain [-n ROWS] [--seed N] [--rows PREFIX] [--class-path PATH]";

    private static final int ROWS = 20;

    /** Reads the words of the command; throws on those it does not know. */
    static DrawOptions parse(String[] words) {
        long seed = new SplittableRandom().nextLong(1, 1L << 40);
        var options = new DrawOptions(ROWS, seed, "", "");
        if (words.length % 2 != 0) {
            throw new IllegalArgumentException("a word without its value");
        }
        for (int i = 0; i < words.length; i += 2) {
            options = options.with(words[i], words[i + 1]);
        }
        return options;
    }

    private DrawOptions with(String name, String value) {
        return switch (name) {
            case "-n" -> new DrawOptions(Integer.parseInt(value), seed, rows, classPath);
            case "--seed" -> new DrawOptions(rowCount, Long.parseLong(value), rows, classPath);
            case "--rows" -> new DrawOptions(rowCount, seed, value, classPath);
            case "--class-path" -> new DrawOptions(rowCount, seed, rows, value);
            default -> throw new IllegalArgumentException(name);
        };
    }
}
