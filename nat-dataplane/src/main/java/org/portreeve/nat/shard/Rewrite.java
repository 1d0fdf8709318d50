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

    private static void apply(long packet, int addressDelta, int portOffset, int port) {
        Checksums.updateAt(packet + Ipv4Header.CHECKSUM, addressDelta);
        long message = packet + Ipv4Header.headerBytes(packet);
        switch (Ipv4Header.protocol(packet)) {
            case Protocol.TCP -> {
                int delta = addressDelta + swapPort(message + portOffset, port);
                long field = message + TcpHeader.CHECKSUM;
                if (isPartial(packet)) {
                    Checksums.updatePartialAt(field, addressDelta);
                } else {
                    Checksums.updateAt(field, delta);
                }
            }
            case Protocol.UDP -> {
                int delta = addressDelta + swapPort(message + portOffset, port);
                long field = message + UdpHeader.CHECKSUM;
                if (isPartial(packet)) {
                    Checksums.updatePartialAt(field, addressDelta);
                } else {
                    Checksums.updateUdpAt(field, delta);
                }
            }
            default -> Checksums.identifierAt(message, port);
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
