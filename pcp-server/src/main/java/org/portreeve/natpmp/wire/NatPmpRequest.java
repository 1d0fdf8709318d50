package org.portreeve.natpmp.wire;

/** A request whose syntax was checked (RFC 6886 §3.2, §3.3). Immutable. */
public sealed interface NatPmpRequest {
    /** Asks for the external address. */
    record ExternalAddressRequest() implements NatPmpRequest {}

    /**
     * Asks for a mapping, or with lifetime 0 for its end.
     *
     * @param protocol the IP protocol, 6 or 17
     * @param internalPort 0 stands for all ports in a deletion
     * @param suggestedExternalPort a hint, 0 for none
     * @param lifetimeSeconds unsigned 32 bits
     */
    record MapRequest(
            int protocol, int internalPort, int suggestedExternalPort, long lifetimeSeconds)
            implements NatPmpRequest {}
}
