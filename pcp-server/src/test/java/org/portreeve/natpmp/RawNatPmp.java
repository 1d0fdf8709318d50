package org.portreeve.natpmp;

import java.nio.ByteBuffer;

/** NAT-PMP messages octet by octet, written without any code of the product (RFC 6886 §3). */
final class RawNatPmp {
    static final int UDP = 1;
    static final int TCP = 2;

    static final int RESULT = 2;
    static final int EPOCH = 4;
    static final int EXTERNAL_ADDRESS = 8;
    static final int INTERNAL_PORT = 8;
    static final int EXTERNAL_PORT = 10;
    static final int LIFETIME = 12;

    private RawNatPmp() {}

    static byte[] address() {
        return new byte[] {0, 0};
    }

    static byte[] map(int opcode, int internalPort, int externalPort, long lifetimeSeconds) {
        return ByteBuffer.allocate(12)
                .put((byte) 0)
                .put((byte) opcode)
                .putShort((short) 0)
                .putShort((short) internalPort)
                .putShort((short) externalPort)
                .putInt((int) lifetimeSeconds)
                .array();
    }

    static byte[] delete(int opcode, int internalPort) {
        return map(opcode, internalPort, 0, 0);
    }

    static int result(byte[] answer) {
        return u16(answer, RESULT);
    }

    static long epoch(byte[] answer) {
        return u32(answer, EPOCH);
    }

    static int externalPort(byte[] answer) {
        return u16(answer, EXTERNAL_PORT);
    }

    static long lifetime(byte[] answer) {
        return u32(answer, LIFETIME);
    }

    static int u16(byte[] octets, int offset) {
        return ByteBuffer.wrap(octets).getShort(offset) & 0xffff;
    }

    static long u32(byte[] octets, int offset) {
        return ByteBuffer.wrap(octets).getInt(offset) & 0xffff_ffffL;
    }
}
