package org.portreeve.pcp.wire;

/** An option of a request, or one that a response says was processed. Immutable. */
public sealed interface PcpOption {
    /** Which option this is. */
    OptionCode code();

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
}
