package org.portreeve.nat.icmp;

import org.portreeve.nat.Protocol;
import org.portreeve.nat.memory.Memory;
import org.portreeve.nat.wire.Checksums;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.Ipv4Header;
import org.portreeve.nat.wire.TcpHeader;
import org.portreeve.nat.wire.UdpHeader;

/**
 * The packet that an ICMP error quotes: its IPv4 header with options, at least eight octets of its
 * transport, maybe zeros up to a length and extensions after that (RFC 792, RFC 4884 §4). All
 * methods but {@link #verdict} want an error for which that returned {@link Verdict#OK}, and take
 * the address of its ICMP header. Pure but for the packet.
 */
public final class EmbeddedPacket {
    /** The octets of its transport that an error quotes at least (RFC 792). */
    static final int MIN_TRANSPORT_BYTES = 8;

    /** The length of the quote in 32-bit words where extensions follow, else 0 (RFC 4884 §4). */
    private static final int QUOTE_WORDS = 5;

    private static final int FRAGMENT_OFFSET = 0x1fff;
    private static final int BYTES_IN_WORD = 4;

    private EmbeddedPacket() {}

    /** Whether an error can be translated, and if not, why. */
    public enum Verdict {
        OK,
        /** It does not quote the head of a TCP segment, a UDP datagram or an ICMP query. */
        UNREADABLE,
        /** Its checksum, or that of the quoted IPv4 header, is wrong (RFC 5508 REQ-3). */
        BAD_CHECKSUM
    }

    /** Reads an ICMP error of so many octets; nothing beyond them is touched. */
    public static Verdict verdict(long icmp, int bytes) {
        if (bytes < IcmpHeader.BYTES + Ipv4Header.MIN_BYTES) {
            return Verdict.UNREADABLE;
        }
        long quote = at(icmp);
        int header = Ipv4Header.headerBytes(quote);
        boolean isRead =
                Ipv4Header.version(quote) == 4
                        && header >= Ipv4Header.MIN_BYTES
                        && quotedBytes(icmp, bytes) >= header + MIN_TRANSPORT_BYTES
                        && (Memory.u16(quote + Ipv4Header.FLAGS_AND_FRAGMENT) & FRAGMENT_OFFSET)
                                == 0;
        if (!isRead || !isTranslated(Ipv4Header.protocol(quote), quote + header)) {
            return Verdict.UNREADABLE;
        }
        // The sum of what includes its own right checksum is all ones.
        boolean isRight =
                Checksums.sum(icmp, bytes) == Checksums.ALL_ONES
                        && Checksums.sum(quote, header) == Checksums.ALL_ONES;
        return isRight ? Verdict.OK : Verdict.BAD_CHECKSUM;
    }

    /** Its protocol. */
    public static int protocol(long icmp) {
        return Ipv4Header.protocol(at(icmp));
    }

    /** Who sent it. */
    public static int source(long icmp) {
        return Ipv4Header.source(at(icmp));
    }

    /** For whom it was. */
    public static int destination(long icmp) {
        return Ipv4Header.destination(at(icmp));
    }

    /** The port of who sent it, or the identifier of the query. */
    public static int sourcePort(long icmp) {
        return port(icmp, TcpHeader.SOURCE_PORT);
    }

    /** The port for which it was, or the identifier of the query. */
    public static int destinationPort(long icmp) {
        return port(icmp, TcpHeader.DESTINATION_PORT);
    }

    /** The sequence number of a TCP segment, which every error quotes. */
    public static int sequence(long icmp) {
        assert protocol(icmp) == Protocol.TCP : "only TCP has one";
        return Memory.u32(transport(icmp) + TcpHeader.SEQUENCE);
    }

    /**
     * Gives the quoted packet another source address and port or identifier. The checksums of its
     * header, its transport and of the error itself follow by the difference (RFC 3022 §4.3).
     */
    public static void source(long icmp, int bytes, int ip, int port) {
        rewrite(icmp, bytes, Ipv4Header.SOURCE, TcpHeader.SOURCE_PORT, ip, port);
    }

    /** The same with its destination. */
    public static void destination(long icmp, int bytes, int ip, int port) {
        rewrite(icmp, bytes, Ipv4Header.DESTINATION, TcpHeader.DESTINATION_PORT, ip, port);
    }

    private static void rewrite(
            long icmp, int bytes, int addressField, int portField, int ip, int port) {
        long quote = at(icmp);
        int addressDelta = Checksums.addressDelta(Memory.u32(quote + addressField), ip);
        Memory.u32(quote + addressField, ip);
        int delta = addressDelta + updated(quote + Ipv4Header.CHECKSUM, addressDelta, 0);
        long transport = transport(icmp);
        boolean isQuery = protocol(icmp) == Protocol.ICMP;
        long portAt = transport + (isQuery ? IcmpHeader.IDENTIFIER : portField);
        int portDelta = Checksums.portDelta(Memory.u16(portAt), port);
        Memory.u16(portAt, port);
        delta += portDelta;
        // Queries have no pseudo-header: their checksum knows the identifier only.
        int sumDelta = isQuery ? portDelta : addressDelta + portDelta;
        int checksum = checksumOffset(icmp, bytes);
        if (checksum != 0) {
            int zero = protocol(icmp) == Protocol.UDP ? Checksums.ALL_ONES : 0;
            delta += updated(transport + checksum, sumDelta, zero);
        }
        Checksums.updateAt(icmp + IcmpHeader.CHECKSUM, delta);
    }

    /**
     * Changes a checksum field, in which a computed 0 is written so, and returns the delta that
     * this is in a sum around it.
     */
    static int updated(long field, int delta, int zero) {
        int old = Memory.u16(field);
        int updated = Checksums.update(old, delta);
        Memory.u16(field, updated == 0 ? zero : updated);
        return Checksums.portDelta(old, Memory.u16(field));
    }

    /** Where the quoted transport has a checksum, 0 when it has none or is cut off before it. */
    private static int checksumOffset(long icmp, int bytes) {
        long transport = transport(icmp);
        return switch (protocol(icmp)) {
            case Protocol.TCP -> hasTcpChecksum(icmp, bytes) ? TcpHeader.CHECKSUM : 0;
            case Protocol.UDP ->
                    Memory.u16(transport + UdpHeader.CHECKSUM) != 0 ? UdpHeader.CHECKSUM : 0;
            default -> IcmpHeader.CHECKSUM;
        };
    }

    /** Zeros that fill a short quote up are no header: its length would be wrong (RFC 4884 §4). */
    static boolean hasTcpChecksum(long icmp, int bytes) {
        int header = Ipv4Header.headerBytes(at(icmp));
        return quotedBytes(icmp, bytes) - header >= TcpHeader.CHECKSUM + 2
                && TcpHeader.headerBytes(transport(icmp)) >= TcpHeader.MIN_BYTES;
    }

    /** The octets of the packet that are quoted, without what fills up and what follows. */
    static int quotedBytes(long icmp, int bytes) {
        int rest = bytes - IcmpHeader.BYTES;
        int length = Memory.u8(icmp + QUOTE_WORDS) * BYTES_IN_WORD;
        int quoted = length == 0 ? rest : Math.min(rest, length);
        return Math.min(quoted, Ipv4Header.totalLength(at(icmp)));
    }

    /** Errors are never about errors (RFC 1122 §3.2.2). */
    private static boolean isTranslated(int protocol, long transport) {
        return protocol == Protocol.TCP
                || protocol == Protocol.UDP
                || (protocol == Protocol.ICMP && IcmpHeader.isQuery(IcmpHeader.type(transport)));
    }

    private static int port(long icmp, int field) {
        boolean isQuery = protocol(icmp) == Protocol.ICMP;
        return Memory.u16(transport(icmp) + (isQuery ? IcmpHeader.IDENTIFIER : field));
    }

    private static long at(long icmp) {
        return icmp + IcmpHeader.BYTES;
    }

    private static long transport(long icmp) {
        return at(icmp) + Ipv4Header.headerBytes(at(icmp));
    }
}
