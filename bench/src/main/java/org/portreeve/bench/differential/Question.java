package org.portreeve.bench.differential;

import java.util.List;

/**
 * Datagrams of one subscriber that are sent one after the other, each when the one before was
 * answered or was not for a while. Immutable.
 *
 * @param id the conformance row that it asks after, and behind a full stop which of several
 * @param what what is sent, in words
 * @param datagrams the UDP payloads
 */
record Question(String id, String what, List<byte[]> datagrams) {
    /** Takes a copy of the list. */
    Question {
        datagrams = List.copyOf(datagrams);
    }
}
