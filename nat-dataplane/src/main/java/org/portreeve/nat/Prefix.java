package org.portreeve.nat;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * An IPv4 prefix: the network address, host bits zero, and its length in bits. Immutable.
 *
 * @param network the first address
 * @param length 0 to 32
 */
public record Prefix(int network, int length) {
    /** Refuses a length out of range and host bits that are set. */
    public Prefix {
        if (!isOne(network, length)) {
            throw new IllegalArgumentException(
                    "not a prefix: " + Ipv4.format(network) + "/" + length);
        }
    }

    /** Whether an address with all host bits zero and a length in range make a prefix. */
    public static boolean isOne(int network, int length) {
        return length >= 0 && length <= 32 && (network & ~mask(length)) == 0;
    }

    /** The prefix of {@code a.b.c.d/n} or of a single address; empty for any other text. */
    public static Optional<Prefix> parse(String text) {
        int slash = text.indexOf('/');
        OptionalInt ip = Ipv4.parse(slash < 0 ? text : text.substring(0, slash));
        String bits = slash < 0 ? "32" : text.substring(slash + 1);
        if (ip.isEmpty() || !bits.matches("[0-9]{1,2}") || Integer.parseInt(bits) > 32) {
            return Optional.empty();
        }
        int length = Integer.parseInt(bits);
        if ((ip.getAsInt() & ~mask(length)) != 0) {
            return Optional.empty();
        }
        return Optional.of(new Prefix(ip.getAsInt(), length));
    }

    /** The prefix of text known to be one; throws when it is not. */
    public static Prefix of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("no prefix: " + text));
    }

    /** Whether the address lies in this prefix. */
    public boolean contains(int ip) {
        return (ip & mask(length)) == network;
    }

    /** How many addresses it holds, 1 to 2^32. */
    public long size() {
        return 1L << (32 - length);
    }

    @Override
    public String toString() {
        return Ipv4.format(network) + "/" + length;
    }

    /** The bits that count, as a number to be combined with an address. */
    public int mask() {
        return mask(length);
    }

    private static int mask(int length) {
        return length == 0 ? 0 : -1 << (32 - length);
    }
}
