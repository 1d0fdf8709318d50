package org.portreeve.pcp.client;

import org.portreeve.pcp.wire.PcpResponse;

/** What became of a request that a client sent. Immutable. */
public sealed interface PcpOutcome {
    /**
     * The server answered.
     *
     * @param response a success, or an {@link PcpResponse.ErrorResponse}
     * @param epochValid whether the server's epoch goes with its earlier responses to this client;
     *     if not, it may have lost its mappings (RFC 6887 §8.5)
     */
    record Answered(PcpResponse response, boolean epochValid) implements PcpOutcome {}

    /** The server speaks another version, 0 for a NAT-PMP server (RFC 6887 §9). */
    record VersionRefused(int serverVersion) implements PcpOutcome {}

    /** Nobody answered. */
    record NoAnswer(Reason reason) implements PcpOutcome {}

    /** Why there is no answer. */
    enum Reason {
        /** Nothing came in the time allowed. */
        TIMED_OUT,
        /** The host said that nobody listens there (ICMP). */
        PORT_UNREACHABLE,
        /** The host could not send: no route, or its device is down. */
        NOT_SENT
    }
}
