package org.portreeve.control.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** One file of the journal, as little of it as the journal needs. One thread at a time. */
interface JournalFile extends Closeable {
    /** How many bytes it has. */
    long size() throws IOException;

    /** Reads into the buffer from this offset, once; -1 at the end. */
    int read(ByteBuffer target, long offset) throws IOException;

    /** Writes all of the buffer at this offset. Nothing is durable before {@link #force}. */
    void write(ByteBuffer source, long offset) throws IOException;

    /** Shortens it to this size. Nothing is durable before {@link #force}. */
    void truncate(long size) throws IOException;

    /** Makes what was written and truncated so far durable, or fails without saying how much is. */
    void force() throws IOException;
}
