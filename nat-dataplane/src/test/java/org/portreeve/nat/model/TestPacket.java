package org.portreeve.nat.model;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.io.PacketBatch;
import org.portreeve.nat.io.VnetHeader;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.TcpHeader;

/**
 * A packet by its meaning. {@link #bytes} writes it with checksums computed from scratch, so that a
 * translated packet is predicted by writing the same meaning with other endpoints.
 *
 * @param type TCP flags, or the ICMP type
 */
record TestPacket(
        int protocol,
        Endpoint source,
        Endpoint destination,
        int type,
        Numbers numbers,
        Shape shape) {
    /** The port is the identifier of an echo, on both sides alike. */
    record Endpoint(int ip, int port) {
        InternalTuple tuple(int protocol) {
            return InternalTuple.of(protocol, ip, port);
        }

        @Override
        public String toString() {
            return Ipv4.format(ip) + ":" + port;
        }
    }

    /** What TCP counts with; the sequence also numbers echoes and fills payloads. */
    record Numbers(int sequence, int acknowledgment, int window) {
        @Override
        public String toString() {
            return sequence + "/" + acknowledgment + "+" + window;
        }
    }

    /** What a translator must carry along. */
    record Shape(int payloadBytes, int ipOptionBytes, Checksum checksum) {
        static final Shape PLAIN = new Shape(13, 0, Checksum.RIGHT);

        @Override
        public String toString() {
            return payloadBytes + "+" + ipOptionBytes + " " + checksum;
        }
    }

    /** What the transport checksum field holds. */
    enum Checksum {
        RIGHT,
        /** Zero, for UDP only. */
        NONE,
        /** The pseudo-header sum, as a device with offloads hands it over. */
        PARTIAL,
        /** Wrong by {@link #ERROR}; a translator that computed it anew would hide that. */
        WRONG
    }

    private static final int ERROR = 0x1234;
    private static final int IP_BYTES = 20;
    private static final int FRAME_PAYLOAD = 1_448;
    private static final int TIME_TO_LIVE = 61;

    static TestPacket udp(Endpoint source, Endpoint destination) {
        var numbers = new Numbers(7, 0, 0);
        return new TestPacket(Protocol.UDP, source, destination, 0, numbers, Shape.PLAIN);
    }

    static TestPacket tcp(Endpoint source, Endpoint destination, int flags) {
        var numbers = new Numbers(1, 1, 0xffff);
        return new TestPacket(Protocol.TCP, source, destination, flags, numbers, Shape.PLAIN);
    }

    static TestPacket echo(Endpoint source, int destinationIp, int type) {
        var destination = new Endpoint(destinationIp, source.port);
        var numbers = new Numbers(7, 0, 0);
        return new TestPacket(Protocol.ICMP, source, destination, type, numbers, Shape.PLAIN);
    }

    boolean has(int flag) {
        return (type & flag) != 0;
    }

    TestPacket from(Endpoint other) {
        Endpoint to =
                protocol == Protocol.ICMP ? new Endpoint(destination.ip, other.port) : destination;
        return new TestPacket(protocol, other, to, type, numbers, shape);
    }

    TestPacket to(Endpoint other) {
        Endpoint from = protocol == Protocol.ICMP ? new Endpoint(source.ip, other.port) : source;
        return new TestPacket(protocol, from, other, type, numbers, shape);
    }

    TestPacket numbered(int sequence, int acknowledgment, int window) {
        var other = new Numbers(sequence, acknowledgment, window);
        return new TestPacket(protocol, source, destination, type, other, shape);
    }

    TestPacket shaped(int payloadBytes, int ipOptionBytes, Checksum checksum) {
        var other = new Shape(payloadBytes, ipOptionBytes, checksum);
        return new TestPacket(protocol, source, destination, type, numbers, other);
    }

    /** The virtio-net header that goes with it: of a super-packet when a frame cannot hold it. */
    byte[] vnetHeader() {
        if (shape.checksum != Checksum.PARTIAL) {
            return new byte[PacketBatch.VNET_HEADER];
        }
        int ipBytes = IP_BYTES + shape.ipOptionBytes;
        return protocol == Protocol.TCP && shape.payloadBytes > FRAME_PAYLOAD
                ? VnetHeader.tcpSegments(ipBytes, headerBytes(), FRAME_PAYLOAD)
                : VnetHeader.partial(ipBytes, checksumOffset());
    }

    /** The octets from the IPv4 header on. */
    byte[] bytes() {
        int ipBytes = IP_BYTES + shape.ipOptionBytes;
        byte[] bytes = new byte[ipBytes + headerBytes() + shape.payloadBytes];
        Arrays.fill(bytes, IP_BYTES, ipBytes, (byte) 1);
        bytes[0] = (byte) (0x40 | ipBytes / 4);
        u16(bytes, 2, bytes.length);
        u16(bytes, 4, numbers.sequence);
        u16(bytes, 6, 0x4000);
        bytes[8] = TIME_TO_LIVE;
        bytes[9] = (byte) protocol;
        u32(bytes, 12, source.ip);
        u32(bytes, 16, destination.ip);
        u16(bytes, 10, ~sum(bytes, 0, ipBytes));
        writeMessage(bytes, ipBytes);
        writeChecksum(bytes, ipBytes);
        return bytes;
    }

    private void writeMessage(byte[] bytes, int at) {
        switch (protocol) {
            case Protocol.ICMP -> {
                bytes[at] = (byte) type;
                u16(bytes, at + 4, source.port);
                u16(bytes, at + 6, numbers.sequence);
            }
            case Protocol.UDP -> {
                u16(bytes, at, source.port);
                u16(bytes, at + 2, destination.port);
                u16(bytes, at + 4, bytes.length - at);
            }
            default -> {
                u16(bytes, at, source.port);
                u16(bytes, at + 2, destination.port);
                u32(bytes, at + 4, numbers.sequence);
                u32(bytes, at + 8, numbers.acknowledgment);
                bytes[at + 12] = 5 << 4;
                bytes[at + 13] = (byte) type;
                u16(bytes, at + 14, numbers.window);
            }
        }
        for (int i = at + headerBytes(); i < bytes.length; i++) {
            bytes[i] = (byte) (numbers.sequence + 31 * i);
        }
    }

    private void writeChecksum(byte[] bytes, int at) {
        byte[] pseudo = new byte[12];
        u32(pseudo, 0, source.ip);
        u32(pseudo, 4, destination.ip);
        u16(pseudo, 8, protocol);
        u16(pseudo, 10, bytes.length - at);
        int pseudoSum = protocol == Protocol.ICMP ? 0 : sum(pseudo, 0, pseudo.length);
        int field = at + checksumOffset();
        if (shape.checksum == Checksum.PARTIAL) {
            u16(bytes, field, pseudoSum);
        } else if (shape.checksum != Checksum.NONE) {
            int sum = fold(pseudoSum + sum(bytes, at, bytes.length - at));
            int value = ~(shape.checksum == Checksum.WRONG ? fold(sum + ERROR) : sum) & 0xffff;
            u16(bytes, field, value == 0 && protocol == Protocol.UDP ? 0xffff : value);
        }
    }

    private int headerBytes() {
        return protocol == Protocol.TCP ? 20 : 8;
    }

    private int checksumOffset() {
        return protocol == Protocol.TCP ? 16 : protocol == Protocol.UDP ? 6 : 2;
    }

    static int sum(byte[] bytes, int from, int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += (bytes[from + i] & 0xff) << (i % 2 == 0 ? 8 : 0);
        }
        return fold(sum);
    }

    private static int fold(long sum) {
        long folded = sum;
        while (folded > 0xffff) {
            folded = (folded & 0xffff) + (folded >> 16);
        }
        return (int) folded;
    }

    static void u16(byte[] bytes, int at, int value) {
        bytes[at] = (byte) (value >>> 8);
        bytes[at + 1] = (byte) value;
    }

    static void u32(byte[] bytes, int at, int value) {
        u16(bytes, at, value >>> 16);
        u16(bytes, at + 2, value);
    }

    static int u32(byte[] bytes, int at) {
        return ByteBuffer.wrap(bytes).getInt(at);
    }

    @Override
    public String toString() {
        String kind = Protocol.name(protocol) + (protocol == Protocol.UDP ? "" : "/" + type);
        String counted = protocol == Protocol.TCP ? " " + numbers : "";
        return kind + " " + source + " > " + destination + counted + " " + shape;
    }

    /** Whether nothing for this destination leaves the network (RFC 7723 §5.1). */
    static boolean isNowhere(int ip) {
        return isMartian(ip) || ip == Ipv4.of("192.0.0.9");
    }

    /** Whether nothing may be sent there. */
    static boolean isMartian(int ip) {
        return List.of("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3").stream()
                .anyMatch(prefix -> Prefix.of(prefix).contains(ip));
    }

    /** Queries have no remote port. */
    static Endpoint remote(int protocol, Endpoint peer) {
        return protocol == Protocol.ICMP ? new Endpoint(peer.ip(), 0) : peer;
    }

    /** Whether it is an ICMP message that asks. */
    boolean isRequest() {
        return IcmpHeader.isRequest(type);
    }

    /** Whether it may open a connection. */
    boolean isOpening() {
        return has(TcpHeader.SYN) && !has(TcpHeader.ACK);
    }
}
