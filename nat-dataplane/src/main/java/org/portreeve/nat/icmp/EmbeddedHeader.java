package org.portreeve.nat.icmp;

import org.portreeve.nat.Protocol;
import org.portreeve.nat.icmp.EmbeddedPacket.Verdict;
import org.portreeve.nat.memory.Memory;
import org.portreeve.nat.wire.Checksums;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.Ipv4Header;
import org.portreeve.nat.wire.TcpHeader;
import org.portreeve.nat.wire.UdpHeader;

/**
 * The same as {@link EmbeddedPacket} for hosts whose address is not shared: the quoted packet may
 * be of any protocol, or a fragment, and its address alone changes. All methods but {@link
 * #verdict} want an error for which that returned {@link Verdict#OK}. Pure but for the packet.
 */
public final class EmbeddedHeader {
    private EmbeddedHeader() {}

    /** Reads an ICMP error of so many octets; nothing beyond them is touched. */
    public static Verdict verdict(long icmp, int bytes) {
        if (bytes < IcmpHeader.BYTES + Ipv4Header.MIN_BYTES) {
            return Verdict.UNREADABLE;
        }
        long quote = at(icmp);
        int header = Ipv4Header.headerBytes(quote);
        int quoted = EmbeddedPacket.quotedBytes(icmp, bytes);
        boolean isRead =
                Ipv4Header.version(quote) == 4
                        && header >= Ipv4Header.MIN_BYTES
                        && quoted >= header
                        && !isAboutError(quote, quoted - header);
        if (!isRead) {
            return Verdict.UNREADABLE;
        }
        boolean isRight =
                Checksums.sum(icmp, bytes) == Checksums.ALL_ONES
                        && Checksums.sum(quote, header) == Checksums.ALL_ONES;
        return isRight ? Verdict.OK : Verdict.BAD_CHECKSUM;
    }

    /** What such a one quotes is not read, so its addresses would stay as they are. */
    private static boolean isAboutError(long quote, int transportBytes) {
        if (Ipv4Header.protocol(quote) != Protocol.ICMP || Ipv4Header.isLaterFragment(quote)) {
            return false;
        }
        int type = transportBytes == 0 ? 0 : IcmpHeader.type(quote + Ipv4Header.headerBytes(quote));
        return IcmpHeader.isError(type) || IcmpHeader.isOfOneLink(type);
    }

    /** Who sent the quoted packet. */
    public static int source(long icmp) {
        return Ipv4Header.source(at(icmp));
    }

    /** For whom it was. */
    public static int destination(long icmp) {
        return Ipv4Header.destination(at(icmp));
    }

    /**
     * Gives the quoted packet of an error of so many octets another source address. The checksums
     * of its header, its transport and of the error itself follow (RFC 3022 §4.3).
     */
    public static void source(long icmp, int bytes, int ip) {
        rewrite(icmp, bytes, Ipv4Header.SOURCE, ip);
    }

    /** The same with its destination. */
    public static void destination(long icmp, int bytes, int ip) {
        rewrite(icmp, bytes, Ipv4Header.DESTINATION, ip);
    }

    private static void rewrite(long icmp, int bytes, int field, int ip) {
        long quote = at(icmp);
        int addressDelta = Checksums.addressDelta(Memory.u32(quote + field), ip);
        Memory.u32(quote + field, ip);
        int delta =
                addressDelta + EmbeddedPacket.updated(quote + Ipv4Header.CHECKSUM, addressDelta, 0);
        int checksum = checksumOffset(icmp, bytes);
        if (checksum != 0) {
            int zero = hasOptionalChecksum(quote) ? Checksums.ALL_ONES : 0;
            long transport = quote + Ipv4Header.headerBytes(quote);
            delta += EmbeddedPacket.updated(transport + checksum, addressDelta, zero);
        }
        Checksums.updateAt(icmp + IcmpHeader.CHECKSUM, delta);
    }

    /** Where the quoted transport has a checksum over addresses that is quoted too, else 0. */
    private static int checksumOffset(long icmp, int bytes) {
        long quote = at(icmp);
        if (Ipv4Header.isLaterFragment(quote)) {
            return 0;
        }
        int header = Ipv4Header.headerBytes(quote);
        return switch (Ipv4Header.protocol(quote)) {
            case Protocol.TCP ->
                    EmbeddedPacket.hasTcpChecksum(icmp, bytes) ? TcpHeader.CHECKSUM : 0;
            case Protocol.UDP, Protocol.UDP_LITE, Protocol.DCCP -> {
                boolean isThere =
                        EmbeddedPacket.quotedBytes(icmp, bytes) >= header + UdpHeader.BYTES
                                && !(hasOptionalChecksum(quote)
                                        && Memory.u16(quote + header + UdpHeader.CHECKSUM) == 0);
                yield isThere ? UdpHeader.CHECKSUM : 0;
            }
            default -> 0;
        };
    }

    /** Where 0 says that there is none, a computed 0 is written as all ones. */
    private static boolean hasOptionalChecksum(long quote) {
        int protocol = Ipv4Header.protocol(quote);
        return protocol == Protocol.UDP || protocol == Protocol.UDP_LITE;
    }

    private static long at(long icmp) {
        return icmp + IcmpHeader.BYTES;
    }
}
