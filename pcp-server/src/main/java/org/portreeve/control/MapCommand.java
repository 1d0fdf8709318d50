package org.portreeve.control;

import org.portreeve.nat.InternalTuple;

/**
 * A wish for an inbound mapping, whoever asks; syntax and client address were checked. Immutable.
 *
 * @param internal what is to be reached; the protocol is 6 or 17, and the port is 0 only in {@link
 *     PortControl#deleteAll}
 * @param nonce the proof of ownership
 * @param origin which protocol it came by
 * @param suggestedIp a hint, 0 for none
 * @param suggestedPort a hint, 0 for none
 * @param preferFailure refuse rather than assign another tuple (RFC 6887 §13.2)
 * @param lifetimeSeconds 0 deletes; unsigned 32 bits
 * @param clientIp where it came from, for notifications
 * @param clientPort its UDP port
 * @param description what its owner calls it, {@link Description#sanitised}; empty for none
 */
public record MapCommand(
        InternalTuple internal,
        Nonce nonce,
        LeaseOrigin origin,
        int suggestedIp,
        int suggestedPort,
        boolean preferFailure,
        long lifetimeSeconds,
        int clientIp,
        int clientPort,
        String description) {
    /** Refuses a description that was not sanitised: it would be kept and shown. */
    public MapCommand {
        if (!Description.isSane(description)) {
            throw new IllegalArgumentException("a description was not sanitised");
        }
    }

    /** The deletion of another mapping by the same requester. */
    MapCommand deletionOf(InternalTuple other) {
        return new MapCommand(
                other, nonce, origin, 0, 0, false, 0, clientIp, clientPort, Description.NONE);
    }
}
