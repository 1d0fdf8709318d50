package org.portreeve.daemon.config;

import java.util.Optional;
import java.util.OptionalInt;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Prefix;

/**
 * IPv4 addresses that follow each other, as unsigned 32-bit values. Immutable.
 *
 * @param first the first address, 0 to 2^32 - 1
 * @param last {@code first} or more
 */
record AddressRange(long first, long last) {
    /** The range of an address, a prefix, or {@code FIRST-LAST}; empty for any other text. */
    static Optional<AddressRange> parse(String text) {
        int dash = text.indexOf('-');
        if (dash < 0) {
            return Prefix.parse(text).map(AddressRange::of);
        }
        OptionalInt first = Ipv4.parse(text.substring(0, dash));
        OptionalInt last = Ipv4.parse(text.substring(dash + 1));
        if (first.isEmpty() || last.isEmpty()) {
            return Optional.empty();
        }
        var range =
                new AddressRange(
                        Integer.toUnsignedLong(first.getAsInt()),
                        Integer.toUnsignedLong(last.getAsInt()));
        return range.first <= range.last ? Optional.of(range) : Optional.empty();
    }

    static AddressRange of(Prefix prefix) {
        long first = Integer.toUnsignedLong(prefix.network());
        return new AddressRange(first, first + prefix.size() - 1);
    }

    long size() {
        return last - first + 1;
    }

    boolean overlaps(AddressRange other) {
        return first <= other.last && other.first <= last;
    }

    boolean contains(int ip) {
        long address = Integer.toUnsignedLong(ip);
        return first <= address && address <= last;
    }
}
