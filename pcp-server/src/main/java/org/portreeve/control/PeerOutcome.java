package org.portreeve.control;

/** What became of a {@link PeerCommand}. Immutable. */
public sealed interface PeerOutcome {
    /**
     * The session is there and lives that long at least; what was granted is durable.
     *
     * @param description what the owner calls it now; empty for nothing
     */
    record Kept(int externalIp, int externalPort, long lifetimeSeconds, String description)
            implements PeerOutcome {
        /** One without a description. */
        public Kept(int externalIp, int externalPort, long lifetimeSeconds) {
            this(externalIp, externalPort, lifetimeSeconds, Description.NONE);
        }
    }

    /** Lifetime 0 asked for a session that is not there; nothing was made. */
    record NotThere() implements PeerOutcome {}

    /** Nothing was changed. The lifetime says for how long asking again makes no sense. */
    record Refused(MapOutcome.Reason reason, long lifetimeSeconds) implements PeerOutcome {}

    /** Nobody's packets are translated to such a peer (RFC 6887 §12.3). */
    record InvalidPeer() implements PeerOutcome {}
}
