package org.portreeve.control.view;

/**
 * Which subscribers are asked for. Immutable.
 *
 * @param text part of an id or profile name, or an internal address; empty for all
 * @param offset matches to leave out first, in the order of ids
 * @param limit matches to return at most, 1 to {@link #MAX_LIMIT}
 */
public record SubscriberQuery(String text, int offset, int limit) {
    /** Subscribers in one answer. */
    public static final int MAX_LIMIT = 200;
}
