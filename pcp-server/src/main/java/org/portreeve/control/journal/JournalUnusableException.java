package org.portreeve.control.journal;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** The journal cannot be used; the message tells an operator which file, why, and what to do. */
public final class JournalUnusableException extends IOException {
    private static final long serialVersionUID = 1;

    /** With a message for the operator. */
    public JournalUnusableException(String message) {
        super(message);
    }

    private JournalUnusableException(String message, IOException cause) {
        super(message, cause);
    }

    /** The operating system does not let the node use the directory. */
    static JournalUnusableException refusedByTheSystem(Path data, IOException cause) {
        String place =
                cause instanceof FileSystemException at && at.getFile() != null
                        ? at.getFile()
                        : data.toAbsolutePath().toString();
        return new JournalUnusableException(
                "Lease journal in data directory %s cannot be used: %s"
                        .formatted(data, reason(cause, place)),
                cause);
    }

    private static String reason(IOException cause, String place) {
        String words = String.valueOf(cause.getMessage());
        if (cause instanceof AccessDeniedException) {
            return "no permission for %s. Let the user of the node read and write there, or set data"
                            .formatted(place)
                    + " to a directory of that user.";
        }
        if (cause instanceof FileAlreadyExistsException || words.contains("Not a directory")) {
            return "%s is in the way, it is not a directory. Move it away, or set data to another"
                            .formatted(place)
                    + " directory.";
        }
        if (words.contains("No space left") || words.contains("quota exceeded")) {
            return "no space is left at %s. Free some, or move the directory to a larger disk."
                    .formatted(place);
        }
        return "%s at %s. Look at the disk and its mount, or set data to another directory."
                .formatted(words, place);
    }

    /** A segment does not hold what was acknowledged; going on would lose leases unseen. */
    static JournalUnusableException damaged(
            String location, String file, long offset, String what) {
        return new JournalUnusableException(
                ("Lease journal file %s in %s is damaged at offset %d: %s. The node does not start,"
                                + " because leases that clients rely on would be lost unseen. Restore the"
                                + " directory from a copy; or move it away, but not last-tuples beside it,"
                                + " to start without leases: then a new epoch tells all clients to ask"
                                + " again, and the ports of before rest for them for the hold-down time.")
                        .formatted(file, location, offset, what));
    }
}
