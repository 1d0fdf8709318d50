package org.portreeve.pcp.wire;

import java.util.List;
import java.util.Optional;
import org.portreeve.control.Nonce;

/** A request whose syntax was checked; nobody reads its octets again. Immutable. */
public sealed interface PcpRequest {
    /** Which operation this asks for. */
    Opcode opcode();

    /** The address that the client believes it sends from (RFC 6887 §8.1). */
    PcpAddress clientAddress();

    /** The requested lifetime, unsigned 32 bits. */
    long lifetimeSeconds();

    /** The options that are to be processed, in the order sent. */
    List<PcpOption> options();

    /** The same request with these options. */
    PcpRequest withOptions(List<PcpOption> options);

    /** The host that a mapping is for: the THIRD_PARTY if there is one, else the client. */
    default PcpAddress internalAddress() {
        return thirdParty().orElseGet(this::clientAddress);
    }

    /** The host that the THIRD_PARTY option names (RFC 6887 §13.1). */
    default Optional<PcpAddress> thirdParty() {
        return PcpFields.thirdParty(options());
    }

    /** The realm of that host, as the THIRD_PARTY_ID option names it (RFC 7843). */
    default Optional<RealmId> thirdPartyId() {
        return PcpFields.thirdPartyId(options());
    }

    /** Is the server there, and what is its epoch (RFC 6887 §14.1). */
    record AnnounceRequest(PcpAddress clientAddress, long lifetimeSeconds, List<PcpOption> options)
            implements PcpRequest {
        /** Checks that the number fits its field. */
        public AnnounceRequest {
            PcpFormat.requireSeconds("lifetime", lifetimeSeconds);
            options = PcpFields.fitting(Opcode.ANNOUNCE, options);
        }

        /** One without options. */
        public AnnounceRequest(PcpAddress clientAddress, long lifetimeSeconds) {
            this(clientAddress, lifetimeSeconds, List.of());
        }

        @Override
        public Opcode opcode() {
            return Opcode.ANNOUNCE;
        }

        @Override
        public AnnounceRequest withOptions(List<PcpOption> options) {
            return new AnnounceRequest(clientAddress, lifetimeSeconds, options);
        }

        /** The answer: the epoch, and what else is told. */
        public PcpResponse.AnnounceResponse success(long epochSeconds, List<PcpOption> options) {
            return new PcpResponse.AnnounceResponse(epochSeconds, options);
        }
    }

    /** Make, renew or delete an inbound mapping (RFC 6887 §11). */
    record MapRequest(
            PcpAddress clientAddress,
            long lifetimeSeconds,
            Nonce nonce,
            int protocol,
            int internalPort,
            int suggestedExternalPort,
            PcpAddress suggestedExternalAddress,
            List<PcpOption> options)
            implements PcpRequest {
        /** Checks that the numbers fit their fields. */
        public MapRequest {
            PcpFormat.requireSeconds("lifetime", lifetimeSeconds);
            PcpFormat.requireOctet("protocol", protocol);
            PcpFormat.requirePort("internal port", internalPort);
            PcpFormat.requirePort("suggested external port", suggestedExternalPort);
            options = PcpFields.fitting(Opcode.MAP, options);
        }

        @Override
        public Opcode opcode() {
            return Opcode.MAP;
        }

        @Override
        public MapRequest withOptions(List<PcpOption> options) {
            return new MapRequest(
                    clientAddress,
                    lifetimeSeconds,
                    nonce,
                    protocol,
                    internalPort,
                    suggestedExternalPort,
                    suggestedExternalAddress,
                    options);
        }

        /** The same request as if it were about another internal port. */
        public MapRequest about(int otherInternalPort) {
            return new MapRequest(
                    clientAddress,
                    lifetimeSeconds,
                    nonce,
                    protocol,
                    otherInternalPort,
                    suggestedExternalPort,
                    suggestedExternalAddress,
                    options);
        }

        /** Whether a message of this kind has room for these options (RFC 6887 §7). */
        public boolean canCarry(List<PcpOption> options) {
            return PcpFields.fit(Opcode.MAP, options);
        }

        /** Whether exactly the suggested tuple is wanted (RFC 6887 §13.2). */
        public boolean prefersFailure() {
            return options.contains(new PcpOption.PreferFailure());
        }

        /** The answer that grants this external tuple; all options kept here were processed. */
        public PcpResponse.MapResponse granted(
                long lifetimeSeconds,
                int assignedExternalPort,
                PcpAddress assignedExternalAddress,
                long epochSeconds) {
            return new PcpResponse.MapResponse(
                    lifetimeSeconds,
                    epochSeconds,
                    nonce,
                    protocol,
                    internalPort,
                    assignedExternalPort,
                    assignedExternalAddress,
                    options);
        }

        /** What a server says that refuses this request, of which it has only the meaning. */
        public PcpResponse.ErrorResponse refused(
                ResultCode code, long lifetimeSeconds, long epochSeconds) {
            RequestEcho echo = RequestEcho.of(PcpEncoder.octets(this)).withoutAddressTail();
            return new PcpResponse.ErrorResponse(
                    code.number(), lifetimeSeconds, epochSeconds, echo);
        }

        /** The answer to a deletion: the suggestion is copied back (RFC 6887 §15.1). */
        public PcpResponse.MapResponse deleted(long lifetimeSeconds, long epochSeconds) {
            return granted(
                    lifetimeSeconds, suggestedExternalPort, suggestedExternalAddress, epochSeconds);
        }
    }

    /** Make or prolong an outbound mapping to one remote peer (RFC 6887 §12). */
    record PeerRequest(
            PcpAddress clientAddress,
            long lifetimeSeconds,
            Nonce nonce,
            int protocol,
            int internalPort,
            int suggestedExternalPort,
            PcpAddress suggestedExternalAddress,
            int remotePort,
            PcpAddress remoteAddress,
            List<PcpOption> options)
            implements PcpRequest {
        /** Checks that the numbers fit their fields. */
        public PeerRequest {
            PcpFormat.requireSeconds("lifetime", lifetimeSeconds);
            PcpFormat.requireOctet("protocol", protocol);
            PcpFormat.requirePort("internal port", internalPort);
            PcpFormat.requirePort("suggested external port", suggestedExternalPort);
            PcpFormat.requirePort("remote port", remotePort);
            options = PcpFields.fitting(Opcode.PEER, options);
        }

        @Override
        public Opcode opcode() {
            return Opcode.PEER;
        }

        @Override
        public PeerRequest withOptions(List<PcpOption> options) {
            return new PeerRequest(
                    clientAddress,
                    lifetimeSeconds,
                    nonce,
                    protocol,
                    internalPort,
                    suggestedExternalPort,
                    suggestedExternalAddress,
                    remotePort,
                    remoteAddress,
                    options);
        }

        /** The answer that reports this external tuple; all options kept here were processed. */
        public PcpResponse.PeerResponse granted(
                long lifetimeSeconds,
                int assignedExternalPort,
                PcpAddress assignedExternalAddress,
                long epochSeconds) {
            return new PcpResponse.PeerResponse(
                    lifetimeSeconds,
                    epochSeconds,
                    nonce,
                    protocol,
                    internalPort,
                    assignedExternalPort,
                    assignedExternalAddress,
                    remotePort,
                    remoteAddress,
                    options);
        }

        /** The answer that there is no such session: the suggestion is copied back. */
        public PcpResponse.PeerResponse notThere(long epochSeconds) {
            return granted(0, suggestedExternalPort, suggestedExternalAddress, epochSeconds);
        }
    }
}
