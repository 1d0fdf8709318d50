package org.portreeve.control.reservation;

import org.portreeve.nat.InternalTuple;

/**
 * A static mapping as staff keep it: survives everything but staff. Immutable.
 *
 * @param id assigned by the store, from 1
 * @param version counts its changes, from 1; a change names the version that it saw
 * @param internal where packets are sent; the protocol is 6 or 17
 * @param externalIp an address of the pool
 * @param externalPort 1 to 65535
 * @param description for staff, at most {@link ReservationDraft#MAX_DESCRIPTION} characters
 * @param editedBy the user who changed it last
 */
public record Reservation(
        long id,
        long version,
        InternalTuple internal,
        int externalIp,
        int externalPort,
        String description,
        String editedBy,
        long editedMillis) {}
