package org.portreeve.pcp.wire;

import java.nio.ByteBuffer;
import java.util.Optional;

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

    /** Goes to the next option, or returns false when there is none. */
    boolean next() {
        if (nextOffset >= message.limit()) {
            return false;
        }
        optionOffset = nextOffset;
        nextOffset = dataOffset() + PcpFormat.padded(dataBytes());
        return true;
    }

    int number() {
        return message.get(optionOffset) & 0xff;
    }

    /** The option, or empty when its data has not the one length that its code allows. */
    Optional<PcpOption> read(OptionCode code) {
        if (dataBytes() != code.dataBytes()) {
            return Optional.empty();
        }
        return Optional.of(
                switch (code) {
                    case THIRD_PARTY ->
                            new PcpOption.ThirdParty(PcpAddress.read(message, dataOffset()));
                    case PREFER_FAILURE -> new PcpOption.PreferFailure();
                    case FILTER -> readFilter();
                });
    }

    private PcpOption.Filter readFilter() {
        return new PcpOption.Filter(
                message.get(dataOffset() + FILTER_PREFIX_LENGTH) & 0xff,
                message.getShort(dataOffset() + FILTER_PORT) & 0xffff,
                PcpAddress.read(message, dataOffset() + FILTER_ADDRESS));
    }

    private int dataOffset() {
        return optionOffset + PcpFormat.OPTION_HEADER_BYTES;
    }

    private int dataBytes() {
        return message.getShort(optionOffset + LENGTH) & 0xffff;
    }
}
