package org.portreeve.control.simulation;

import java.nio.ByteBuffer;
import org.portreeve.control.PacketShard;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.TcpHeader;

/**
 * What a translator changes of a packet, and a number to know it again by. Immutable.
 *
 * @param sourcePort the query identifier for ICMP, on both sides alike
 * @param kind TCP flags, or the ICMP type
 * @param number its identification, 16 bits, which no translator changes
 */
record Packet(
        int protocol,
        int sourceIp,
        int sourcePort,
        int destinationIp,
        int destinationPort,
        int kind,
        int number) {
    static final int NUMBERS = 1 << 16;

    private static final int IP_BYTES = 20;
    private static final int TIME_TO_LIVE = 64;
    private static final int DATA_OFFSET = 5 << 12;
    private static final int WINDOW = 8192;

    static Packet read(byte[] octets) {
        ByteBuffer p = ByteBuffer.wrap(octets);
        int message = (octets[0] & 0x0f) * 4;
        int protocol = octets[9];
        boolean isQuery = protocol == Protocol.ICMP;
        int kind =
                switch (protocol) {
                    case Protocol.TCP -> p.get(message + 13);
                    case Protocol.ICMP -> p.get(message);
                    default -> 0;
                };
        int first = p.getShort(message) & 0xffff;
        int second = p.getShort(message + 2) & 0xffff;
        int identifier = p.getShort(message + 4) & 0xffff;
        return new Packet(
                protocol,
                p.getInt(12),
                isQuery ? identifier : first,
                p.getInt(16),
                isQuery ? identifier : second,
                kind,
                p.getShort(4) & 0xffff);
    }

    /** Whether it is a TCP segment that ends or refuses a connection. */
    boolean isReset() {
        return protocol == Protocol.TCP && (kind & TcpHeader.RST) != 0;
    }

    /** Whether it tells of the fate of another packet. */
    boolean isError() {
        return protocol == Protocol.ICMP
                && kind != IcmpHeader.ECHO
                && kind != IcmpHeader.ECHO_REPLY;
    }

    InternalTuple source() {
        return InternalTuple.of(protocol, sourceIp, sourcePort);
    }

    InternalTuple destination() {
        return InternalTuple.of(protocol, destinationIp, destinationPort);
    }

    /** The same between the same two, of this kind and with this number. */
    Packet of(int kind, int number) {
        return new Packet(
                protocol, sourceIp, sourcePort, destinationIp, destinationPort, kind, number);
    }

    /** What the far side says to it. */
    Packet answered(int kind) {
        return new Packet(
                protocol,
                /* sourceIp= */ destinationIp,
                /* sourcePort= */ destinationPort,
                /* destinationIp= */ sourceIp,
                /* destinationPort= */ sourcePort,
                kind,
                number);
    }

    /** The octets from the IPv4 header on; UDP goes without a checksum. */
    byte[] octets() {
        return octets(0);
    }

    /** The same; UDP with so many octets of payload. */
    byte[] octets(int payloadBytes) {
        int udpBytes = 8 + (protocol == Protocol.UDP ? payloadBytes : 0);
        int length = IP_BYTES + (protocol == Protocol.TCP ? 20 : udpBytes);
        ByteBuffer p = ByteBuffer.allocate(length);
        p.putShort((short) 0x4500).putShort((short) length);
        p.putShort((short) number).putShort((short) 0x4000);
        p.put((byte) TIME_TO_LIVE).put((byte) protocol).putShort((short) 0);
        p.putInt(sourceIp).putInt(destinationIp);
        p.putShort(10, (short) PacketShard.checksum(p));
        switch (protocol) {
            case Protocol.TCP -> {
                p.putShort((short) sourcePort).putShort((short) destinationPort);
                p.putInt(number).putInt(number).putShort((short) (DATA_OFFSET | kind));
                p.putShort((short) WINDOW).putInt(0);
                p.putShort(IP_BYTES + 16, (short) PacketShard.tcpChecksum(p));
            }
            case Protocol.ICMP ->
                    p.putShort((short) (kind << 8))
                            .putShort((short) 0)
                            .putShort((short) sourcePort)
                            .putShort((short) 1);
            default ->
                    p.putShort((short) sourcePort)
                            .putShort((short) destinationPort)
                            .putShort((short) udpBytes)
                            .putShort((short) 0);
        }
        return p.array();
    }
}
