package org.portreeve.control.files;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whose files root makes: in the directory of somebody else they become theirs, so that a node that
 * ran as root once can run as that user afterwards. Any thread.
 */
public final class Inheritance {
    private static final Logger LOG = LoggerFactory.getLogger(Inheritance.class);
    private static final int ROOT = 0;

    private Inheritance() {}

    /** Gives a file of root's to the owner of the directory it is in; leaves all others alone. */
    public static void ofDirectory(Path made) throws IOException {
        Path directory = made.toAbsolutePath().getParent();
        if (owner(made) != ROOT || owner(directory) == ROOT) {
            return;
        }
        try {
            var theirs = Files.readAttributes(directory, PosixFileAttributes.class);
            // A link that somebody put there meanwhile must not lead to another file.
            var view =
                    Files.getFileAttributeView(made, PosixFileAttributeView.class, NOFOLLOW_LINKS);
            view.setOwner(theirs.owner());
            view.setGroup(theirs.group());
        } catch (IOException e) {
            // A root without that right, as in a container; what is in the file is none the worse.
            LOG.warn("{} stays a file of root's: {}", made, e.toString());
        }
    }

    private static int owner(Path path) throws IOException {
        return (int) Files.getAttribute(path, "unix:uid", NOFOLLOW_LINKS);
    }
}
