package org.portreeve.control.reservation;

import java.util.OptionalLong;
import org.portreeve.control.view.MappingOrigin;
import org.portreeve.nat.InternalTuple;

/**
 * What stands in the way of a reservation, or is to be known before, in words that staff can act
 * on. Immutable.
 */
public sealed interface Conflict {
    /** Somebody has the external port by request; can be evicted. */
    record PortLeased(
            String subscriber,
            InternalTuple internal,
            MappingOrigin origin,
            String description,
            long untilMillis)
            implements Conflict {}

    /** Another reservation has the external port. */
    record PortReserved(long reservationId, InternalTuple internal) implements Conflict {}

    /**
     * The external port rests after its last use by another subscriber, whose late packets may
     * arrive. A warning: a reservation takes the port at once (PCP-LIFE-011).
     */
    record PortResting(String subscriber, OptionalLong untilMillis) implements Conflict {}

    /** Outbound traffic of the same subscriber uses the external port now; wait. */
    record PortInUse(String subscriber) implements Conflict {}

    /** The external port lies in a port block of another subscriber; wait for its return. */
    record BlockHeld(String subscriber, int firstPort, int lastPort) implements Conflict {}

    /** The internal endpoint has another external port by request; can be evicted. */
    record InternalLeased(int externalIp, int externalPort, MappingOrigin origin, long untilMillis)
            implements Conflict {}

    /** The internal endpoint has a reservation already. */
    record InternalReserved(long reservationId, int externalIp, int externalPort)
            implements Conflict {}

    /** The subscriber is paired with another address, and has only one; choose that one. */
    record PairedElsewhere(String subscriber, int externalIp) implements Conflict {}
}
