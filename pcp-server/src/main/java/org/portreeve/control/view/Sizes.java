package org.portreeve.control.view;

/**
 * How much port control holds. Immutable.
 *
 * @param leases granted and not ended
 * @param reservations in force or waiting
 * @param holds external ports that rest
 * @param subscribers with a pairing
 * @param operations under way
 */
public record Sizes(int leases, int reservations, int holds, int subscribers, int operations) {}
