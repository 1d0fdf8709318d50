package org.portreeve.pcp.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What operators call a realm of internal addresses, or a tunnel to it: octets of which only their
 * equality means something (RFC 7843 §4). Immutable.
 */
public final class RealmId {
    /** RFC 7843 §4: what 1100 octets have room for beside MAP and THIRD_PARTY. */
    public static final int MAX_BYTES = 1_016;

    private static final String HEX = "0x";

    private final byte[] octets;

    private RealmId(byte[] octets) {
        this.octets = octets;
    }

    /**
     * The identifier that a text stands for: hexadecimal digits after {@code 0x}, two for each
     * octet, or the octets of the text itself; empty when it has none or too many.
     */
    public static Optional<RealmId> parse(String text) {
        byte[] octets = text.startsWith(HEX) ? digits(text) : text.getBytes(UTF_8);
        return octets.length == 0 || octets.length > MAX_BYTES
                ? Optional.empty()
                : Optional.of(new RealmId(octets));
    }

    private static byte[] digits(String text) {
        try {
            return HexFormat.of().parseHex(text, HEX.length(), text.length());
        } catch (IllegalArgumentException _) {
            return new byte[0];
        }
    }

    static RealmId read(ByteBuffer message, int offset, int lengthBytes) {
        byte[] octets = new byte[lengthBytes];
        message.get(offset, octets);
        return new RealmId(octets);
    }

    void write(ByteBuffer message) {
        message.put(octets);
    }

    /** How many octets it has. */
    public int lengthBytes() {
        return octets.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RealmId id && Arrays.equals(octets, id.octets);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(octets);
    }

    /** The form that {@link #parse} reads, in digits. */
    @Override
    public String toString() {
        return HEX + HexFormat.of().formatHex(octets);
    }
}
