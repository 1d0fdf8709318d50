package org.portreeve.pcp.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.portreeve.nat.Prefix;

/**
 * Walks the options of one message whose length is a multiple of four (RFC 6887 §7.3).
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |  Option Code  |   Reserved    |   Length without the padding  |
 * |  Data, padded to a multiple of four octets                    |
 * </pre>
 *
 * <p>At most 269 steps, as a message has at most 1100 octets. Owned by one call of a decoder.
 */
final class OptionCursor {
    private static final int LENGTH = 2;
    private static final int FILTER_PREFIX_LENGTH = 1;
    private static final int FILTER_PORT = 2;
    private static final int FILTER_ADDRESS = 4;
    private static final int PREFIX64 = 2;
    private static final int SET_FIRST_PORT = 2;
    private static final int SET_FLAGS = 4;

    /** RFC 7225 §4.1: the length of an IPv4 prefix, and its address. */
    private static final int DESTINATION_BYTES = 2 + 4;

    private final ByteBuffer message;
    private int optionOffset;
    private int nextOffset;

    OptionCursor(ByteBuffer message, int firstOptionOffset) {
        this.message = message;
        this.optionOffset = firstOptionOffset;
        this.nextOffset = firstOptionOffset;
    }

    /** Whether all options from here on fit the message; the cursor itself does not move. */
    boolean isSound() {
        var ahead = new OptionCursor(message, nextOffset);
        boolean sound = true;
        while (sound && ahead.next()) {
            sound = ahead.nextOffset <= message.limit();
        }
        return sound;
    }

    /** Whether there is no further option. */
    boolean isAtEnd() {
        return nextOffset >= message.limit();
    }

    /** Goes to the next option, or returns false when there is none. */
    boolean next() {
        if (isAtEnd()) {
            return false;
        }
        optionOffset = nextOffset;
        nextOffset = dataOffset() + PcpFormat.padded(dataBytes());
        return true;
    }

    int number() {
        return message.get(optionOffset) & 0xff;
    }

    /** The option, or empty when its data has no length or contents that its code allows. */
    Optional<PcpOption> read(OptionCode code) {
        if (!code.allows(dataBytes())) {
            return Optional.empty();
        }
        return switch (code) {
            case THIRD_PARTY ->
                    Optional.of(new PcpOption.ThirdParty(PcpAddress.read(message, dataOffset())));
            case PREFER_FAILURE -> Optional.of(new PcpOption.PreferFailure());
            case FILTER -> Optional.of(readFilter());
            case THIRD_PARTY_ID ->
                    Optional.of(
                            new PcpOption.ThirdPartyId(
                                    RealmId.read(message, dataOffset(), dataBytes())));
            case DESCRIPTION -> readDescription();
            case PREFIX64 -> readPrefix64();
            case PORT_SET -> Optional.of(readPortSet());
        };
    }

    /** RFC 7753 §4: seven reserved bits are ignored. */
    private PcpOption.PortSet readPortSet() {
        return new PcpOption.PortSet(
                message.getShort(dataOffset()) & 0xffff,
                message.getShort(dataOffset() + SET_FIRST_PORT) & 0xffff,
                (message.get(dataOffset() + SET_FLAGS) & PcpFormat.PARITY_BIT) != 0);
    }

    private PcpOption.Filter readFilter() {
        return new PcpOption.Filter(
                message.get(dataOffset() + FILTER_PREFIX_LENGTH) & 0xff,
                message.getShort(dataOffset() + FILTER_PORT) & 0xffff,
                PcpAddress.read(message, dataOffset() + FILTER_ADDRESS));
    }

    /** RFC 7220 §2, §3: UTF-8 without NUL, or it is as if it were not there. */
    private Optional<PcpOption> readDescription() {
        try {
            ByteBuffer data = message.slice(dataOffset(), dataBytes());
            String text = UTF_8.newDecoder().decode(data).toString();
            return text.indexOf(0) < 0
                    ? Optional.of(new PcpOption.Description(text))
                    : Optional.empty();
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private Optional<PcpOption> readPrefix64() {
        int prefixBytes = message.getShort(dataOffset()) & 0xffff;
        long head = message.getLong(dataOffset() + PREFIX64);
        int tail = message.getInt(dataOffset() + PREFIX64 + Long.BYTES);
        return PcpOption.Prefix64.allows(prefixBytes)
                ? readDestinations()
                        .map(list -> new PcpOption.Prefix64(prefixBytes, head, tail, list))
                : Optional.empty();
    }

    /** RFC 7225 §4.1: their number, and each with its length; or nothing at all. */
    private Optional<List<Prefix>> readDestinations() {
        int left = dataBytes() - PcpFormat.PREFIX64_BYTES;
        if (left == 0) {
            return Optional.of(List.of());
        }
        int at = dataOffset() + PcpFormat.PREFIX64_BYTES;
        int count = left < Short.BYTES ? 0 : message.getShort(at) & 0xffff;
        if (left != Short.BYTES + count * DESTINATION_BYTES) {
            return Optional.empty();
        }
        List<Prefix> destinations = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int each = at + Short.BYTES + i * DESTINATION_BYTES;
            int length = message.getShort(each) & 0xffff;
            int network = message.getInt(each + Short.BYTES);
            if (!Prefix.isOne(network, length)) {
                return Optional.empty();
            }
            destinations.add(new Prefix(network, length));
        }
        return Optional.of(destinations);
    }

    private int dataOffset() {
        return optionOffset + PcpFormat.OPTION_HEADER_BYTES;
    }

    private int dataBytes() {
        return message.getShort(optionOffset + LENGTH) & 0xffff;
    }
}
