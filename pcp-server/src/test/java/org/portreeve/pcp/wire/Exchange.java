package org.portreeve.pcp.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A server made of the codec alone: it grants every request in good form and answers the others as
 * the decoder says. Tests look at its answers octet by octet.
 */
final class Exchange {
    static final PcpAddress SOURCE = PcpAddress.ofIpv4(0x6440_0007);
    static final int EPOCH = 0x0102_0304;

    private Exchange() {}

    /** The answer of a server with all features, NAT-PMP apart. */
    static byte[] answer(byte[] datagram) {
        var features = new PcpFeatures(PcpFeatures.ALL.opcodes(), PcpFeatures.ALL.options(), false);
        return answer(datagram, features);
    }

    /** The answer to this datagram; fails when there is none. */
    static byte[] answer(byte[] datagram, PcpFeatures features) {
        return switch (RequestDecoder.decode(datagram, SOURCE, features)) {
            case Decoded.Accepted(PcpRequest request, RequestEcho _) ->
                    PcpEncoder.octets(granted(request));
            case Decoded.Refused refused -> PcpEncoder.octets(refused.answer(EPOCH));
            case Decoded.NatPmp _ -> fail("left to NAT-PMP");
            case Decoded.Ignored(Decoded.Reason reason) -> fail("ignored: " + reason);
        };
    }

    private static PcpResponse granted(PcpRequest request) {
        return switch (request) {
            case PcpRequest.AnnounceRequest announce -> announce.success(EPOCH, announce.options());
            case PcpRequest.MapRequest map ->
                    map.granted(
                            map.lifetimeSeconds(), 20_080, PcpAddress.ofIpv4(0xc633_6409), EPOCH);
            case PcpRequest.PeerRequest peer ->
                    peer.granted(
                            peer.lifetimeSeconds(), 20_080, PcpAddress.ofIpv4(0xc633_6409), EPOCH);
        };
    }

    /** MAP TCP 8080 for 3600 s, followed by these options. */
    static byte[] map(String options) {
        return joined(Vectors.octets("map-request-tcp-8080"), Vectors.hex(options));
    }

    /** PEER UDP 5060 towards an IPv4 host for 600 s, followed by these options. */
    static byte[] peer(String options) {
        byte[] peer = Vectors.octets("peer-request-udp-ipv6");
        String mapped = "00 00 00 00 00 00 00 00 00 00 ff ff ";
        System.arraycopy(Vectors.hex(mapped + "64 40 00 07"), 0, peer, 8, 16);
        System.arraycopy(Vectors.hex(mapped + "cb 00 71 05"), 0, peer, 64, 16);
        return joined(peer, Vectors.hex(options));
    }

    /** ANNOUNCE, followed by these options. */
    static byte[] announce(String options) {
        return joined(Vectors.octets("announce-request"), Vectors.hex(options));
    }

    /** The message with the octets from this offset on replaced. */
    static byte[] with(byte[] message, int offset, String octets) {
        byte[] changed = message.clone();
        byte[] put = Vectors.hex(octets);
        System.arraycopy(put, 0, changed, offset, put.length);
        return changed;
    }

    static int code(byte[] answer) {
        return answer[3] & 0xff;
    }

    static long lifetime(byte[] answer) {
        return Integer.toUnsignedLong(ByteBuffer.wrap(answer).getInt(4));
    }

    static void assertCode(int code, byte[] datagram) {
        assertEquals(code, code(answer(datagram)));
    }

    static byte[] joined(byte[] head, byte[] tail) {
        byte[] joined = Arrays.copyOf(head, head.length + tail.length);
        System.arraycopy(tail, 0, joined, head.length, tail.length);
        return joined;
    }
}
