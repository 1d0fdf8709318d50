package org.portreeve.nat.shard;

import org.portreeve.nat.Protocol;
import org.portreeve.nat.io.VnetHeader;
import org.portreeve.nat.memory.Memory;
import org.portreeve.nat.wire.Checksums;
import org.portreeve.nat.wire.Ipv4Header;
import org.portreeve.nat.wire.TcpHeader;
import org.portreeve.nat.wire.UdpHeader;

/**
 * Changes the addresses and ports of a checked packet, and its checksums by the difference (RFC
 * 3022 §4.1), so that a checksum that was wrong stays wrong. Pure but for the packet.
 */
final class Rewrite {
    private Rewrite() {}

    /** Gives the packet another source address and port or identifier. */
    static void source(long packet, int ip, int port) {
        int old = Ipv4Header.source(packet);
        Ipv4Header.source(packet, ip);
        apply(packet, Checksums.addressDelta(old, ip), TcpHeader.SOURCE_PORT, port);
    }

    /** Gives the packet another destination address and port or identifier. */
    static void destination(long packet, int ip, int port) {
        int old = Ipv4Header.destination(packet);
        Ipv4Header.destination(packet, ip);
        apply(packet, Checksums.addressDelta(old, ip), TcpHeader.DESTINATION_PORT, port);
    }

    /** Gives a packet of any protocol, or any fragment of it, another source address. */
    static void sourceAddress(long packet, int ip) {
        int old = Ipv4Header.source(packet);
        Ipv4Header.source(packet, ip);
        apply(packet, Checksums.addressDelta(old, ip));
    }

    /** The same with its destination address. */
    static void destinationAddress(long packet, int ip) {
        int old = Ipv4Header.destination(packet);
        Ipv4Header.destination(packet, ip);
        apply(packet, Checksums.addressDelta(old, ip));
    }

    private static void apply(long packet, int addressDelta) {
        Checksums.updateAt(packet + Ipv4Header.CHECKSUM, addressDelta);
        if (Ipv4Header.isLaterFragment(packet)) {
            return;
        }
        long message = packet + Ipv4Header.headerBytes(packet);
        switch (Ipv4Header.protocol(packet)) {
            case Protocol.TCP ->
                    checksum(packet, message + TcpHeader.CHECKSUM, addressDelta, addressDelta);
            case Protocol.DCCP ->
                    checksum(packet, message + UdpHeader.CHECKSUM, addressDelta, addressDelta);
            // RFC 3828 §3.1: UDP-Lite sends no 0 either.
            case Protocol.UDP, Protocol.UDP_LITE ->
                    udpChecksum(packet, message, addressDelta, addressDelta);
            default -> {}
        }
    }

    private static void apply(long packet, int addressDelta, int portOffset, int port) {
        Checksums.updateAt(packet + Ipv4Header.CHECKSUM, addressDelta);
        long message = packet + Ipv4Header.headerBytes(packet);
        switch (Ipv4Header.protocol(packet)) {
            case Protocol.TCP -> {
                int delta = addressDelta + swapPort(message + portOffset, port);
                checksum(packet, message + TcpHeader.CHECKSUM, addressDelta, delta);
            }
            case Protocol.UDP -> {
                int delta = addressDelta + swapPort(message + portOffset, port);
                udpChecksum(packet, message, addressDelta, delta);
            }
            default -> Checksums.identifierAt(message, port);
        }
    }

    private static void checksum(long packet, long field, int addressDelta, int delta) {
        if (isPartial(packet)) {
            Checksums.updatePartialAt(field, addressDelta);
        } else {
            Checksums.updateAt(field, delta);
        }
    }

    private static void udpChecksum(long packet, long message, int addressDelta, int delta) {
        long field = message + UdpHeader.CHECKSUM;
        if (isPartial(packet)) {
            Checksums.updatePartialAt(field, addressDelta);
        } else {
            Checksums.updateUdpAt(field, delta);
        }
    }

    private static int swapPort(long field, int port) {
        int old = Memory.u16(field);
        Memory.u16(field, port);
        return Checksums.portDelta(old, port);
    }

    private static boolean isPartial(long packet) {
        return VnetHeader.needsChecksum(packet);
    }
}
