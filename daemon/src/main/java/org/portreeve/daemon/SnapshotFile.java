package org.portreeve.daemon;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import org.portreeve.control.files.Inheritance;
import org.portreeve.control.files.OwnDirectories;
import org.portreeve.nat.snapshot.SnapshotHeader;
import org.portreeve.nat.snapshot.SnapshotReader;
import org.portreeve.nat.snapshot.SnapshotReader.Opened;
import org.portreeve.nat.snapshot.SnapshotWriter;

/**
 * The snapshot in a node's data directory: whole or not there, for its owner alone. The lock of the
 * journal keeps other nodes away. Main thread.
 */
final class SnapshotFile {
    private static final String NAME = "sessions.snapshot";
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ALONE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path path;
    private final Path unfinished;

    SnapshotFile(Path data) {
        path = data.resolve(NAME);
        unfinished = data.resolve(NAME + ".new");
    }

    /** Where it lies. */
    Path path() {
        return path;
    }

    /** What lies there; empty when nothing does. */
    Optional<Opened> read() throws IOException {
        try (FileChannel in = FileChannel.open(path, Set.of(READ, NOFOLLOW_LINKS))) {
            long bytes = in.size();
            return Optional.of(
                    bytes > SnapshotReader.MAX_BYTES
                            ? new Opened.Refused("is larger than any snapshot")
                            : SnapshotReader.open(in.map(FileChannel.MapMode.READ_ONLY, 0, bytes)));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    /** Writes one in place of any that is there; empty, and none is, when it has no rows. */
    Optional<SnapshotWriter> write(SnapshotHeader header, Rows rows) throws IOException {
        Files.deleteIfExists(unfinished);
        try (FileChannel out =
                FileChannel.open(unfinished, Set.of(CREATE_NEW, WRITE), OWNER_ALONE)) {
            Inheritance.ofDirectory(unfinished);
            var writer = new SnapshotWriter(out, header);
            if (!rows.write(writer)) {
                return Optional.empty();
            }
            writer.finish();
            out.force(true);
            Files.move(unfinished, path, ATOMIC_MOVE);
            OwnDirectories.force(path.toAbsolutePath().getParent());
            return Optional.of(writer);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    /** Removes it for good. */
    void delete() throws IOException {
        if (Files.deleteIfExists(path)) {
            OwnDirectories.force(path.toAbsolutePath().getParent());
        }
    }

    /** Where the rows come from. */
    @FunctionalInterface
    interface Rows {
        /** Writes them, or returns false: they cannot be had. */
        boolean write(SnapshotWriter out) throws IOException;
    }
}
