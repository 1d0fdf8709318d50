package org.portreeve.control.store.sql;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.portreeve.control.store.HistoryEntry;

/**
 * Entries of the history as octets: an octet that says how they are written, then one {@link
 * PackedEntry} after the other. Any thread.
 */
final class StretchCodec {
    /** A row of H2 has room for twice as much. */
    static final int MAX_BYTES = 1 << 19;

    /** Few enough to be looked through for one of them. */
    static final int MAX_ENTRIES = 1_000;

    private static final byte FORMAT = 1;

    private StretchCodec() {}

    /** How many of the entries, from one of them on, have room in a stretch; at least one. */
    static int fitting(List<HistoryEntry> entries, int from) {
        int bytes = 1;
        int to = from;
        while (to < Math.min(entries.size(), from + MAX_ENTRIES)) {
            bytes += PackedEntry.mostBytes(entries.get(to));
            if (bytes > MAX_BYTES && to > from) {
                break;
            }
            to++;
        }
        return to - from;
    }

    static byte[] encode(List<HistoryEntry> entries) {
        int bytes = 1;
        for (HistoryEntry entry : entries) {
            bytes += PackedEntry.mostBytes(entry);
        }
        ByteBuffer octets = begin(ByteBuffer.allocate(bytes));
        entries.forEach(entry -> PackedEntry.put(entry, octets));
        return Arrays.copyOf(octets.array(), octets.position());
    }

    /** What stands before the first entry. */
    static ByteBuffer begin(ByteBuffer octets) {
        return octets.put(FORMAT);
    }

    /** Shows all entries; throws an {@link IllegalArgumentException} when the octets are none. */
    static void forEach(ByteBuffer encoded, Consumer<PackedEntry> reader) {
        try {
            byte format = encoded.get(0);
            if (format != FORMAT) {
                throw new IllegalArgumentException("a stretch of history in format " + format);
            }
            int at = 1;
            while (at < encoded.limit()) {
                var entry = new PackedEntry(encoded, at);
                at += entry.bytes();
                reader.accept(entry);
            }
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("a stretch of history that was cut", e);
        }
    }
}
