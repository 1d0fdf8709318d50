package org.portreeve.control.journal;

import java.io.IOException;
import java.util.List;

/** The directory of the journal, as little of it as the journal needs. One thread at a time. */
interface JournalFiles extends AutoCloseable {
    /** Where it is, in words for the operator. */
    String location();

    /** Whether a journal was here before this process opened the directory. */
    boolean wereUsed();

    /** The second names of the files. */
    FileLinks links();

    /** The names of all files. */
    List<String> list() throws IOException;

    /** A new, empty file; fails when the name is taken. */
    JournalFile create(String name) throws IOException;

    /** A file that is there, to read and to repair. */
    JournalFile open(String name) throws IOException;

    /** Removes a file. It may be back after a crash before {@link #force}. */
    void delete(String name) throws IOException;

    /** Makes the names of created and deleted files durable. */
    void force() throws IOException;

    /** Lets other processes use the directory. */
    @Override
    void close() throws IOException;
}
