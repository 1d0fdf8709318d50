package org.portreeve.natpmp.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.portreeve.nat.Protocol;

/** An answer (RFC 6886 §3.2, §3.3, §3.5). Immutable. */
public sealed interface NatPmpResponse {
    /** Its result code. */
    NatPmpResult result();

    /** Its octets, every one of them written. */
    byte[] octets();

    /**
     * The external address; 0 with any result but success.
     *
     * @param epochSeconds unsigned 32 bits
     */
    record ExternalAddress(NatPmpResult result, long epochSeconds, int externalIp)
            implements NatPmpResponse {
        @Override
        public byte[] octets() {
            return begun(
                            NatPmpFormat.OPCODE_ADDRESS,
                            NatPmpFormat.ADDRESS_RESPONSE_BYTES,
                            result,
                            epochSeconds)
                    .putInt(externalIp)
                    .array();
        }
    }

    /**
     * What became of a map request.
     *
     * @param protocol 6 or 17, as in the request
     * @param epochSeconds unsigned 32 bits
     * @param internalPort as in the request
     * @param lifetimeSeconds unsigned 32 bits
     */
    record Mapped(
            int protocol,
            NatPmpResult result,
            long epochSeconds,
            int internalPort,
            int externalPort,
            long lifetimeSeconds)
            implements NatPmpResponse {
        @Override
        public byte[] octets() {
            int opcode =
                    protocol == Protocol.UDP
                            ? NatPmpFormat.OPCODE_MAP_UDP
                            : NatPmpFormat.OPCODE_MAP_TCP;
            return begun(opcode, NatPmpFormat.MAP_RESPONSE_BYTES, result, epochSeconds)
                    .putShort((short) internalPort)
                    .putShort((short) externalPort)
                    .putInt((int) lifetimeSeconds)
                    .array();
        }
    }

    /**
     * Another version than 0 was asked (RFC 6886 §3.5): the fields that every response begins with,
     * and the operation is not looked at.
     *
     * @param epochSeconds unsigned 32 bits
     */
    record UnsupportedVersion(long epochSeconds) implements NatPmpResponse {
        @Override
        public NatPmpResult result() {
            return NatPmpResult.UNSUPPORTED_VERSION;
        }

        @Override
        public byte[] octets() {
            return ByteBuffer.allocate(NatPmpFormat.UNSUPPORTED_VERSION_BYTES)
                    .put((byte) NatPmpFormat.VERSION)
                    .put((byte) 0)
                    .putShort((short) result().number())
                    .putInt((int) epochSeconds)
                    .array();
        }
    }

    /** The whole request back, with the response bit and the result written over it. */
    final class UnsupportedOpcode implements NatPmpResponse {
        private final byte[] octets;

        UnsupportedOpcode(byte[] request) {
            int lengthBytes = Math.max(request.length, NatPmpFormat.UNSUPPORTED_MIN_BYTES);
            octets = Arrays.copyOf(request, lengthBytes);
            octets[NatPmpFormat.OPCODE] |= (byte) NatPmpFormat.RESPONSE_BIT;
            ByteBuffer.wrap(octets).putShort(NatPmpFormat.RESULT, (short) result().number());
        }

        @Override
        public NatPmpResult result() {
            return NatPmpResult.UNSUPPORTED_OPCODE;
        }

        @Override
        public byte[] octets() {
            return octets.clone();
        }
    }

    private static ByteBuffer begun(
            int opcode, int lengthBytes, NatPmpResult result, long epochSeconds) {
        return ByteBuffer.allocate(lengthBytes)
                .put((byte) NatPmpFormat.VERSION)
                .put((byte) (NatPmpFormat.RESPONSE_BIT | opcode))
                .putShort((short) result.number())
                .putInt((int) epochSeconds);
    }
}
