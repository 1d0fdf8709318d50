package org.portreeve.nat.shard;

import org.portreeve.nat.Protocol;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.counter.ShardCounters;
import org.portreeve.nat.icmp.EmbeddedHeader;
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
    private static final int GRE = ShardCounters.index(NatCounter.DROP_GRE);
    private static final int ESP = ShardCounters.index(NatCounter.DROP_ESP);
    private static final int SCTP = ShardCounters.index(NatCounter.DROP_SCTP);
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
        int verdict = header(packet, receivedBytes);
        if (verdict != OK) {
            return verdict;
        }
        if (Ipv4Header.isFragment(packet)) {
            return FRAGMENT;
        }
        if (hasSourceRoute(packet)) {
            return SOURCE_ROUTE;
        }
        int header = Ipv4Header.headerBytes(packet);
        long message = packet + header;
        int bytes = Ipv4Header.totalLength(packet) - header;
        return switch (Ipv4Header.protocol(packet)) {
            case Protocol.TCP -> tcp(message, bytes);
            case Protocol.UDP -> udp(message, bytes);
            case Protocol.ICMP -> icmp(message, bytes);
            case Protocol.GRE -> GRE;
            case Protocol.ESP -> ESP;
            case Protocol.SCTP -> SCTP;
            default -> UNKNOWN;
        };
    }

    /** The same for the IPv4 header alone. */
    static int header(long packet, int receivedBytes) {
        if (receivedBytes < 1 || Ipv4Header.version(packet) != 4) {
            return NOT_IPV4;
        }
        if (receivedBytes < Ipv4Header.MIN_BYTES) {
            return TRUNCATED;
        }
        int header = Ipv4Header.headerBytes(packet);
        int total = Ipv4Header.totalLength(packet);
        boolean fits = Ipv4Header.MIN_BYTES <= header && header <= total && total <= receivedBytes;
        return fits ? OK : TRUNCATED;
    }

    /**
     * The same for a packet whose addresses alone are translated, and whose {@link #header} was
     * seen to be right: of any protocol, or a fragment, as long as what changes is there.
     */
    static int addressVerdict(long packet, int receivedBytes) {
        assert header(packet, receivedBytes) == OK : "the header was not checked";
        if (hasSourceRoute(packet)) {
            return SOURCE_ROUTE;
        }
        if (Ipv4Header.isLaterFragment(packet)) {
            return OK;
        }
        int header = Ipv4Header.headerBytes(packet);
        int bytes = Ipv4Header.totalLength(packet) - header;
        return switch (Ipv4Header.protocol(packet)) {
            case Protocol.TCP -> bytes < TcpHeader.MIN_BYTES ? TRUNCATED : OK;
            case Protocol.UDP, Protocol.UDP_LITE, Protocol.DCCP ->
                    bytes < UdpHeader.BYTES ? TRUNCATED : OK;
            case Protocol.ICMP -> anyIcmp(packet + header, bytes, Ipv4Header.isFragment(packet));
            default -> OK;
        };
    }

    private static boolean hasSourceRoute(long packet) {
        return Ipv4Header.headerBytes(packet) > Ipv4Header.MIN_BYTES
                && Ipv4Header.hasSourceRoute(packet);
    }

    private static int anyIcmp(long icmp, int bytes, boolean isFragment) {
        if (bytes < IcmpHeader.BYTES) {
            return TRUNCATED;
        }
        int type = IcmpHeader.type(icmp);
        if (IcmpHeader.isOfOneLink(type)) {
            return ICMP;
        }
        if (!IcmpHeader.isError(type)) {
            return OK;
        }
        // The checksum of an error is over the addresses that it quotes, and over what is missing.
        return isFragment ? FRAGMENT : error(EmbeddedHeader.verdict(icmp, bytes));
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
