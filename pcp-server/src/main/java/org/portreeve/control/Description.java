package org.portreeve.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.util.stream.IntStream;

/**
 * What the owner of a mapping calls it: text that an application chose and a log line, a page or
 * another application will show. Any thread.
 */
public final class Description {
    /** The longest one, in octets of UTF-8 (RFC 7220 §3); what is longer is cut. */
    public static final int MAX_BYTES = 128;

    /** No description. */
    public static final String NONE = "";

    /** Nobody shows so much of a text; it bounds the work for a hostile one. */
    private static final int MAX_LOOKED_AT = 8 * MAX_BYTES;

    private static final int REPLACEMENT = 0xfffd;

    private Description() {}

    /**
     * The text with nothing in it that could change how its surroundings are shown: control
     * characters, line separators and bidirectional controls are taken out, halves of surrogate
     * pairs are replaced, blanks at both ends go, and it is cut at {@link #MAX_BYTES}.
     */
    public static String sanitised(String text) {
        return sanitised(text, MAX_BYTES);
    }

    /** The same cut at so many octets, {@link #MAX_BYTES} at most. */
    public static String sanitised(String text, int mostBytes) {
        if (text.isEmpty()) {
            return NONE;
        }
        StringBuilder kept = new StringBuilder();
        text.codePoints()
                .limit(MAX_LOOKED_AT)
                .flatMap(Description::shown)
                .forEach(kept::appendCodePoint);
        return cut(kept.toString().strip(), mostBytes).strip();
    }

    /** Whether {@link #sanitised} has nothing to change. */
    public static boolean isSane(String text) {
        return text.length() <= MAX_BYTES && text.equals(sanitised(text));
    }

    private static IntStream shown(int character) {
        return switch (Character.getType(character)) {
            case Character.SURROGATE, Character.UNASSIGNED -> IntStream.of(REPLACEMENT);
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    IntStream.empty();
            default -> IntStream.of(character);
        };
    }

    /** As much of the beginning as may be kept, without a part of a character at its end. */
    private static String cut(String text, int mostBytes) {
        ByteBuffer octets = ByteBuffer.allocate(mostBytes);
        CharBuffer characters = CharBuffer.wrap(text);
        UTF_8.newEncoder().encode(characters, octets, true);
        return text.substring(0, characters.position());
    }
}
