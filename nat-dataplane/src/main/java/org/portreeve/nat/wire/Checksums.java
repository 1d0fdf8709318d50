package org.portreeve.nat.wire;

import org.portreeve.nat.Protocol;
import org.portreeve.nat.memory.Memory;

/**
 * Internet checksums: changed incrementally where a field changes (RFC 1624 §3, equation 3), and
 * computed whole for packets of our own. Any thread.
 *
 * <p>A <i>delta</i> is the sum of what goes (complemented) and what comes; deltas add up. Equation
 * 3 is used because equation 2 of RFC 1141 can give 0xFFFF where a header says 0x0000.
 */
public final class Checksums {
    /** The sum of octets that include their own right checksum. */
    public static final int ALL_ONES = 0xffff;

    private static final int HALF = 0xffff;

    private Checksums() {}

    /** The delta of an address that changes. Also of any other 32-bit field. */
    public static int addressDelta(int oldIp, int newIp) {
        return (~oldIp >>> 16) + (~oldIp & HALF) + (newIp >>> 16) + (newIp & HALF);
    }

    /** The delta of a port or identifier that changes. */
    public static int portDelta(int oldPort, int newPort) {
        return (~oldPort & HALF) + newPort;
    }

    /** The checksum after a delta. */
    public static int update(int checksum, int delta) {
        return ~fold((~checksum & HALF) + delta) & HALF;
    }

    /** Changes the checksum field of an IPv4, TCP or ICMP header. */
    public static void updateAt(long field, int delta) {
        Memory.u16(field, update(Memory.u16(field), delta));
    }

    /** Changes a UDP checksum field: 0 means none and stays, a computed 0 is sent as 0xFFFF. */
    public static void updateUdpAt(long field, int delta) {
        int old = Memory.u16(field);
        if (old != 0) {
            int updated = update(old, delta);
            Memory.u16(field, updated == 0 ? HALF : updated);
        }
    }

    /**
     * Changes a partial checksum, which holds the pseudo-header sum uncomplemented: give it the
     * delta of addresses only, ports are added by whoever completes it.
     */
    public static void updatePartialAt(long field, int addressDelta) {
        Memory.u16(field, fold(Memory.u16(field) + addressDelta));
    }

    /** Gives an ICMP query another identifier. */
    public static void identifierAt(long icmp, int identifier) {
        long field = icmp + IcmpHeader.CHECKSUM;
        int delta = portDelta(IcmpHeader.identifier(icmp), identifier);
        int updated = update(Memory.u16(field), delta);
        // A message that is all zeros, an echo reply may be, breaks the assumption of RFC 1624 §3:
        // its checksum is 0xFFFF, which is as good as 0 for every other message.
        Memory.u16(field, updated == 0 && identifier == 0 ? HALF : updated);
        Memory.u16(icmp + IcmpHeader.IDENTIFIER, identifier);
    }

    /** The header checksum that an IPv4 header ought to carry. */
    public static int ipv4Header(long ipv4) {
        int sum = sumWithout(ipv4, Ipv4Header.headerBytes(ipv4), Ipv4Header.CHECKSUM);
        return ~fold(sum) & HALF;
    }

    /**
     * The checksum that the TCP, UDP or ICMP message of a whole packet ought to carry, from scratch
     * over {@code bytes} octets at {@code message}.
     */
    public static int transport(long ipv4, long message, int bytes) {
        int protocol = Ipv4Header.protocol(ipv4);
        int pseudo = protocol == Protocol.ICMP ? 0 : pseudoHeader(ipv4, bytes);
        int sum = sumWithout(message, bytes, checksumOffset(protocol));
        int checksum = ~fold(sum + pseudo) & HALF;
        return protocol == Protocol.UDP && checksum == 0 ? HALF : checksum;
    }

    /** The folded pseudo-header sum, what a partial checksum field holds (RFC 9293 §3.1). */
    public static int pseudoHeader(long ipv4, int messageBytes) {
        int addresses = sum(ipv4 + Ipv4Header.SOURCE, 8);
        return fold(addresses + Ipv4Header.protocol(ipv4) + messageBytes);
    }

    /** Whether the header checksum of an IPv4 packet is what it ought to be. */
    public static boolean isIpv4HeaderRight(long ipv4) {
        return sum(ipv4, Ipv4Header.headerBytes(ipv4)) == HALF;
    }

    /**
     * Whether the checksum of the TCP segment or UDP datagram at {@code message} is what it ought
     * to be; a UDP checksum of 0 means that there is none (RFC 768).
     */
    public static boolean isTransportRight(long ipv4, long message) {
        boolean isUdp = Ipv4Header.protocol(ipv4) == Protocol.UDP;
        if (isUdp && Memory.u16(message + UdpHeader.CHECKSUM) == 0) {
            return true;
        }
        int bytes =
                isUdp
                        ? UdpHeader.length(message)
                        : Ipv4Header.totalLength(ipv4) - Ipv4Header.headerBytes(ipv4);
        return fold(sum(message, bytes) + pseudoHeader(ipv4, bytes)) == HALF;
    }

    /** Where the checksum field lies in a TCP, UDP or ICMP header. */
    public static int checksumOffset(int protocol) {
        return switch (protocol) {
            case Protocol.TCP -> TcpHeader.CHECKSUM;
            case Protocol.UDP -> UdpHeader.CHECKSUM;
            default -> IcmpHeader.CHECKSUM;
        };
    }

    /** The folded one's-complement sum of octets; an odd last one is padded with zero. */
    public static int sum(long address, int bytes) {
        int sum = 0;
        long even = address + (bytes & ~1);
        for (long at = address; at < even; at += 2) {
            sum += Memory.u16(at);
        }
        if ((bytes & 1) != 0) {
            sum += Memory.u8(even) << 8;
        }
        return fold(sum);
    }

    private static int sumWithout(long address, int bytes, int field) {
        return sum(address, field) + sum(address + field + 2, bytes - field - 2);
    }

    private static int fold(int sum) {
        int once = (sum & HALF) + (sum >>> 16);
        return (once & HALF) + (once >>> 16);
    }
}
