package org.portreeve.pcp.wire;

import java.util.List;
import java.util.Optional;
import org.portreeve.control.Nonce;

/** What a server says, asked or unasked. Immutable. */
public sealed interface PcpResponse {
    /** The number of the operation that this answers. */
    int opcodeNumber();

    /** The result on the wire; 0 is success. A server may know numbers that we do not. */
    int resultNumber();

    /** How long the mapping lives, or how long the error is expected to last. */
    long lifetimeSeconds();

    /** The server's epoch (RFC 6887 §8.5). */
    long epochSeconds();

    /** The server is there: the answer to ANNOUNCE, and the unasked one after a restart. */
    record AnnounceResponse(long epochSeconds, List<PcpOption> options) implements PcpResponse {
        /** Checks that the number fits its field. */
        public AnnounceResponse {
            PcpFormat.requireSeconds("epoch", epochSeconds);
            options = PcpFields.fitting(Opcode.ANNOUNCE, options);
        }

        /** One that tells nothing else. */
        public AnnounceResponse(long epochSeconds) {
            this(epochSeconds, List.of());
        }

        @Override
        public int opcodeNumber() {
            return Opcode.ANNOUNCE.number();
        }

        @Override
        public int resultNumber() {
            return ResultCode.SUCCESS.number();
        }

        @Override
        public long lifetimeSeconds() {
            return 0;
        }
    }

    /** A mapping was made, renewed or deleted, or a server moved it by itself (RFC 6887 §14.2). */
    record MapResponse(
            long lifetimeSeconds,
            long epochSeconds,
            Nonce nonce,
            int protocol,
            int internalPort,
            int assignedExternalPort,
            PcpAddress assignedExternalAddress,
            List<PcpOption> options)
            implements PcpResponse {
        /** Checks that the numbers fit their fields. */
        public MapResponse {
            PcpFormat.requireSeconds("lifetime", lifetimeSeconds);
            PcpFormat.requireSeconds("epoch", epochSeconds);
            PcpFormat.requireOctet("protocol", protocol);
            PcpFormat.requirePort("internal port", internalPort);
            PcpFormat.requirePort("assigned external port", assignedExternalPort);
            options = PcpFields.fitting(Opcode.MAP, options);
        }

        @Override
        public int opcodeNumber() {
            return Opcode.MAP.number();
        }

        @Override
        public int resultNumber() {
            return ResultCode.SUCCESS.number();
        }

        /** The host that the THIRD_PARTY option names (RFC 6887 §13.1). */
        public Optional<PcpAddress> thirdParty() {
            return PcpFields.thirdParty(options);
        }
    }

    /** An outbound mapping towards one peer was made or prolonged. */
    record PeerResponse(
            long lifetimeSeconds,
            long epochSeconds,
            Nonce nonce,
            int protocol,
            int internalPort,
            int assignedExternalPort,
            PcpAddress assignedExternalAddress,
            int remotePort,
            PcpAddress remoteAddress,
            List<PcpOption> options)
            implements PcpResponse {
        /** Checks that the numbers fit their fields. */
        public PeerResponse {
            PcpFormat.requireSeconds("lifetime", lifetimeSeconds);
            PcpFormat.requireSeconds("epoch", epochSeconds);
            PcpFormat.requireOctet("protocol", protocol);
            PcpFormat.requirePort("internal port", internalPort);
            PcpFormat.requirePort("assigned external port", assignedExternalPort);
            PcpFormat.requirePort("remote port", remotePort);
            options = PcpFields.fitting(Opcode.PEER, options);
        }

        @Override
        public int opcodeNumber() {
            return Opcode.PEER.number();
        }

        @Override
        public int resultNumber() {
            return ResultCode.SUCCESS.number();
        }

        /** The host that the THIRD_PARTY option names (RFC 6887 §13.1). */
        public Optional<PcpAddress> thirdParty() {
            return PcpFields.thirdParty(options);
        }
    }

    /**
     * The request was refused; nothing was changed.
     *
     * @param resultNumber not 0
     * @param echo the request that comes back with it
     */
    record ErrorResponse(
            int resultNumber, long lifetimeSeconds, long epochSeconds, RequestEcho echo)
            implements PcpResponse {
        /** Checks that the numbers fit their fields and that this is an error. */
        public ErrorResponse {
            PcpFormat.requireOctet("result code", resultNumber);
            PcpFormat.requireSeconds("lifetime", lifetimeSeconds);
            PcpFormat.requireSeconds("epoch", epochSeconds);
            if (resultNumber == ResultCode.SUCCESS.number()) {
                throw new IllegalArgumentException("success is no error");
            }
        }

        @Override
        public int opcodeNumber() {
            return echo.opcodeNumber();
        }

        /** The code, or empty when it is one of an extension. */
        public Optional<ResultCode> resultCode() {
            return ResultCode.of(resultNumber);
        }
    }
}
