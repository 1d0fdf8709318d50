package org.portreeve.control.journal;

import java.io.IOException;
import java.util.List;

/**
 * Second names of the journal's files, in a directory of their own: hard links, which take no room.
 * One thread at a time.
 */
interface FileLinks {
    /** Where they are, in words for the operator. */
    String location();

    /** All names; none when there is no such directory. */
    List<String> list() throws IOException;

    /** Whether a name means the file that has it in the journal. */
    boolean has(String name) throws IOException;

    /** Gives a file of the journal its name here too; another file of that name gives way. */
    void link(String name) throws IOException;

    /** A file by its name here, to read. */
    JournalFile open(String name) throws IOException;

    /** Takes a name away. It may be back after a crash before {@link #force}. */
    void delete(String name) throws IOException;

    /** Makes the names that were given and taken away durable. */
    void force() throws IOException;
}
