package org.portreeve.testkit.pcp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Options of RFC 6887 §13 and RFC 7220, written here again so that tests do not trust the codec
 * they test.
 *
 * <pre>
 *  0       code, reserved
 *  2       octets of data, without the padding to a multiple of four
 *  4..     data
 * </pre>
 */
public final class PcpOptions {
    /** A request or an answer is no longer than this, options included (RFC 6887 §7). */
    public static final int MOST_BYTES = 1_100;

    /** The code of the option for several ports (RFC 7753 §4.1). */
    public static final int PORT_SET = 130;

    private static final int THIRD_PARTY = 1;
    private static final int PREFER_FAILURE = 2;
    private static final int FILTER = 3;
    private static final int DESCRIPTION = 128;
    private static final int PREFIX64 = 129;
    private static final int MAP_BYTES = 60;
    private static final int HEADER_BYTES = 4;
    private static final int ADDRESS_BYTES = 16;
    private static final int FILTER_BYTES = 20;
    private static final int PORT_SET_BYTES = 5;
    private static final int PREFIX64_BYTES = 16;
    private static final int WANTED_PREFIX_BYTES = 12;
    private static final int IPV4_PREFIX_BITS = 96;

    private PcpOptions() {}

    /** A request with these options behind it. */
    public static byte[] with(byte[] request, byte[]... options) {
        int lengthBytes = request.length + Arrays.stream(options).mapToInt(o -> o.length).sum();
        ByteBuffer whole = ByteBuffer.allocate(lengthBytes).put(request);
        for (byte[] option : options) {
            whole.put(option);
        }
        return whole.array();
    }

    /** Lets a prefix of IPv4 peers in, from one port or with port 0 from every one (§13.3). */
    public static byte[] filter(String network, int prefixLength, int remotePort) {
        return option(
                FILTER,
                ByteBuffer.allocate(FILTER_BYTES)
                        .put((byte) 0)
                        .put((byte) (IPV4_PREFIX_BITS + prefixLength))
                        .putShort((short) remotePort)
                        .put(mapped(network))
                        .array());
    }

    /** Takes all filters of the mapping away (§13.3). */
    public static byte[] noFilters() {
        return option(FILTER, new byte[FILTER_BYTES]);
    }

    /** What the owner calls the mapping (RFC 7220); empty takes the name away. */
    public static byte[] description(String text) {
        return option(DESCRIPTION, text.getBytes(StandardCharsets.UTF_8));
    }

    /** The mapping is for another host (§13.1). */
    public static byte[] thirdParty(String host) {
        return option(THIRD_PARTY, mapped(host));
    }

    /** The suggested external tuple, or none (§13.2). */
    public static byte[] preferFailure() {
        return option(PREFER_FAILURE, new byte[0]);
    }

    /** So many ports from the internal one on, as one mapping (RFC 7753 §4.1). */
    public static byte[] portSet(int size, int internalPort, boolean keepsParity) {
        return option(
                PORT_SET,
                ByteBuffer.allocate(PORT_SET_BYTES)
                        .putShort((short) size)
                        .putShort((short) internalPort)
                        .put((byte) (keepsParity ? 1 : 0))
                        .array());
    }

    /** How many ports the mapping in an answer to MAP has: 1 when it says nothing of that. */
    public static int portCount(byte[] answer) {
        ByteBuffer bytes = ByteBuffer.wrap(answer);
        int at = MAP_BYTES;
        while (at + HEADER_BYTES <= answer.length) {
            if (Byte.toUnsignedInt(answer[at]) == PORT_SET) {
                return Short.toUnsignedInt(bytes.getShort(at + HEADER_BYTES));
            }
            int dataBytes = Short.toUnsignedInt(bytes.getShort(at + 2));
            at += HEADER_BYTES + (dataBytes + 3) / 4 * 4;
        }
        return 1;
    }

    /** Asks for the prefixes of a NAT64: prefix ::/96 (RFC 7225 §4.1). */
    public static byte[] prefix64() {
        return option(
                PREFIX64,
                ByteBuffer.allocate(PREFIX64_BYTES).putShort((short) WANTED_PREFIX_BYTES).array());
    }

    /** An option with any code and data, padded with zeros. */
    public static byte[] option(int code, byte[] data) {
        int paddedBytes = (data.length + 3) / 4 * 4;
        return ByteBuffer.allocate(HEADER_BYTES + paddedBytes)
                .put((byte) code)
                .put((byte) 0)
                .putShort((short) data.length)
                .put(data)
                .array();
    }

    /** The header of a request of this host has its address in the very form that is needed. */
    private static byte[] mapped(String host) {
        return Arrays.copyOfRange(PcpRequests.announce(host), 8, 8 + ADDRESS_BYTES);
    }
}
