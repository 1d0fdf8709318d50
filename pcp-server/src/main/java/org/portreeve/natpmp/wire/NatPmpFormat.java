package org.portreeve.natpmp.wire;

/** Sizes and offsets of NAT-PMP messages (RFC 6886 §3.2 to §3.5). Any thread. */
final class NatPmpFormat {
    /** RFC 6886 §3: the version of every message. */
    static final int VERSION = 0;

    static final int OPCODE_ADDRESS = 0;
    static final int OPCODE_MAP_UDP = 1;
    static final int OPCODE_MAP_TCP = 2;

    /** Octet 1, bit 7: set in responses. */
    static final int RESPONSE_BIT = 0x80;

    static final int ADDRESS_REQUEST_BYTES = 2;
    static final int MAP_REQUEST_BYTES = 12;
    static final int ADDRESS_RESPONSE_BYTES = 12;
    static final int MAP_RESPONSE_BYTES = 16;

    static final int UNSUPPORTED_VERSION_BYTES = 8;

    /** The least answer to an unknown opcode: it ends with the result. */
    static final int UNSUPPORTED_MIN_BYTES = 4;

    static final int OPCODE = 1;
    static final int RESULT = 2;

    /** Of a map request; octets 2 and 3 before it are reserved and ignored. */
    static final int INTERNAL_PORT = 4;

    static final int SUGGESTED_EXTERNAL_PORT = 6;
    static final int LIFETIME = 8;

    private NatPmpFormat() {}
}
