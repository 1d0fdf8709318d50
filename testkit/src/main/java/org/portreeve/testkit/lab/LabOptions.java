package org.portreeve.testkit.lab;

/**
 * What differs between labs. Immutable.
 *
 * @param subscribers how many single subscriber addresses {@code sub} has, from 100.64.0.2 upwards;
 *     the whole of 100.72.0.0/16 answers there besides
 */
public record LabOptions(int subscribers) {
    /** The addresses between 100.64.0.2 and the end of that /24. */
    public static final int MAX_SUBSCRIBERS = 200;

    /** Checks the bounds. */
    public LabOptions {
        if (subscribers < 1 || subscribers > MAX_SUBSCRIBERS) {
            throw new IllegalArgumentException("1 to " + MAX_SUBSCRIBERS + " subscribers");
        }
    }

    /** Four subscribers: enough for one, its neighbour, and a spare of each. */
    public static LabOptions standard() {
        return new LabOptions(4);
    }
}
