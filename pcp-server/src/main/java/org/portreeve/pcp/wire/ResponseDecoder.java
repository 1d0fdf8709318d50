package org.portreeve.pcp.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.portreeve.control.Nonce;

/**
 * Reads what a client receives, in the order of RFC 6887 §8.3. A pure function; no octets make it
 * throw. Any thread.
 */
public final class ResponseDecoder {
    private final byte[] datagram;
    private final ByteBuffer message;

    private ResponseDecoder(byte[] datagram) {
        this.datagram = datagram;
        this.message = ByteBuffer.wrap(datagram);
    }

    /** Decodes one datagram that came from the server. */
    public static DecodedResponse decode(byte[] datagram) {
        if (datagram.length <= PcpFormat.RESULT_CODE) {
            return new DecodedResponse.Ignored(DecodedResponse.Reason.TOO_SHORT);
        }
        if ((datagram[PcpFormat.OPCODE] & PcpFormat.RESPONSE_BIT) == 0) {
            return new DecodedResponse.Ignored(DecodedResponse.Reason.NOT_A_RESPONSE);
        }
        // RFC 6887 §8.3: looked at before the length, as a NAT-PMP server answers in 8 octets.
        if (datagram[PcpFormat.RESULT_CODE] == ResultCode.UNSUPP_VERSION.number()) {
            int opcodeNumber = datagram[PcpFormat.OPCODE] & PcpFormat.OPCODE_MASK;
            return new DecodedResponse.VersionRefused(datagram[0] & 0xff, opcodeNumber);
        }
        if (datagram[0] != PcpFormat.VERSION) {
            return new DecodedResponse.Ignored(DecodedResponse.Reason.UNKNOWN_VERSION);
        }
        return new ResponseDecoder(datagram).decodeVersion2();
    }

    private DecodedResponse decodeVersion2() {
        if (!hasGoodLength(PcpFormat.HEADER_BYTES)) {
            return new DecodedResponse.Ignored(DecodedResponse.Reason.BAD_LENGTH);
        }
        int resultNumber = datagram[PcpFormat.RESULT_CODE] & 0xff;
        if (resultNumber != ResultCode.SUCCESS.number()) {
            return new DecodedResponse.Accepted(
                    new PcpResponse.ErrorResponse(
                            resultNumber,
                            seconds(PcpFormat.LIFETIME),
                            seconds(PcpFormat.EPOCH),
                            RequestEcho.of(datagram)));
        }
        Optional<Opcode> opcode = Opcode.of(datagram[PcpFormat.OPCODE] & PcpFormat.OPCODE_MASK);
        if (opcode.isEmpty()) {
            return new DecodedResponse.Ignored(DecodedResponse.Reason.UNKNOWN_OPCODE);
        }
        return decodeSuccess(opcode.get());
    }

    private DecodedResponse decodeSuccess(Opcode opcode) {
        if (!hasGoodLength(opcode.minMessageBytes())) {
            return new DecodedResponse.Ignored(DecodedResponse.Reason.BAD_LENGTH);
        }
        var cursor = new OptionCursor(message, opcode.minMessageBytes());
        if (!cursor.isSound()) {
            return new DecodedResponse.Ignored(DecodedResponse.Reason.BROKEN_OPTIONS);
        }
        return new DecodedResponse.Accepted(read(opcode, knownOptions(cursor)));
    }

    /** RFC 6887 §7.3: a client passes over options that it does not understand, all of them. */
    private static List<PcpOption> knownOptions(OptionCursor cursor) {
        List<PcpOption> options = new ArrayList<>();
        while (cursor.next()) {
            OptionCode.of(cursor.number()).flatMap(cursor::read).ifPresent(options::add);
        }
        return options;
    }

    private PcpResponse read(Opcode opcode, List<PcpOption> options) {
        return switch (opcode) {
            case ANNOUNCE -> new PcpResponse.AnnounceResponse(seconds(PcpFormat.EPOCH), options);
            case MAP ->
                    new PcpResponse.MapResponse(
                            seconds(PcpFormat.LIFETIME),
                            seconds(PcpFormat.EPOCH),
                            nonce(),
                            datagram[PcpFormat.PROTOCOL] & 0xff,
                            port(PcpFormat.INTERNAL_PORT),
                            port(PcpFormat.EXTERNAL_PORT),
                            address(PcpFormat.EXTERNAL_ADDRESS),
                            options);
            case PEER ->
                    new PcpResponse.PeerResponse(
                            seconds(PcpFormat.LIFETIME),
                            seconds(PcpFormat.EPOCH),
                            nonce(),
                            datagram[PcpFormat.PROTOCOL] & 0xff,
                            port(PcpFormat.INTERNAL_PORT),
                            port(PcpFormat.EXTERNAL_PORT),
                            address(PcpFormat.EXTERNAL_ADDRESS),
                            port(PcpFormat.REMOTE_PORT),
                            address(PcpFormat.REMOTE_ADDRESS),
                            options);
        };
    }

    private boolean hasGoodLength(int shortest) {
        return datagram.length >= shortest
                && datagram.length <= PcpFormat.MAX_MESSAGE_BYTES
                && datagram.length % 4 == 0;
    }

    private long seconds(int offset) {
        return Integer.toUnsignedLong(message.getInt(offset));
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
