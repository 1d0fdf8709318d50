package org.portreeve.nat;

import java.util.Optional;

/**
 * A contiguous range of ports, both ends included. Immutable.
 *
 * @param first 0 to 65535
 * @param last {@code first} to 65535
 */
public record PortRange(int first, int last) {
    /** The highest port. */
    public static final int MAX_PORT = 65_535;

    /** Refuses ends out of order or out of range. */
    public PortRange {
        if (first < 0 || last > MAX_PORT || first > last) {
            throw new IllegalArgumentException("not a port range: " + first + "-" + last);
        }
    }

    /** The range of {@code N} or {@code N-M}; empty for any other text. */
    public static Optional<PortRange> parse(String text) {
        if (!text.matches("[0-9]{1,5}(-[0-9]{1,5})?")) {
            return Optional.empty();
        }
        String[] ends = text.split("-", -1);
        int first = Integer.parseInt(ends[0]);
        int last = Integer.parseInt(ends[ends.length - 1]);
        return first > last || last > MAX_PORT
                ? Optional.empty()
                : Optional.of(new PortRange(first, last));
    }

    /** Whether the port lies in the range. */
    public boolean contains(int port) {
        return first <= port && port <= last;
    }

    /** How many ports it holds. */
    public int size() {
        return last - first + 1;
    }

    @Override
    public String toString() {
        return first + "-" + last;
    }
}
