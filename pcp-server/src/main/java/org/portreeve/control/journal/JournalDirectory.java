package org.portreeve.control.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.portreeve.control.files.Inheritance;
import org.portreeve.control.files.OwnDirectories;

/**
 * The journal's directory on a disk, locked against other nodes for as long as it is open. Files
 * are readable by their owner alone, because they hold nonces. One thread at a time.
 */
final class JournalDirectory implements JournalFiles {
    private static final String DIRECTORY = "journal";
    private static final String LAST_TUPLES = "last-tuples";
    private static final String LOCK = "journal.lock";
    private static final int PID_DIGITS = 20;

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path directory;
    private final FileChannel lock;
    private final FileLinks links;
    private final boolean wasUsed;

    private JournalDirectory(Path directory, FileChannel lock, boolean wasUsed) {
        this.directory = directory;
        this.lock = lock;
        this.links = new LinkDirectory(directory, directory.resolveSibling(LAST_TUPLES));
        this.wasUsed = wasUsed;
    }

    /**
     * Takes {@code data/journal.lock} and makes {@code data/journal} when it is not there.
     *
     * @throws JournalUnusableException when another node uses it
     */
    static JournalDirectory open(Path data) throws IOException {
        Path directory = data.toAbsolutePath().resolve(DIRECTORY);
        OwnDirectories.make(directory);
        // It is made with the journal, and stays where it is when that goes.
        boolean wasUsed = Files.exists(data.resolve(LOCK));
        FileChannel lock = openLock(data.resolve(LOCK));
        if (!tryLock(lock)) {
            String owner = readPid(lock);
            lock.close();
            throw new JournalUnusableException(
                    "Lease journal %s is used by another node (process %s). Stop it, or give this"
                                    .formatted(directory, owner)
                            + " node a data directory of its own.");
        }
        writePid(lock);
        return new JournalDirectory(directory, lock, wasUsed);
    }

    private static FileChannel openLock(Path path) throws IOException {
        FileChannel lock = FileChannel.open(path, Set.of(CREATE, READ, WRITE), OWNER_FILE);
        Inheritance.ofDirectory(path);
        return lock;
    }

    private static boolean tryLock(FileChannel lock) throws IOException {
        try {
            return lock.tryLock() != null;
        } catch (OverlappingFileLockException _) {
            return false; // This very process has it.
        }
    }

    private static String readPid(FileChannel lock) throws IOException {
        ByteBuffer pid = ByteBuffer.allocate(PID_DIGITS);
        lock.read(pid, 0);
        return US_ASCII.decode(pid.flip()).toString().strip();
    }

    private static void writePid(FileChannel lock) throws IOException {
        lock.truncate(0);
        lock.write(US_ASCII.encode(Long.toString(ProcessHandle.current().pid())), 0);
    }

    @Override
    public String location() {
        return directory.toString();
    }

    @Override
    public boolean wereUsed() {
        return wasUsed;
    }

    @Override
    public FileLinks links() {
        return links;
    }

    @Override
    public List<String> list() throws IOException {
        return names(directory);
    }

    /** The names of all files in a directory. */
    static List<String> names(Path directory) throws IOException {
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.map(path -> path.getFileName().toString()).toList();
        } catch (UncheckedIOException e) {
            // So tells a stream of names that the directory cannot be read on.
            throw e.getCause();
        }
    }

    @Override
    public JournalFile create(String name) throws IOException {
        Path path = directory.resolve(name);
        FileChannel channel = FileChannel.open(path, Set.of(CREATE_NEW, READ, WRITE), OWNER_FILE);
        Inheritance.ofDirectory(path);
        return new DiskFile(channel);
    }

    @Override
    public JournalFile open(String name) throws IOException {
        return new DiskFile(FileChannel.open(directory.resolve(name), READ, WRITE));
    }

    /** A file that is there, to read. */
    static JournalFile readOnly(Path path) throws IOException {
        return new DiskFile(FileChannel.open(path, READ));
    }

    @Override
    public void delete(String name) throws IOException {
        Files.delete(directory.resolve(name));
    }

    @Override
    public void force() throws IOException {
        OwnDirectories.force(directory);
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    private record DiskFile(FileChannel channel) implements JournalFile {
        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public int read(ByteBuffer target, long offset) throws IOException {
            return channel.read(target, offset);
        }

        @Override
        public void write(ByteBuffer source, long offset) throws IOException {
            long at = offset;
            while (source.hasRemaining()) {
                at += channel.write(source, at);
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            channel.truncate(size);
        }

        @Override
        public void force() throws IOException {
            // Without timestamps; the size counts as data, so growth and truncation are covered.
            channel.force(false);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
