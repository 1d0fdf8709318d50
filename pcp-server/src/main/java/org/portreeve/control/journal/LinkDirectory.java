package org.portreeve.control.journal;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.portreeve.control.files.OwnDirectories;

/**
 * The directory of second names on a disk, made when the first one is given. It must be on the file
 * system of the journal, and that must know hard links. One thread at a time.
 */
final class LinkDirectory implements FileLinks {
    private final Path journal;
    private final Path directory;

    /** Of the files in the journal's directory. */
    LinkDirectory(Path journal, Path directory) {
        this.journal = journal;
        this.directory = directory;
    }

    @Override
    public String location() {
        return directory.toString();
    }

    @Override
    public List<String> list() throws IOException {
        return Files.isDirectory(directory) ? JournalDirectory.names(directory) : List.of();
    }

    @Override
    public boolean has(String name) throws IOException {
        Path link = directory.resolve(name);
        return Files.exists(link, NOFOLLOW_LINKS) && Files.isSameFile(link, journal.resolve(name));
    }

    @Override
    public void link(String name) throws IOException {
        OwnDirectories.make(directory);
        Path link = directory.resolve(name);
        Files.deleteIfExists(link);
        try {
            Files.createLink(link, journal.resolve(name));
        } catch (UnsupportedOperationException e) {
            throw new IOException("the file system has no hard links", e);
        }
    }

    @Override
    public JournalFile open(String name) throws IOException {
        return JournalDirectory.readOnly(directory.resolve(name));
    }

    @Override
    public void delete(String name) throws IOException {
        Files.delete(directory.resolve(name));
    }

    @Override
    public void force() throws IOException {
        if (Files.isDirectory(directory)) {
            OwnDirectories.force(directory);
        }
    }
}
