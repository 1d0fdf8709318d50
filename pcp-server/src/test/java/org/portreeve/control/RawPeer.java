package org.portreeve.control;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.portreeve.nat.Ipv4;

/**
 * PEER requests octet by octet, written without any code of the product (RFC 6887 §12.1).
 *
 * @param clientIp who asks
 * @param nonce a number that its nonce is made of
 * @param lifetimeSeconds requested
 * @param externalAddress 16 octets in hexadecimal
 * @param remoteAddress the same
 */
record RawPeer(
        int clientIp,
        int nonce,
        int protocol,
        int internalPort,
        long lifetimeSeconds,
        int externalPort,
        String externalAddress,
        int remotePort,
        String remoteAddress) {
    static final int MAP = 1;
    static final int PEER = 2;
    static final int RESULT = 3;
    static final int LIFETIME = 4;
    static final int NONCE = 24;
    static final int PROTOCOL = 36;
    static final int INTERNAL_PORT = 40;
    static final int EXTERNAL_PORT = 42;
    static final int EXTERNAL_ADDRESS = 44;
    static final int REMOTE_PORT = 60;
    static final int REMOTE_ADDRESS = 64;
    static final int LENGTH = 80;

    /** A request without a suggestion. */
    static RawPeer of(int clientIp, int protocol, int internalPort, long lifetimeSeconds) {
        return new RawPeer(
                clientIp,
                1,
                protocol,
                internalPort,
                lifetimeSeconds,
                0,
                hex(mapped(0)),
                443,
                hex(mapped(PeerRig.REMOTE)));
    }

    RawPeer nonce(int nonce) {
        return new RawPeer(
                clientIp,
                nonce,
                protocol,
                internalPort,
                lifetimeSeconds,
                externalPort,
                externalAddress,
                remotePort,
                remoteAddress);
    }

    RawPeer lifetime(long seconds) {
        return new RawPeer(
                clientIp,
                nonce,
                protocol,
                internalPort,
                seconds,
                externalPort,
                externalAddress,
                remotePort,
                remoteAddress);
    }

    RawPeer suggesting(int port, byte[] address) {
        return new RawPeer(
                clientIp,
                nonce,
                protocol,
                internalPort,
                lifetimeSeconds,
                port,
                hex(address),
                remotePort,
                remoteAddress);
    }

    RawPeer to(int port, byte[] address) {
        return new RawPeer(
                clientIp,
                nonce,
                protocol,
                internalPort,
                lifetimeSeconds,
                externalPort,
                externalAddress,
                port,
                hex(address));
    }

    RawPeer to(int ip, int port) {
        return to(port, mapped(ip));
    }

    byte[] octets(byte[]... options) {
        byte[] data =
                ByteBuffer.allocate(20)
                        .putShort((short) remotePort)
                        .putShort((short) 0)
                        .put(octets(remoteAddress))
                        .array();
        return joined(header(PEER), data, options);
    }

    /** The MAP request of the same internal port with the same suggestion. */
    byte[] map() {
        return header(MAP);
    }

    private byte[] header(int opcode) {
        return ByteBuffer.allocate(60)
                .put((byte) 2)
                .put((byte) opcode)
                .putShort((short) 0)
                .putInt((int) lifetimeSeconds)
                .put(mapped(clientIp))
                .put(nonceOctets(nonce))
                .put((byte) protocol)
                .put(new byte[3])
                .putShort((short) internalPort)
                .putShort((short) externalPort)
                .put(octets(externalAddress))
                .array();
    }

    private static String hex(byte[] octets) {
        return HexFormat.of().formatHex(octets);
    }

    private static byte[] octets(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    static byte[] nonceOctets(int nonce) {
        return ByteBuffer.allocate(12).putInt(0x0a0b_0c0d).putLong(nonce * 7_919L).array();
    }

    /** The IPv4-mapped form of an address (RFC 6887 §5). */
    static byte[] mapped(int ip) {
        return ByteBuffer.allocate(16)
                .putLong(0)
                .putShort((short) 0)
                .putShort((short) 0xffff)
                .putInt(ip)
                .array();
    }

    static byte[] mapped(String ip) {
        return mapped(Ipv4.of(ip));
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

    private static byte[] joined(byte[] header, byte[] data, byte[]... options) {
        int length = header.length + data.length;
        for (byte[] option : options) {
            length += option.length;
        }
        ByteBuffer whole = ByteBuffer.allocate(length).put(header).put(data);
        for (byte[] option : options) {
            whole.put(option);
        }
        return whole.array();
    }

    static int u16(byte[] octets, int offset) {
        return ByteBuffer.wrap(octets).getShort(offset) & 0xffff;
    }

    static long u32(byte[] octets, int offset) {
        return ByteBuffer.wrap(octets).getInt(offset) & 0xffff_ffffL;
    }
}
