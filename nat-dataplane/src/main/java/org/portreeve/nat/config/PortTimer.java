package org.portreeve.nat.config;

import java.util.Optional;

/**
 * How long UDP sessions to one well-known port of a remote peer live idle (RFC 4787 REQ-5 a).
 * Immutable.
 *
 * @param port the destination port, 0 to {@link #MAX_PORT}
 * @param idleNs less than the idle time of other UDP sessions
 */
public record PortTimer(int port, long idleNs) {
    /** RFC 4787 REQ-5 a: only well-known ports may have shorter times. */
    public static final int MAX_PORT = 1_023;

    /** Shorter times than this would end what is still on its way. */
    public static final int MIN_SECONDS = 5;

    /** Refuses a port out of range. */
    public PortTimer {
        if (port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException("not a well-known port: " + port);
        }
    }

    /** The port of text; empty when it is no number of a well-known port. */
    public static Optional<Integer> parsePort(String text) {
        return Optional.of(text)
                .filter(digits -> digits.matches("[0-9]{1,4}"))
                .map(Integer::valueOf)
                .filter(port -> port <= MAX_PORT);
    }
}
