package org.portreeve.daemon.ranges;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.portreeve.control.files.Inheritance;
import org.portreeve.control.files.OwnDirectories;

/**
 * The file that says with which parameters a node computed ranges, and since when: one JSON object
 * a line for each change (RFC 7422 §3). A node notes its own before it translates. Main thread.
 */
public final class RangeRecords {
    /** Its name in the data directory. */
    static final String NAME = "ranges.jsonl";

    /** More than a change each day for a lifetime; what is larger is no such file. */
    static final long MAX_BYTES = 64L << 20;

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ALONE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path path;

    /** Those of a data directory. */
    public RangeRecords(Path data) {
        path = data.resolve(NAME);
    }

    /**
     * From a moment on these parameters hold.
     *
     * @param parameters empty when the pool had no ranges
     */
    public record Entry(Instant since, Optional<RangeParameters> parameters) {}

    /** Where they lie. */
    public Path path() {
        return path;
    }

    /** Notes the parameters that hold from now on, if they are others; returns whether they are. */
    public boolean note(String node, Optional<RangeParameters> now, Instant at) throws IOException {
        List<Entry> entries = read();
        Optional<RangeParameters> before =
                entries.isEmpty() ? Optional.empty() : entries.getLast().parameters();
        if (before.equals(now)) {
            return false;
        }
        var entry = new JsonObject().put("time", at.toString()).put("node", node);
        before.ifPresent(was -> entry.put("was", was.toJson()));
        now.ifPresent(is -> entry.put("is", is.toJson()));
        String text = Files.exists(path) ? Files.readString(path) : "";
        // An editor may have left the last line without an end.
        String end = text.isEmpty() || text.endsWith("\n") ? "" : "\n";
        write(text + end + entry.encode() + "\n");
        return true;
    }

    /** What held at a time; empty when nothing was noted until then. */
    public Optional<Entry> at(Instant time) throws IOException {
        return read().stream()
                .filter(entry -> !entry.since().isAfter(time))
                .reduce((_, later) -> later);
    }

    private List<Entry> read() throws IOException {
        List<Entry> entries = new ArrayList<>();
        if (!Files.exists(path)) {
            return entries;
        }
        if (Files.size(path) > MAX_BYTES) {
            throw new IOException(path + " is larger than any record of ranges");
        }
        for (String line : Files.readString(path).lines().toList()) {
            entries.add(entry(line, entries.size() + 1));
        }
        return entries;
    }

    private Entry entry(String line, int number) throws IOException {
        try {
            var json = new JsonObject(line);
            return new Entry(
                    Instant.parse(json.getString("time")),
                    Optional.ofNullable(json.getJsonObject("is")).map(RangeParameters::of));
        } catch (RuntimeException e) {
            throw new IOException(
                    "%s line %d is no record of ranges; restore the file or correct the line"
                            .formatted(path, number),
                    e);
        }
    }

    /** The old file or the new one is there, whatever happens. */
    private void write(String text) throws IOException {
        Path unfinished = path.resolveSibling(NAME + ".new");
        Files.deleteIfExists(unfinished);
        try (FileChannel out =
                FileChannel.open(unfinished, Set.of(CREATE_NEW, WRITE), OWNER_ALONE)) {
            Inheritance.ofDirectory(unfinished);
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(unfinished, path, ATOMIC_MOVE);
        OwnDirectories.force(path.toAbsolutePath().getParent());
    }
}
