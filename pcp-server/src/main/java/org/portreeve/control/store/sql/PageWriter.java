package org.portreeve.control.store.sql;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import org.agrona.collections.LongArrayList;

/** Makes the pages of a part of a run, in the order of the keys. One thread. */
final class PageWriter {
    private final PageTable pages;
    private final SettledPart part;
    private final long run;
    private final LongArrayList keys = new LongArrayList();
    private final ByteBuffer page = ByteBuffer.allocate(StretchCodec.MAX_BYTES);
    private final Queue<byte[]> unwritten = new ArrayDeque<>();
    private int entries;
    private int written;

    PageWriter(PageTable pages, SettledPart part, long run) {
        this.pages = pages;
        this.part = part;
        this.run = run;
    }

    void add(PackedEntry entry) {
        if (entries == StretchCodec.MAX_ENTRIES || entry.bytes() > page.remaining()) {
            endPage();
        }
        if (entries == 0) {
            StretchCodec.begin(page.clear());
            keys.addLong(entry.key());
        }
        entry.copyTo(page);
        entries++;
    }

    /** Nothing more comes to the page. */
    void endPage() {
        if (entries > 0) {
            unwritten.add(Arrays.copyOf(page.array(), page.position()));
            entries = 0;
        }
    }

    /** How many pages wait to be written. */
    int unwritten() {
        return unwritten.size();
    }

    /** Writes the pages that wait. */
    void write(Connection connection) throws SQLException {
        while (!unwritten.isEmpty()) {
            pages.add(connection, part, run, written++, unwritten.remove());
        }
    }

    /** Writes which ports the pages begin with. */
    void writeKeys(Connection connection) throws SQLException {
        pages.addKeys(connection, part, run, new PageKeys(keys.toLongArray()));
    }
}
