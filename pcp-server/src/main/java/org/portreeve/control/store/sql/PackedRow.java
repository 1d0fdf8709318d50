package org.portreeve.control.store.sql;

import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.portreeve.control.store.HistoryEntry;

/**
 * Entries of the history as a row has them.
 *
 * @param where the row, for an operator
 * @param octets not to be changed
 */
record PackedRow(String where, ByteBuffer octets) {
    /** Those that pass; of others nothing is made. */
    List<HistoryEntry> entries(Predicate<PackedEntry> filter) throws SQLException {
        List<HistoryEntry> entries = new ArrayList<>();
        forEach(entry -> {
            if (filter.test(entry)) {
                entries.add(entry.unpacked());
            }
        });
        return entries;
    }

    /** Shows all entries where they lie. */
    void forEach(Consumer<PackedEntry> reader) throws SQLException {
        try {
            StretchCodec.forEach(octets, reader);
        } catch (IllegalArgumentException e) {
            // Without the cause, whose words alone would be told.
            throw new SQLException("%s holds %s".formatted(where, e.getMessage()));
        }
    }
}
