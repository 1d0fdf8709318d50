package org.portreeve.nat.icmp;

import org.portreeve.nat.Protocol;
import org.portreeve.nat.io.PacketBatch;
import org.portreeve.nat.memory.Memory;
import org.portreeve.nat.wire.Checksums;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.Ipv4Header;

/**
 * Writes an ICMP error about a packet, in memory of its own that the next one takes. Owned by the
 * shard thread.
 */
public final class ErrorMessage {
    /** No longer than what every host takes (RFC 1812 §4.3.2.3). */
    static final int MAX_BYTES = 576;

    private static final int HEADERS = Ipv4Header.MIN_BYTES + IcmpHeader.BYTES;
    private static final int MAX_QUOTE_BYTES = MAX_BYTES - HEADERS;
    private static final int VERSION_AND_IHL = 0x45;
    private static final int TIME_TO_LIVE = 64;

    /** The code point without the two bits of congestion, of which an error knows nothing. */
    private static final int DS_FIELD = 0xfc;

    private static final int MEMORY_BYTES = 1_024;

    private final long packet = Memory.allocate(MEMORY_BYTES) + Memory.CACHE_LINE;

    /**
     * Whether an error may be sent about a packet that was checked before: not about errors, and
     * only to somebody (RFC 1812 §4.3.2.7). Fragments and packets to groups come no further than
     * the check.
     */
    public static boolean mayBeAbout(long cause) {
        int first = Ipv4Header.source(cause) >>> 24;
        boolean isSomebody = first != 0 && first != 127 && first < 224;
        long message = cause + Ipv4Header.headerBytes(cause);
        return isSomebody
                && (Ipv4Header.protocol(cause) != Protocol.ICMP
                        || IcmpHeader.isQuery(IcmpHeader.type(message)));
    }

    /**
     * Writes the error and returns where it begins, headroom of zeros before it.
     *
     * @param rest octets 4 to 7 of the ICMP header: the next-hop MTU, say, else 0
     * @param cause the packet, as it came: as much of it is quoted as fits
     * @param source who says so
     */
    public long write(int type, int code, int rest, long cause, int source) {
        return write(type, code, rest, cause, Ipv4Header.totalLength(cause), source);
    }

    /** The same about a packet of which only so many octets are left. */
    public long write(int type, int code, int rest, long cause, int causeBytes, int source) {
        int quoted = Math.min(causeBytes, MAX_QUOTE_BYTES);
        Memory.clear(packet - PacketBatch.HEADROOM, PacketBatch.HEADROOM);
        Memory.clear(packet, MAX_BYTES);
        Memory.u8(packet + Ipv4Header.VERSION_AND_IHL, VERSION_AND_IHL);
        // RFC 5508 REQ-10 d: the class of the cause.
        int service = Memory.u8(cause + Ipv4Header.TYPE_OF_SERVICE);
        Memory.u8(packet + Ipv4Header.TYPE_OF_SERVICE, service & DS_FIELD);
        Memory.u16(packet + Ipv4Header.TOTAL_LENGTH, HEADERS + quoted);
        // RFC 6864 §4.1: without fragments the identification means nothing.
        Memory.u16(packet + Ipv4Header.FLAGS_AND_FRAGMENT, Ipv4Header.DONT_FRAGMENT);
        Memory.u8(packet + Ipv4Header.TIME_TO_LIVE, TIME_TO_LIVE);
        Memory.u8(packet + Ipv4Header.PROTOCOL, Protocol.ICMP);
        Ipv4Header.source(packet, source);
        Ipv4Header.destination(packet, Ipv4Header.source(cause));
        Memory.u16(packet + Ipv4Header.CHECKSUM, Checksums.ipv4Header(packet));
        long icmp = packet + Ipv4Header.MIN_BYTES;
        Memory.u8(icmp + IcmpHeader.TYPE, type);
        Memory.u8(icmp + IcmpHeader.CODE, code);
        Memory.u32(icmp + IcmpHeader.IDENTIFIER, rest);
        Memory.copy(cause, icmp + IcmpHeader.BYTES, quoted);
        int checksum = Checksums.transport(packet, icmp, IcmpHeader.BYTES + quoted);
        Memory.u16(icmp + IcmpHeader.CHECKSUM, checksum);
        return packet;
    }
}
