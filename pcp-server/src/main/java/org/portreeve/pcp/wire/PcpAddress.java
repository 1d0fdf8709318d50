package org.portreeve.pcp.wire;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import org.portreeve.nat.Ipv4;

/**
 * An address as PCP carries it: 128 bits, IPv4 in its IPv4-mapped form (RFC 6887 §5). Immutable.
 *
 * @param high the first eight octets
 * @param low the last eight octets
 */
public record PcpAddress(long high, long low) {
    /** Octets on the wire. */
    public static final int LENGTH = 16;

    private static final long MAPPED_PREFIX = 0xffffL;

    /** No preference among IPv6 addresses: sixteen zero octets. */
    public static final PcpAddress ANY_IPV6 = new PcpAddress(0, 0);

    /** No preference among IPv4 addresses: {@code ::ffff:0.0.0.0}. */
    public static final PcpAddress ANY_IPV4 = ofIpv4(0);

    /** The mapped form of an IPv4 address, most significant octet first. */
    public static PcpAddress ofIpv4(int ip) {
        return new PcpAddress(0, MAPPED_PREFIX << 32 | Integer.toUnsignedLong(ip));
    }

    /** The form that the wire has for an address of the JDK. */
    public static PcpAddress of(InetAddress address) {
        ByteBuffer octets = ByteBuffer.wrap(address.getAddress());
        return octets.remaining() == Integer.BYTES ? ofIpv4(octets.getInt()) : read(octets);
    }

    static PcpAddress read(ByteBuffer octets) {
        return new PcpAddress(octets.getLong(), octets.getLong());
    }

    static PcpAddress read(ByteBuffer octets, int offset) {
        return new PcpAddress(octets.getLong(offset), octets.getLong(offset + Long.BYTES));
    }

    void write(ByteBuffer octets) {
        octets.putLong(high).putLong(low);
    }

    /** Whether this is an IPv4 address. */
    public boolean isIpv4() {
        // RFC 6887 §5: mapped means that all of the first 96 bits match, not only the 0xffff.
        return high == 0 && low >>> 32 == MAPPED_PREFIX;
    }

    /** The IPv4 address, or empty when this is an IPv6 address. */
    public OptionalInt ipv4() {
        return isIpv4() ? OptionalInt.of((int) low) : OptionalInt.empty();
    }

    /** Whether this is one of the two all-zero addresses, which mean "no preference". */
    public boolean isAny() {
        return equals(ANY_IPV4) || equals(ANY_IPV6);
    }

    /** The same address for the JDK's sockets. */
    public InetAddress inetAddress() {
        byte[] octets = ByteBuffer.allocate(LENGTH).putLong(high).putLong(low).array();
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new AssertionError("sixteen octets are an address", e);
        }
    }

    @Override
    public String toString() {
        return isIpv4() ? Ipv4.format((int) low) : inetAddress().getHostAddress();
    }
}
