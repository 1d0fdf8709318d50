package org.portreeve.pcp;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.portreeve.nat.Ipv4;

/** Requests octet by octet, written without any code of the product. */
public final class RawRequest {
    public static final int TCP = 6;
    public static final int UDP = 17;
    static final int NO_PORT = 0;
    public static final byte[] ANY_IPV4 = mapped("0.0.0.0");

    /** RFC 6887 §7.2: offsets of a response. */
    public static final int RESULT = 3;

    public static final int LIFETIME = 4;
    public static final int EPOCH = 8;
    static final int RESERVED = 12;
    static final int DATA = 24;

    /** RFC 6887 §11.1: offsets of a MAP message. */
    static final int INTERNAL_PORT = 40;

    public static final int EXTERNAL_PORT = 42;
    public static final int EXTERNAL_ADDRESS = 44;
    static final int MAP_LENGTH = 60;

    private RawRequest() {}

    /** The IPv4-mapped form of an address (RFC 6887 §5). */
    static byte[] mapped(String ip) {
        byte[] octets = new byte[16];
        octets[10] = (byte) 0xff;
        octets[11] = (byte) 0xff;
        ByteBuffer.wrap(octets).putInt(12, Ipv4.of(ip));
        return octets;
    }

    static byte[] nonce(int seed) {
        byte[] octets = new byte[12];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = (byte) (seed * 31 + i * 7 + 1);
        }
        return octets;
    }

    static byte[] header(int opcode, long lifetimeSeconds, byte[] clientAddress) {
        return ByteBuffer.allocate(24)
                .put((byte) 2)
                .put((byte) opcode)
                .putShort((short) 0)
                .putInt((int) lifetimeSeconds)
                .put(clientAddress)
                .array();
    }

    public static byte[] announce(String client) {
        return header(0, 0, mapped(client));
    }

    /** A MAP without a suggestion. */
    public static byte[] map(
            String client, int nonce, int protocol, int port, long lifetimeSeconds) {
        return map(client, nonce, protocol, port, lifetimeSeconds, NO_PORT, ANY_IPV4);
    }

    /** A MAP with a suggestion and options, each as {@link #option} makes it. */
    public static byte[] map(
            String client,
            int nonce,
            int protocol,
            int port,
            long lifetimeSeconds,
            int externalPort,
            byte[] externalAddress,
            byte[]... options) {
        byte[] data =
                ByteBuffer.allocate(36)
                        .put(nonce(nonce))
                        .put((byte) protocol)
                        .put(new byte[3])
                        .putShort((short) port)
                        .putShort((short) externalPort)
                        .put(externalAddress)
                        .array();
        byte[] request = join(header(1, lifetimeSeconds, mapped(client)), data);
        return join(request, join(options));
    }

    /** An option with its padding (RFC 6887 §7.3). */
    static byte[] option(int code, byte... data) {
        return ByteBuffer.allocate(4 + (data.length + 3) / 4 * 4)
                .put((byte) code)
                .put((byte) 0)
                .putShort((short) data.length)
                .put(data)
                .array();
    }

    public static byte[] preferFailure() {
        return option(2);
    }

    static byte[] join(byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        ByteBuffer whole = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            whole.put(part);
        }
        return whole.array();
    }

    static int u16(byte[] octets, int offset) {
        return ByteBuffer.wrap(octets).getShort(offset) & 0xffff;
    }

    static long u32(byte[] octets, int offset) {
        return ByteBuffer.wrap(octets).getInt(offset) & 0xffff_ffffL;
    }

    static byte[] slice(byte[] octets, int from, int to) {
        return Arrays.copyOfRange(octets, from, to);
    }
}
