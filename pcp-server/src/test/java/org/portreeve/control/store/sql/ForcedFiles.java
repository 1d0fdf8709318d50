package org.portreeve.control.store.sql;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/**
 * A file system of H2's, {@code forced:}, over the ordinary one: beside each file it keeps what a
 * power cut would leave, which is the file as it was when fsync was last called.
 */
public final class ForcedFiles extends FilePathWrapper {
    static final String SCHEME = "forced";

    static {
        FilePath.register(new ForcedFiles());
    }

    /** The name by which H2 finds a file of this file system. */
    static String name(Path path) {
        return SCHEME + ":" + path;
    }

    /** What a power cut now would leave of a file. */
    static Path leftOf(Path file) {
        return file.resolveSibling(file.getFileName() + ".forced");
    }

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    public FileChannel open(String mode) throws IOException {
        return new Watched(super.open(mode), Path.of(getBase().toString()));
    }

    private static final class Watched extends FileBaseDefault {
        private final FileChannel channel;
        private final Path path;

        Watched(FileChannel channel, Path path) {
            this.channel = channel;
            this.path = path;
        }

        @Override
        public void force(boolean withTimes) throws IOException {
            channel.force(withTimes);
            Files.copy(path, leftOf(path), StandardCopyOption.REPLACE_EXISTING);
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public synchronized int read(ByteBuffer target, long position) throws IOException {
            return channel.read(target, position);
        }

        @Override
        public synchronized int write(ByteBuffer source, long position) throws IOException {
            return channel.write(source, position);
        }

        @Override
        protected void implTruncate(long size) throws IOException {
            channel.truncate(size);
        }

        @Override
        public FileLock tryLock(long position, long size, boolean isShared) throws IOException {
            return channel.tryLock(position, size, isShared);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            channel.close();
        }
    }
}
