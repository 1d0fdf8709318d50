package org.portreeve.control;

import java.util.stream.IntStream;

/**
 * What the owner of a mapping calls it: text that an application chose and a log line, a page or
 * another application will show. Any thread.
 */
public final class Description {
    /** The longest one, in UTF-16 units; what is longer is cut. */
    public static final int MAX_CHARACTERS = 128;

    /** No description. */
    public static final String NONE = "";

    /** Nobody shows so much of a text; it bounds the work for a hostile one. */
    private static final int MAX_LOOKED_AT = 8 * MAX_CHARACTERS;

    private static final int REPLACEMENT = 0xfffd;

    private Description() {}

    /**
     * The text with nothing in it that could change how its surroundings are shown: control
     * characters, line separators and bidirectional controls are taken out, halves of surrogate
     * pairs are replaced, blanks at both ends go, and it is cut at {@link #MAX_CHARACTERS}.
     */
    public static String sanitised(String text) {
        StringBuilder kept = new StringBuilder();
        text.codePoints()
                .limit(MAX_LOOKED_AT)
                .flatMap(Description::shown)
                .forEach(kept::appendCodePoint);
        String stripped = kept.toString().strip();
        return stripped.length() <= MAX_CHARACTERS ? stripped : cut(stripped).strip();
    }

    /** Whether {@link #sanitised} has nothing to change. */
    public static boolean isSane(String text) {
        return text.length() <= MAX_CHARACTERS && text.equals(sanitised(text));
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

    /** The beginning, without half a character at its end. */
    private static String cut(String text) {
        boolean insideCharacter = Character.isHighSurrogate(text.charAt(MAX_CHARACTERS - 1));
        return text.substring(0, insideCharacter ? MAX_CHARACTERS - 1 : MAX_CHARACTERS);
    }
}
