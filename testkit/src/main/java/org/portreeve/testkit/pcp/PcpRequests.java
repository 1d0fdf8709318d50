package org.portreeve.testkit.pcp;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Requests of RFC 6887, written here again so that tests do not trust the codec they test.
 *
 * <pre>
 *  0       version 2, opcode, reserved (16)
 *  4       requested lifetime
 *  8..23   client address, IPv4-mapped
 *  24..35  nonce                                  (MAP, §11.1)
 *  36      protocol, reserved (24)
 *  40      internal port, suggested external port
 *  44..59  suggested external address, IPv4-mapped
 *  60      remote port, reserved (16)             (PEER, §12.1)
 *  64..79  remote address, IPv4-mapped
 * </pre>
 */
public final class PcpRequests {
    /** The port of the server. */
    public static final int SERVER_PORT = 5351;

    /** Octets of the proof of ownership. */
    public static final int NONCE_BYTES = 12;

    /** The protocol number of TCP. */
    public static final int TCP = 6;

    /** The protocol number of UDP. */
    public static final int UDP = 17;

    private static final int VERSION = 2;
    private static final int OPCODE_ANNOUNCE = 0;
    private static final int OPCODE_MAP = 1;
    private static final int OPCODE_PEER = 2;
    private static final int HEADER_BYTES = 24;
    private static final int MAP_BYTES = 60;
    private static final int PEER_BYTES = 80;
    private static final short MAPPED = (short) 0xffff;

    private PcpRequests() {}

    /** A MAP request without options and without a suggestion (RFC 6887 §11.1); 0 s deletes. */
    public static byte[] map(
            String client, byte[] nonce, int protocol, int internalPort, long lifetimeSeconds) {
        return map(client, nonce, protocol, internalPort, 0, lifetimeSeconds);
    }

    /** A MAP request that suggests an external port. */
    public static byte[] map(
            String client,
            byte[] nonce,
            int protocol,
            int internalPort,
            int suggestedPort,
            long lifetimeSeconds) {
        byte[] bytes = header(MAP_BYTES, OPCODE_MAP, client, lifetimeSeconds);
        ByteBuffer request = ByteBuffer.wrap(bytes);
        request.put(HEADER_BYTES, nonce, 0, NONCE_BYTES);
        request.put(36, (byte) protocol);
        request.putShort(40, (short) internalPort);
        request.putShort(42, (short) suggestedPort);
        request.putShort(54, MAPPED);
        return bytes;
    }

    /** A PEER request without a suggestion (RFC 6887 §12.1). */
    public static byte[] peer(
            String client,
            byte[] nonce,
            int protocol,
            int internalPort,
            String remote,
            int remotePort,
            long lifetimeSeconds) {
        byte[] mapping = map(client, nonce, protocol, internalPort, lifetimeSeconds);
        byte[] bytes = Arrays.copyOf(mapping, PEER_BYTES);
        ByteBuffer request = ByteBuffer.wrap(bytes);
        request.put(1, (byte) OPCODE_PEER);
        request.putShort(60, (short) remotePort);
        request.putShort(74, MAPPED);
        request.put(76, octets(remote));
        return bytes;
    }

    /** An ANNOUNCE request (RFC 6887 §14.1.1). */
    public static byte[] announce(String client) {
        return header(HEADER_BYTES, OPCODE_ANNOUNCE, client, 0);
    }

    private static byte[] header(int length, int opcode, String client, long lifetimeSeconds) {
        byte[] bytes = new byte[length];
        ByteBuffer request = ByteBuffer.wrap(bytes);
        request.put(0, (byte) VERSION).put(1, (byte) opcode);
        request.putInt(4, (int) lifetimeSeconds);
        request.putShort(18, MAPPED);
        request.put(20, octets(client));
        return bytes;
    }

    private static byte[] octets(String dotted) {
        try {
            if (InetAddress.getByName(dotted) instanceof Inet4Address address) {
                return address.getAddress();
            }
            throw new IllegalArgumentException(dotted + " is not an IPv4 address");
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(dotted + " is not an address", e);
        }
    }
}
