package org.portreeve.testkit.kills;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file of acknowledgements: written by the process that received them, one line each. */
final class AckFile implements AutoCloseable {
    private final BufferedWriter out;

    private AckFile(BufferedWriter out) {
        this.out = out;
    }

    static AckFile open(Path file) throws IOException {
        return new AckFile(Files.newBufferedWriter(file, StandardCharsets.US_ASCII));
    }

    void write(String line) throws IOException {
        out.write(line);
        out.write('\n');
    }

    /** Hands everything to the operating system; this process is not the one that is killed. */
    void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
