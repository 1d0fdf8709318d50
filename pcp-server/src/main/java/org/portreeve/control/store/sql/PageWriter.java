package org.portreeve.control.store.sql;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import org.agrona.collections.LongArrayList;

/** Writes a part of a run, in the order of the keys. One thread. */
final class PageWriter {
    private final PageTable pages;
    private final SettledPart part;
    private final long run;
    private final LongArrayList keys = new LongArrayList();
    private final ByteBuffer page = ByteBuffer.allocate(StretchCodec.MAX_BYTES);
    private int entries;

    PageWriter(PageTable pages, SettledPart part, long run) {
        this.pages = pages;
        this.part = part;
        this.run = run;
    }

    void add(Connection connection, PackedEntry entry) throws SQLException {
        if (entries == StretchCodec.MAX_ENTRIES || entry.bytes() > page.remaining()) {
            finish(connection);
        }
        if (entries == 0) {
            StretchCodec.begin(page.clear());
            keys.addLong(entry.key());
        }
        entry.copyTo(page);
        entries++;
    }

    /** Writes the page that is not full. */
    void finish(Connection connection) throws SQLException {
        if (entries > 0) {
            int number = keys.size() - 1;
            byte[] octets = Arrays.copyOf(page.array(), page.position());
            pages.add(connection, part, run, number, octets);
            entries = 0;
        }
    }

    /** Pages that were begun. */
    int count() {
        return keys.size();
    }

    /** The keys that they begin with. */
    PageKeys keys() {
        return new PageKeys(keys.toLongArray());
    }
}
