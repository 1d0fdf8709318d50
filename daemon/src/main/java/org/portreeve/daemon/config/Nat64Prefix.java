package org.portreeve.daemon.config;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.portreeve.nat.Prefix;
import org.portreeve.pcp.wire.PcpOption.Prefix64;

/**
 * The prefix of a NAT64 as it is written: an IPv6 prefix, and behind it the IPv4 prefixes that it
 * is for, unless that is all of them. Pure; any thread.
 */
final class Nat64Prefix {
    private static final int IPV6_BYTES = 16;

    /** RFC 6052 §2.2: in octets. */
    private static final List<Integer> LENGTHS = List.of(4, 5, 6, 7, 8, 12);

    private Nat64Prefix() {}

    /** What a text says; empty when it is no such thing. */
    static Optional<Prefix64> parse(String text) {
        String[] words = text.strip().split("\\s+", -1);
        List<Prefix> destinations = new ArrayList<>();
        for (int i = 1; i < words.length; i++) {
            Optional<Prefix> destination = Prefix.parse(words[i]);
            if (destination.isEmpty()) {
                return Optional.empty();
            }
            destinations.add(destination.get());
        }
        return parse(words[0], destinations);
    }

    private static Optional<Prefix64> parse(String prefix, List<Prefix> destinations) {
        int slash = prefix.indexOf('/');
        String bits = slash < 0 ? "" : prefix.substring(slash + 1);
        if (!bits.matches("[0-9]{2}") || Integer.parseInt(bits) % 8 != 0) {
            return Optional.empty();
        }
        int prefixBytes = Integer.parseInt(bits) / 8;
        byte[] octets = address(prefix.substring(0, slash));
        if (octets.length != IPV6_BYTES || !LENGTHS.contains(prefixBytes)) {
            return Optional.empty();
        }
        for (int i = prefixBytes; i < octets.length; i++) {
            if (octets[i] != 0) {
                return Optional.empty();
            }
        }
        ByteBuffer buffer = ByteBuffer.wrap(octets);
        return Optional.of(
                new Prefix64(prefixBytes, buffer.getLong(), buffer.getInt(), destinations));
    }

    private static byte[] address(String text) {
        try {
            return InetAddress.ofLiteral(text).getAddress();
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }
}
