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
 * @param describes whether it is to be called so from now on; else a mapping that is there keeps
 *     its description (RFC 7220 §3)
 * @param filters whom it is to let in
 * @param set how many ports it is about
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
        String description,
        boolean describes,
        FilterChange filters,
        PortSet set) {
    /** Refuses a description that was not sanitised: it would be kept and shown. */
    public MapCommand {
        if (!Description.isSane(description)) {
            throw new IllegalArgumentException("a description was not sanitised");
        }
    }

    /** A wish for one port. */
    public MapCommand(
            InternalTuple internal,
            Nonce nonce,
            LeaseOrigin origin,
            int suggestedIp,
            int suggestedPort,
            boolean preferFailure,
            long lifetimeSeconds,
            int clientIp,
            int clientPort,
            String description,
            boolean describes,
            FilterChange filters) {
        this(
                internal,
                nonce,
                origin,
                suggestedIp,
                suggestedPort,
                preferFailure,
                lifetimeSeconds,
                clientIp,
                clientPort,
                description,
                describes,
                filters,
                PortSet.ONE);
    }

    /** A wish that says how the mapping is called, and leaves its filters alone. */
    public MapCommand(
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
        this(
                internal,
                nonce,
                origin,
                suggestedIp,
                suggestedPort,
                preferFailure,
                lifetimeSeconds,
                clientIp,
                clientPort,
                description,
                true,
                FilterChange.NONE);
    }

    /** The same wish of these ports; what is suggested shifts with the internal port. */
    MapCommand about(InternalTuple other, PortSet otherSet) {
        int offset = other.internalPort() - internal.internalPort();
        return new MapCommand(
                other,
                nonce,
                origin,
                suggestedIp,
                suggestedPort == 0 ? 0 : suggestedPort + offset,
                preferFailure,
                lifetimeSeconds,
                clientIp,
                clientPort,
                description,
                describes,
                filters,
                otherSet);
    }

    /** The deletion of another mapping by the same requester. */
    MapCommand deletionOf(InternalTuple other) {
        return new MapCommand(
                other, nonce, origin, 0, 0, false, 0, clientIp, clientPort, Description.NONE);
    }
}
