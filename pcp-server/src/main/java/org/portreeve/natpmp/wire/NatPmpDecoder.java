package org.portreeve.natpmp.wire;

import java.nio.ByteBuffer;
import org.portreeve.nat.Protocol;
import org.portreeve.natpmp.wire.NatPmpDecoded.Accepted;
import org.portreeve.natpmp.wire.NatPmpDecoded.Ignored;
import org.portreeve.natpmp.wire.NatPmpDecoded.Reason;
import org.portreeve.natpmp.wire.NatPmpDecoded.Unsupported;
import org.portreeve.natpmp.wire.NatPmpRequest.ExternalAddressRequest;
import org.portreeve.natpmp.wire.NatPmpRequest.MapRequest;

/**
 * Reads what a server receives (RFC 6886 §3). A pure function of the octets, none of which make it
 * throw; octets after the end of a request are ignored. Any thread.
 */
public final class NatPmpDecoder {
    private NatPmpDecoder() {}

    /** Decodes a datagram, of any version. */
    public static NatPmpDecoded decode(byte[] datagram) {
        if (datagram.length < NatPmpFormat.ADDRESS_REQUEST_BYTES) {
            return new Ignored(Reason.TRUNCATED);
        }
        int opcode = datagram[NatPmpFormat.OPCODE] & 0xff;
        // RFC 6886 §3.5: responses must not be answered.
        if ((opcode & NatPmpFormat.RESPONSE_BIT) != 0) {
            return new Ignored(Reason.NOT_A_REQUEST);
        }
        if (datagram[0] != NatPmpFormat.VERSION) {
            return new NatPmpDecoded.OtherVersion();
        }
        return switch (opcode) {
            case NatPmpFormat.OPCODE_ADDRESS -> new Accepted(new ExternalAddressRequest());
            case NatPmpFormat.OPCODE_MAP_UDP -> map(Protocol.UDP, datagram);
            case NatPmpFormat.OPCODE_MAP_TCP -> map(Protocol.TCP, datagram);
            default -> new Unsupported(new NatPmpResponse.UnsupportedOpcode(datagram));
        };
    }

    private static NatPmpDecoded map(int protocol, byte[] datagram) {
        if (datagram.length < NatPmpFormat.MAP_REQUEST_BYTES) {
            return new Ignored(Reason.TRUNCATED);
        }
        ByteBuffer octets = ByteBuffer.wrap(datagram);
        return new Accepted(
                new MapRequest(
                        protocol,
                        octets.getShort(NatPmpFormat.INTERNAL_PORT) & 0xffff,
                        octets.getShort(NatPmpFormat.SUGGESTED_EXTERNAL_PORT) & 0xffff,
                        Integer.toUnsignedLong(octets.getInt(NatPmpFormat.LIFETIME))));
    }
}
