package org.portreeve.pcp.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import org.portreeve.nat.PeerFilter;
import org.portreeve.nat.Prefix;

/** An option of a request, or one that a response says was processed. Immutable. */
public sealed interface PcpOption {
    /** Which option this is. */
    OptionCode code();

    /** How long its data is, without the padding. */
    default int dataBytes() {
        return code().dataBytes();
    }

    /** How much of a message it takes. */
    default int messageBytes() {
        return PcpFormat.OPTION_HEADER_BYTES + PcpFormat.padded(dataBytes());
    }

    /**
     * The mapping is for another host than the requester (RFC 6887 §13.1).
     *
     * @param internalAddress that host
     */
    record ThirdParty(PcpAddress internalAddress) implements PcpOption {
        @Override
        public OptionCode code() {
            return OptionCode.THIRD_PARTY;
        }
    }

    /**
     * In which realm that host is (RFC 7843 §4).
     *
     * @param realm compared octet by octet
     */
    record ThirdPartyId(RealmId realm) implements PcpOption {
        @Override
        public OptionCode code() {
            return OptionCode.THIRD_PARTY_ID;
        }

        @Override
        public int dataBytes() {
            return realm.lengthBytes();
        }
    }

    /** The suggested external address and port, or none (RFC 6887 §13.2). */
    record PreferFailure() implements PcpOption {
        @Override
        public OptionCode code() {
            return OptionCode.PREFER_FAILURE;
        }
    }

    /**
     * Only these remote peers may come in (RFC 6887 §13.3).
     *
     * @param prefixLength how many of the 128 bits count; 0 removes all filters of the mapping
     * @param remotePort the peers' port, 0 for all
     * @param remoteAddress the peers' prefix
     */
    record Filter(int prefixLength, int remotePort, PcpAddress remoteAddress) implements PcpOption {
        private static final int ADDRESS_BITS = 128;
        private static final int IPV4_PREFIX_BITS = 96;

        /** Checks that the numbers fit their fields. */
        public Filter {
            PcpFormat.requireOctet("prefix length", prefixLength);
            PcpFormat.requirePort("remote port", remotePort);
        }

        /** The option by which a mapping gets a filter. */
        public static Filter of(PeerFilter filter) {
            return new Filter(
                    IPV4_PREFIX_BITS + filter.remote().length(),
                    filter.remotePort(),
                    PcpAddress.ofIpv4(filter.remote().network()));
        }

        /**
         * The filter that it adds, of IPv4; only when it does not {@linkplain #removesAll remove}.
         */
        public PeerFilter peers() {
            int prefixBits = prefixLength - IPV4_PREFIX_BITS;
            return PeerFilter.of(remoteAddress.ipv4().orElseThrow(), prefixBits, remotePort);
        }

        @Override
        public OptionCode code() {
            return OptionCode.FILTER;
        }

        /** Whether this takes the earlier filters of the mapping away. */
        public boolean removesAll() {
            return prefixLength == 0;
        }

        /** Whether the prefix length fits the family of the address. */
        boolean hasValidPrefix() {
            int shortest = remoteAddress.isIpv4() ? IPV4_PREFIX_BITS : 0;
            return removesAll() || (shortest <= prefixLength && prefixLength <= ADDRESS_BITS);
        }
    }

    /**
     * What the owner calls the mapping (RFC 7220); empty takes the name away.
     *
     * @param text as it came, not fit to be shown
     */
    record Description(String text) implements PcpOption {
        @Override
        public OptionCode code() {
            return OptionCode.DESCRIPTION;
        }

        @Override
        public int dataBytes() {
            return text.getBytes(UTF_8).length;
        }
    }

    /**
     * By which prefix a NAT64 makes IPv6 addresses of IPv4 ones, or in a request the wish to know
     * (RFC 7225 §4.1).
     *
     * @param prefixBytes how many octets the prefix has: 4 to 8, or 12
     * @param head the first eight octets of prefix and suffix, which are twelve together
     * @param tail the other four
     * @param destinations where it holds; empty for everywhere
     */
    record Prefix64(int prefixBytes, long head, int tail, List<Prefix> destinations)
            implements PcpOption {
        /** What a request says: prefix ::/96. */
        public static final Prefix64 WANTED = new Prefix64(12, 0, 0, List.of());

        /** Takes a copy of the list. */
        public Prefix64 {
            PcpFormat.requireOctet("prefix length", prefixBytes);
            destinations = List.copyOf(destinations);
        }

        @Override
        public OptionCode code() {
            return OptionCode.PREFIX64;
        }

        @Override
        public int dataBytes() {
            int listBytes = destinations.isEmpty() ? 0 : 2 + 6 * destinations.size();
            return PcpFormat.PREFIX64_BYTES + listBytes;
        }

        /** Whether RFC 6052 §2.2 knows prefixes of this length. */
        static boolean allows(int prefixBytes) {
            return (4 <= prefixBytes && prefixBytes <= 8) || prefixBytes == 12;
        }
    }

    /**
     * Ports that follow each other, as one mapping (RFC 7753 §4).
     *
     * @param size how many; 0 is malformed
     * @param firstInternalPort the first of them
     * @param keepsParity whether the first external port is to be even where this one is
     */
    record PortSet(int size, int firstInternalPort, boolean keepsParity) implements PcpOption {
        /** Checks that the numbers fit their fields. */
        public PortSet {
            PcpFormat.requirePort("port set size", size);
            PcpFormat.requirePort("first internal port", firstInternalPort);
        }

        @Override
        public OptionCode code() {
            return OptionCode.PORT_SET;
        }
    }
}
