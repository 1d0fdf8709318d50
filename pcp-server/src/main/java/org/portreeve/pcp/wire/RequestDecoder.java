package org.portreeve.pcp.wire;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.portreeve.control.Nonce;

/**
 * Reads what a server receives, in the order of RFC 6887 §8.2. A pure function of the octets, their
 * source and what is offered to that source; no octets make it throw. Any thread.
 */
public final class RequestDecoder {
    private final byte[] datagram;
    private final ByteBuffer message;
    private final PcpFeatures features;

    private RequestDecoder(byte[] datagram, PcpFeatures features) {
        this.datagram = datagram;
        this.message = ByteBuffer.wrap(datagram);
        this.features = features;
    }

    /**
     * Decodes one datagram.
     *
     * @param source the address in its IP header
     */
    public static Decoded decode(byte[] datagram, PcpAddress source, PcpFeatures features) {
        if (datagram.length < PcpFormat.MIN_ANSWERABLE_BYTES) {
            return new Decoded.Ignored(Decoded.Reason.TOO_SHORT);
        }
        // RFC 6887 §8.2: before the version, so that two servers cannot answer one another.
        if ((datagram[PcpFormat.OPCODE] & PcpFormat.RESPONSE_BIT) != 0) {
            return new Decoded.Ignored(Decoded.Reason.NOT_A_REQUEST);
        }
        if (datagram[0] == 0 && features.natPmp()) {
            return new Decoded.NatPmp();
        }
        var decoder = new RequestDecoder(datagram, features);
        if (datagram[0] != PcpFormat.VERSION) {
            return decoder.refusedUnparsed(ResultCode.UNSUPP_VERSION);
        }
        if (datagram.length < PcpFormat.HEADER_BYTES) {
            return new Decoded.Ignored(Decoded.Reason.HEADER_CUT_SHORT);
        }
        return decoder.decodeVersion2(source);
    }

    private Decoded decodeVersion2(PcpAddress source) {
        int opcodeNumber = datagram[PcpFormat.OPCODE] & PcpFormat.OPCODE_MASK;
        Optional<Opcode> opcode = Opcode.of(opcodeNumber).filter(features.opcodes()::contains);
        // RFC 6887 §8.2: data of an opcode that is not offered is not looked at, nor its length.
        int shortest = opcode.map(Opcode::minMessageBytes).orElse(PcpFormat.HEADER_BYTES);
        if (datagram.length > PcpFormat.MAX_MESSAGE_BYTES
                || datagram.length % 4 != 0
                || datagram.length < shortest) {
            return refusedUnparsed(ResultCode.MALFORMED_REQUEST);
        }
        if (!address(PcpFormat.CLIENT_ADDRESS).equals(source)) {
            return refused(ResultCode.ADDRESS_MISMATCH);
        }
        if (opcode.isEmpty()) {
            return refused(ResultCode.UNSUPP_OPCODE);
        }
        return decodeOptions(opcode.get());
    }

    private Decoded decodeOptions(Opcode opcode) {
        var cursor = new OptionCursor(message, opcode.minMessageBytes());
        if (!cursor.isSound()) {
            return refusedUnparsed(ResultCode.MALFORMED_OPTION);
        }
        PcpRequest bare = readBare(opcode);
        if (!isConsistent(bare)) {
            return refusedUnparsed(ResultCode.MALFORMED_REQUEST);
        }
        return switch (OptionRules.apply(cursor, bare, features.options())) {
            case OptionRules.Outcome.Good(List<PcpOption> options) ->
                    new Decoded.Accepted(
                            options.isEmpty() ? bare : bare.withOptions(options),
                            RequestEcho.of(datagram));
            case OptionRules.Outcome.Faulty(ResultCode code) ->
                    code.meansNotParsed() ? refusedUnparsed(code) : refused(code);
        };
    }

    private PcpRequest readBare(Opcode opcode) {
        PcpAddress client = address(PcpFormat.CLIENT_ADDRESS);
        long lifetimeSeconds = Integer.toUnsignedLong(message.getInt(PcpFormat.LIFETIME));
        return switch (opcode) {
            case ANNOUNCE -> new PcpRequest.AnnounceRequest(client, lifetimeSeconds);
            case MAP ->
                    new PcpRequest.MapRequest(
                            client,
                            lifetimeSeconds,
                            nonce(),
                            datagram[PcpFormat.PROTOCOL] & 0xff,
                            port(PcpFormat.INTERNAL_PORT),
                            port(PcpFormat.EXTERNAL_PORT),
                            address(PcpFormat.EXTERNAL_ADDRESS),
                            List.of());
            case PEER ->
                    new PcpRequest.PeerRequest(
                            client,
                            lifetimeSeconds,
                            nonce(),
                            datagram[PcpFormat.PROTOCOL] & 0xff,
                            port(PcpFormat.INTERNAL_PORT),
                            port(PcpFormat.EXTERNAL_PORT),
                            address(PcpFormat.EXTERNAL_ADDRESS),
                            port(PcpFormat.REMOTE_PORT),
                            address(PcpFormat.REMOTE_ADDRESS),
                            List.of());
        };
    }

    /** Whether the fields of the opcode's own data go together. */
    private static boolean isConsistent(PcpRequest bare) {
        return switch (bare) {
            case PcpRequest.AnnounceRequest _ -> true;
            // RFC 6887 §11.3, §15.1: a port of all protocols means nothing.
            case PcpRequest.MapRequest map -> map.protocol() != 0 || map.internalPort() == 0;
            // RFC 6887 §12.1: none of the three may be zero.
            case PcpRequest.PeerRequest peer ->
                    peer.protocol() != 0 && peer.internalPort() != 0 && peer.remotePort() != 0;
        };
    }

    private Decoded refused(ResultCode code) {
        return new Decoded.Refused(code, RequestEcho.of(datagram).withoutAddressTail());
    }

    private Decoded refusedUnparsed(ResultCode code) {
        return new Decoded.Refused(code, RequestEcho.of(datagram));
    }

    private PcpAddress address(int offset) {
        return PcpAddress.read(message, offset);
    }

    private int port(int offset) {
        return message.getShort(offset) & 0xffff;
    }

    private Nonce nonce() {
        return new Nonce(
                message.getLong(PcpFormat.NONCE), message.getInt(PcpFormat.NONCE + Long.BYTES));
    }
}
