package org.portreeve.pcp.wire;

/** Sizes and offsets of PCP messages (RFC 6887 §7, §11.1, §12.1). Any thread. */
public final class PcpFormat {
    /** The version that is spoken here. */
    public static final int VERSION = 2;

    /** RFC 6887 §7: no message is longer than this. */
    public static final int MAX_MESSAGE_BYTES = 1_100;

    /** The common header, of requests and responses alike. */
    public static final int HEADER_BYTES = 24;

    /** RFC 6887 §19.1: the port that servers listen on. */
    public static final int SERVER_PORT = 5_351;

    /** RFC 6887 §19.1: the port that clients hear announcements on. */
    public static final int CLIENT_PORT = 5_350;

    /** Lifetimes and epochs are unsigned 32-bit numbers of seconds. */
    public static final long MAX_SECONDS = 0xffff_ffffL;

    /** Version and R bit with opcode: less cannot be answered (RFC 6887 §8.2). */
    static final int MIN_ANSWERABLE_BYTES = 2;

    static final int MAP_DATA_BYTES = 36;
    static final int PEER_DATA_BYTES = 56;
    static final int OPTION_HEADER_BYTES = 4;

    /** RFC 7225 §4.1: the length of the prefix in octets, and twelve of prefix and suffix. */
    static final int PREFIX64_BYTES = 2 + 12;

    /** RFC 7753 §4: parity is to be preserved. */
    static final int PARITY_BIT = 1;

    static final int OPCODE = 1;
    static final int RESULT_CODE = 3;
    static final int LIFETIME = 4;
    static final int CLIENT_ADDRESS = 8;
    static final int EPOCH = 8;

    /** Octets 12 to 23: reserved in responses, the last 96 bits of the address in requests. */
    static final int ADDRESS_TAIL = 12;

    static final int NONCE = 24;
    static final int PROTOCOL = 36;
    static final int INTERNAL_PORT = 40;
    static final int EXTERNAL_PORT = 42;
    static final int EXTERNAL_ADDRESS = 44;
    static final int REMOTE_PORT = 60;
    static final int REMOTE_ADDRESS = 64;

    /** Octet 1, bit 7: set in responses. */
    static final int RESPONSE_BIT = 0x80;

    static final int OPCODE_MASK = 0x7f;

    private PcpFormat() {}

    /** The length with its padding: the next multiple of four. */
    static int padded(int lengthBytes) {
        return (lengthBytes + 3) & ~3;
    }

    static void requireSeconds(String name, long seconds) {
        if (seconds < 0 || seconds > MAX_SECONDS) {
            throw new IllegalArgumentException(name + " does not fit 32 bits: " + seconds);
        }
    }

    static void requirePort(String name, int port) {
        if (port < 0 || port > 0xffff) {
            throw new IllegalArgumentException(name + " does not fit 16 bits: " + port);
        }
    }

    static void requireOctet(String name, int number) {
        if (number < 0 || number > 0xff) {
            throw new IllegalArgumentException(name + " does not fit 8 bits: " + number);
        }
    }
}
