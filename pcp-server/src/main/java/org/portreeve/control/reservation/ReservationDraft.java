package org.portreeve.control.reservation;

import java.util.OptionalInt;
import org.portreeve.nat.InternalTuple;

/**
 * What staff wish a reservation to be. Immutable.
 *
 * @param externalIp empty for the address that the subscriber is paired with, or will be
 * @param description at most {@link #MAX_DESCRIPTION} characters, no control characters
 */
public record ReservationDraft(
        InternalTuple internal, OptionalInt externalIp, int externalPort, String description) {
    /** Characters of a description. */
    public static final int MAX_DESCRIPTION = 200;
}
