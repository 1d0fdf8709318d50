package org.portreeve.control.store.sql;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.portreeve.control.files.OwnDirectories;
import org.portreeve.control.store.StoreException;

/**
 * Where the rows are. Immutable.
 *
 * @param url for the driver
 * @param user who logs in; empty when the URL says it
 * @param isEmbedded whether it is H2 in this process, which has to be told to call fsync
 * @param shown for people, without passwords
 */
record StorePlace(String url, String user, boolean isEmbedded, String shown) {
    private static final String DIRECTORY = "store";
    private static final String FILE = "portreeve";
    private static final String SUFFIX = ".mv.db";

    /**
     * A commit is written before it returns; a connection pool decides when the database closes,
     * not the end of the process; no trace file appears. Pages in memory take 32 MB: left alone, H2
     * would fill a sixteenth of the heap with a history that is seldom read.
     */
    private static final String SETTINGS =
            ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=0;CACHE_SIZE=32768";

    /** The database under a data directory, whose directory is made when it is not there. */
    static StorePlace inDirectory(Path data) throws StoreException {
        Path directory = directory(data);
        if (directory.toString().contains(";")) {
            throw new StoreException(
                    ("Store %s cannot be opened: no semicolon is allowed in its path. Set data to"
                                    + " another directory.")
                            .formatted(directory));
        }
        makeWritable(directory);
        return embedded("file:" + directory.resolve(FILE), directory.toString());
    }

    /** Where under a data directory the embedded database is. */
    static Path directory(Path data) {
        return data.toAbsolutePath().normalize().resolve(DIRECTORY);
    }

    private static void makeWritable(Path directory) throws StoreException {
        try {
            OwnDirectories.make(directory);
        } catch (IOException e) {
            throw new StoreException(unusable(directory, reason(e)), e);
        }
        Path file = file(directory);
        Path asked = Files.exists(file) ? file : directory;
        if (!Files.isWritable(asked)) {
            throw new StoreException(unusable(directory, "no permission to write " + asked));
        }
    }

    private static String reason(IOException e) {
        return e instanceof FileSystemException at && at.getFile() != null
                ? "%s could not be made (%s)".formatted(at.getFile(), e.getClass().getSimpleName())
                : String.valueOf(e.getMessage());
    }

    private static String unusable(Path directory, String reason) {
        return ("Store %s cannot be used: %s. Let the user of the node write there, or set data to"
                        + " a directory of that user.")
                .formatted(directory, reason);
    }

    /** The file that H2 makes in a store's directory. */
    static Path file(Path directory) {
        return directory.resolve(FILE + SUFFIX);
    }

    /** H2 at what it calls a file name: a file system's scheme and an absolute path. */
    static StorePlace embedded(String name, String shown) {
        return new StorePlace("jdbc:h2:" + name + SETTINGS, "sa", true, shown);
    }

    /** Another database; what comes after the place in a URL may be a password. */
    static StorePlace at(String url) {
        return new StorePlace(url, "", false, url.split("[?;]", 2)[0]);
    }
}
