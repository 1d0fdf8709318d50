package org.portreeve.daemon.config;

import java.util.List;

/**
 * What the file says for one key; a key that is left out has line 0. Immutable.
 *
 * @param line where the value is, from 1
 * @param texts the value, one element unless the key is a list
 */
record GivenValue(int line, List<String> texts) {
    /** The value as it was written, on one line. */
    String text() {
        return texts.size() == 1 ? texts.getFirst() : "[" + String.join(", ", texts) + "]";
    }
}
