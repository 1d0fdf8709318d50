package org.portreeve.bench.traffic;

import java.util.Locale;

/**
 * What a crowd is told to ask for. Immutable.
 *
 * @param operation of what kind all requests are
 * @param port where the server listens
 * @param window requests under way at a time; without effect in an open loop
 * @param perSecond the rate at which they are sent whatever the server does, which makes the loop
 *     an open one; 0: as fast as they are answered
 * @param millis how long requests are sent
 * @param most how many requests are sent at most
 */
public record Order(
        Operation operation, int port, int window, long perSecond, long millis, long most) {
    private static final long NS_PER_MS = 1_000_000;
    private static final long NS_PER_SECOND = 1_000_000_000;

    /** Kinds of requests. */
    public enum Operation {
        /** Mappings that there are not yet. */
        NEW,
        /** More time for mappings that there are, in random order. */
        RENEW,
        /** An end of the mappings that were made last. */
        DELETE,
        /** The same octets, which the far end sends back as they are. */
        ECHO
    }

    /** Reads a line. */
    static Order of(String line) {
        String[] words = line.split(" ", -1);
        return new Order(
                Operation.valueOf(words[0].toUpperCase(Locale.ROOT)),
                Integer.parseInt(words[1]),
                Integer.parseInt(words[2]),
                Long.parseLong(words[3]),
                Long.parseLong(words[4]),
                Long.parseLong(words[5]));
    }

    /** The line that says it. */
    public String line() {
        String word = operation.name().toLowerCase(Locale.ROOT);
        return "%s %d %d %d %d %d".formatted(word, port, window, perSecond, millis, most);
    }

    boolean isOpenLoop() {
        return perSecond > 0;
    }

    long durationNs() {
        return millis * NS_PER_MS;
    }

    /** How long after the beginning a request is to be sent, in an open loop. */
    long dueNs(long index) {
        return index * NS_PER_SECOND / perSecond;
    }
}
