package org.portreeve.admin.api;

import java.util.OptionalInt;

/** Numbers in queries. Pure; any thread. */
final class Numbers {
    private Numbers() {}

    /** The number of checked text; empty for none. */
    static OptionalInt read(String text) {
        return text.isEmpty() ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(text));
    }
}
