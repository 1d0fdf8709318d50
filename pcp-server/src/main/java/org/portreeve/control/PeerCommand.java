package org.portreeve.control;

/**
 * A wish for an outbound mapping to one remote peer (RFC 6887 §12); syntax and client address were
 * checked. Immutable.
 *
 * @param peer the session that is meant
 * @param nonce the proof of ownership
 * @param suggestedIp the only external address that will do for a new one, 0 for any
 * @param suggestedPort the same for the external port
 * @param lifetimeSeconds 0 only asks; unsigned 32 bits
 * @param clientIp where it came from, for notifications
 * @param clientPort its UDP port
 */
public record PeerCommand(
        PeerTuple peer,
        Nonce nonce,
        int suggestedIp,
        int suggestedPort,
        long lifetimeSeconds,
        int clientIp,
        int clientPort) {}
