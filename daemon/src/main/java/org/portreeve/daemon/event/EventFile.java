package org.portreeve.daemon.event;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A file that lines are added to. One that was moved away is written on until it is opened anew.
 * One thread; may block on the disk.
 */
final class EventFile {
    private Optional<FileChannel> channel = Optional.empty();

    /** Whether the last write ended in the middle of a line, perhaps. */
    private boolean torn;

    /** Adds lines, each with its end. When this fails some of them may be there. */
    void append(Path path, String lines) throws IOException {
        if (channel.isEmpty()) {
            channel = Optional.of(open(path));
        }
        String text = torn ? "\n" + lines : lines;
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        torn = true;
        while (bytes.hasRemaining()) {
            channel.get().write(bytes);
        }
        torn = false;
    }

    /** The next lines go to what then lies at the path. */
    void close() throws IOException {
        Optional<FileChannel> open = channel;
        channel = Optional.empty();
        if (open.isPresent()) {
            open.get().close();
        }
    }

    private static FileChannel open(Path path) throws IOException {
        return FileChannel.open(
                path,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND);
    }
}
