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
 * @param description what its owner calls it, {@link Description#sanitised}; empty for none
 * @param describes whether it is to be called so from now on; else what is kept already keeps its
 *     description (RFC 7220 §3)
 */
public record PeerCommand(
        PeerTuple peer,
        Nonce nonce,
        int suggestedIp,
        int suggestedPort,
        long lifetimeSeconds,
        int clientIp,
        int clientPort,
        String description,
        boolean describes) {
    /** Refuses a description that was not sanitised: it would be kept and shown. */
    public PeerCommand {
        if (!Description.isSane(description)) {
            throw new IllegalArgumentException("a description was not sanitised");
        }
    }

    /** A wish that says nothing of how it is called. */
    public PeerCommand(
            PeerTuple peer,
            Nonce nonce,
            int suggestedIp,
            int suggestedPort,
            long lifetimeSeconds,
            int clientIp,
            int clientPort) {
        this(
                peer,
                nonce,
                suggestedIp,
                suggestedPort,
                lifetimeSeconds,
                clientIp,
                clientPort,
                Description.NONE,
                false);
    }
}
