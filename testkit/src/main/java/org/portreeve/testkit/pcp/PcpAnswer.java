package org.portreeve.testkit.pcp;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * A PCP answer as it was received (RFC 6887 §7.2, §11.1). Immutable.
 *
 * @param opcode the opcode with the response bit taken off
 * @param result the result code; 0 is SUCCESS
 * @param lifetimeSeconds of the mapping, or of the error
 * @param epochSeconds the server's epoch
 * @param nonce the nonce in hexadecimal; empty when this is no MAP or PEER answer
 * @param protocol the protocol number; 0 when this is neither
 * @param internalPort as it was asked
 * @param externalPort assigned, or in an error as suggested
 * @param externalAddress assigned, in dotted form
 */
public record PcpAnswer(
        int opcode,
        int result,
        long lifetimeSeconds,
        long epochSeconds,
        String nonce,
        int protocol,
        int internalPort,
        int externalPort,
        String externalAddress) {
    /** The result code of success. */
    public static final int SUCCESS = 0;

    private static final int HEADER_BYTES = 24;
    private static final int MAP_BYTES = 60;
    private static final int MAP = 1;
    private static final int PEER = 2;
    private static final int RESPONSE = 0x80;
    private static final int OPCODE_MASK = 0x7f;

    /** Reads an answer; an exception when the bytes are none. */
    public static PcpAnswer of(byte[] bytes) {
        if (bytes.length < HEADER_BYTES || bytes[0] != 2 || (bytes[1] & RESPONSE) == 0) {
            throw new IllegalArgumentException(
                    "not a PCP answer: " + HexFormat.of().formatHex(bytes));
        }
        ByteBuffer answer = ByteBuffer.wrap(bytes);
        int opcode = bytes[1] & OPCODE_MASK;
        boolean map = (opcode == MAP || opcode == PEER) && bytes.length >= MAP_BYTES;
        return new PcpAnswer(
                opcode,
                Byte.toUnsignedInt(bytes[3]),
                Integer.toUnsignedLong(answer.getInt(4)),
                Integer.toUnsignedLong(answer.getInt(8)),
                map ? HexFormat.of().formatHex(bytes, 24, 36) : "",
                map ? Byte.toUnsignedInt(bytes[36]) : 0,
                map ? Short.toUnsignedInt(answer.getShort(40)) : 0,
                map ? Short.toUnsignedInt(answer.getShort(42)) : 0,
                map ? dotted(bytes) : "");
    }

    private static String dotted(byte[] bytes) {
        return "%d.%d.%d.%d"
                .formatted(bytes[56] & 0xff, bytes[57] & 0xff, bytes[58] & 0xff, bytes[59] & 0xff);
    }

    /** Whether the result is SUCCESS. */
    public boolean succeeded() {
        return result == SUCCESS;
    }
}
