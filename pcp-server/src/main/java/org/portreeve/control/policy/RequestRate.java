package org.portreeve.control.policy;

/**
 * A token bucket for requests. Immutable.
 *
 * @param perSecond sustained requests per second, at least 1
 * @param burst requests at once, at least 1
 */
public record RequestRate(int perSecond, int burst) {}
