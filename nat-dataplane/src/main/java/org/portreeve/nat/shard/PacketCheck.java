package org.portreeve.nat.shard;

import org.portreeve.nat.Protocol;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.counter.ShardCounters;
import org.portreeve.nat.icmp.EmbeddedPacket;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.Ipv4Header;
import org.portreeve.nat.wire.TcpHeader;
import org.portreeve.nat.wire.UdpHeader;

/**
 * Tells whether a packet is one that can be translated, before anything else reads it: every header
 * lies within the octets that were received. Pure.
 */
final class PacketCheck {
    /** The packet may be read and translated. */
    static final int OK = -1;

    /** The shortest packet that can be translated: IPv4 and UDP or ICMP headers. */
    static final int MIN_TRANSPORT_BYTES = Ipv4Header.MIN_BYTES + UdpHeader.BYTES;

    private static final int NOT_IPV4 = ShardCounters.index(NatCounter.DROP_NOT_IPV4);
    private static final int TRUNCATED = ShardCounters.index(NatCounter.DROP_TRUNCATED);
    private static final int FRAGMENT = ShardCounters.index(NatCounter.DROP_FRAGMENT);
    private static final int UNKNOWN = ShardCounters.index(NatCounter.DROP_PROTOCOL);
    private static final int SOURCE_ROUTE = ShardCounters.index(NatCounter.DROP_SOURCE_ROUTE);
    private static final int ICMP_QUOTE = ShardCounters.index(NatCounter.DROP_ICMP_QUOTE);
    private static final int ICMP_CHECKSUM = ShardCounters.index(NatCounter.DROP_ICMP_CHECKSUM);
    private static final int ICMP = ShardCounters.index(NatCounter.DROP_ICMP);
    private static final int TCP_FLAGS = ShardCounters.index(NatCounter.DROP_TCP_FLAGS);

    private static final int OPENING_AND_ENDING = TcpHeader.FIN | TcpHeader.RST;
    private static final int ANY = TcpHeader.SYN | TcpHeader.ACK | OPENING_AND_ENDING;

    private PacketCheck() {}

    /** {@link #OK}, or the code of the counter that says why not. */
    static int verdict(long packet, int receivedBytes) {
        if (receivedBytes < 1 || Ipv4Header.version(packet) != 4) {
            return NOT_IPV4;
        }
        if (receivedBytes < Ipv4Header.MIN_BYTES) {
            return TRUNCATED;
        }
        int header = Ipv4Header.headerBytes(packet);
        int total = Ipv4Header.totalLength(packet);
        if (header < Ipv4Header.MIN_BYTES || total < header || total > receivedBytes) {
            return TRUNCATED;
        }
        if (Ipv4Header.isFragment(packet)) {
            return FRAGMENT;
        }
        if (header > Ipv4Header.MIN_BYTES && Ipv4Header.hasSourceRoute(packet)) {
            return SOURCE_ROUTE;
        }
        long message = packet + header;
        int bytes = total - header;
        return switch (Ipv4Header.protocol(packet)) {
            case Protocol.TCP -> tcp(message, bytes);
            case Protocol.UDP -> udp(message, bytes);
            case Protocol.ICMP -> icmp(message, bytes);
            default -> UNKNOWN;
        };
    }

    private static int tcp(long tcp, int bytes) {
        if (bytes < TcpHeader.MIN_BYTES) {
            return TRUNCATED;
        }
        int header = TcpHeader.headerBytes(tcp);
        if (header < TcpHeader.MIN_BYTES || header > bytes) {
            return TRUNCATED;
        }
        int flags = TcpHeader.flags(tcp);
        boolean contradicts = (flags & TcpHeader.SYN) != 0 && (flags & OPENING_AND_ENDING) != 0;
        return contradicts || (flags & ANY) == 0 ? TCP_FLAGS : OK;
    }

    private static int udp(long udp, int bytes) {
        boolean fits = bytes >= UdpHeader.BYTES && UdpHeader.length(udp) >= UdpHeader.BYTES;
        return fits && UdpHeader.length(udp) <= bytes ? OK : TRUNCATED;
    }

    private static int icmp(long icmp, int bytes) {
        if (bytes < IcmpHeader.BYTES) {
            return TRUNCATED;
        }
        int type = IcmpHeader.type(icmp);
        if (IcmpHeader.isQuery(type)) {
            return OK;
        }
        return IcmpHeader.isError(type) ? error(EmbeddedPacket.verdict(icmp, bytes)) : ICMP;
    }

    private static int error(EmbeddedPacket.Verdict verdict) {
        return switch (verdict) {
            case OK -> OK;
            case UNREADABLE -> ICMP_QUOTE;
            case BAD_CHECKSUM -> ICMP_CHECKSUM;
        };
    }
}
