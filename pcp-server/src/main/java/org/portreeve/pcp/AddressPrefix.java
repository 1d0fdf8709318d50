package org.portreeve.pcp;

import java.net.InetAddress;
import java.util.Optional;
import org.portreeve.nat.Prefix;
import org.portreeve.pcp.wire.PcpAddress;

/**
 * A prefix of either family. Immutable.
 *
 * @param network its first address
 * @param length in bits of the 128 that PCP gives an address; an IPv4 /24 has 120
 */
public record AddressPrefix(PcpAddress network, int length) {
    private static final int BITS = 128;
    private static final int IPV4_PREFIX_BITS = 96;

    /** Refuses bits behind the prefix. */
    public AddressPrefix {
        if (!isOne(network, length)) {
            throw new IllegalArgumentException(network + " has bits behind /" + length);
        }
    }

    /** The same prefix of IPv4. */
    public static AddressPrefix of(Prefix prefix) {
        return new AddressPrefix(
                PcpAddress.ofIpv4(prefix.network()), IPV4_PREFIX_BITS + prefix.length());
    }

    /**
     * What a text such as {@code 192.0.2.0/24} or {@code 2001:db8::/64} says, or a single address;
     * empty for all others.
     */
    public static Optional<AddressPrefix> parse(String text) {
        return text.contains(":") ? parseIpv6(text) : Prefix.parse(text).map(AddressPrefix::of);
    }

    private static Optional<AddressPrefix> parseIpv6(String text) {
        int slash = text.indexOf('/');
        String bits = slash < 0 ? "128" : text.substring(slash + 1);
        String address = slash < 0 ? text : text.substring(0, slash);
        if (!bits.matches("[0-9]{1,3}") || text.contains("%")) {
            return Optional.empty();
        }
        try {
            PcpAddress network = PcpAddress.of(InetAddress.ofLiteral(address));
            int length = Integer.parseInt(bits);
            return !network.isIpv4() && isOne(network, length)
                    ? Optional.of(new AddressPrefix(network, length))
                    : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static boolean isOne(PcpAddress network, int length) {
        return 0 <= length
                && length <= BITS
                && (network.high() & ~highMask(length)) == 0
                && (network.low() & ~lowMask(length)) == 0;
    }

    /** Whether this is one of IPv4. */
    public boolean isIpv4() {
        return network.isIpv4() && length >= IPV4_PREFIX_BITS;
    }

    /** Whether an address of the same family has this prefix. */
    boolean contains(PcpAddress address) {
        // All of IPv4 has the prefix ::/64 as PCP writes it.
        return address.isIpv4() == isIpv4()
                && ((address.high() ^ network.high()) & highMask(length)) == 0
                && ((address.low() ^ network.low()) & lowMask(length)) == 0;
    }

    private static long highMask(int length) {
        return mask(Math.min(length, Long.SIZE));
    }

    private static long lowMask(int length) {
        return mask(Math.max(0, length - Long.SIZE));
    }

    private static long mask(int length) {
        return length == 0 ? 0 : -1L << (Long.SIZE - length);
    }
}
