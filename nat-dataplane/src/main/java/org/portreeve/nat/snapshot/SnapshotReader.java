package org.portreeve.nat.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.portreeve.nat.snapshot.KeptRow.KeptMapping;

/**
 * A snapshot that was found whole: every octet was summed and every row looked at before the first
 * is used. Any thread; rows are read by way of cursors.
 */
public final class SnapshotReader {
    /** What became of octets that are said to be a snapshot. */
    public sealed interface Opened {
        /** It is one, and whole. */
        record Whole(SnapshotReader snapshot) implements Opened {}

        /**
         * It is not to be used.
         *
         * @param why for the operator, to follow "it"
         */
        record Refused(String why) implements Opened {}
    }

    /** Octets of a snapshot at most. */
    public static final long MAX_BYTES = SnapshotFormat.MAX_BYTES;

    private static final int FIXED_HEADER_BYTES = 19;

    private final ByteBuffer rows;
    private final SnapshotHeader header;
    private final int[] internalIps;
    private final long mappings;
    private final long sessions;

    private SnapshotReader(
            ByteBuffer rows,
            SnapshotHeader header,
            int[] internalIps,
            long mappings,
            long sessions) {
        this.rows = rows;
        this.header = header;
        this.internalIps = internalIps;
        this.mappings = mappings;
        this.sessions = sessions;
    }

    /** Looks at a whole file, which must not change from now on. */
    public static Opened open(ByteBuffer file) {
        ByteBuffer bytes = file.slice();
        if (bytes.remaining() < FIXED_HEADER_BYTES || bytes.getLong() != SnapshotFormat.MAGIC) {
            return new Opened.Refused("is no snapshot of a node");
        }
        int version = bytes.getShort();
        if (version != SnapshotFormat.VERSION) {
            return new Opened.Refused(
                    "is of format %d, this version reads format %d"
                            .formatted(version, SnapshotFormat.VERSION));
        }
        if (!isSummedRight(bytes)) {
            return new Opened.Refused("is damaged or cut short: its checksum is wrong");
        }
        try {
            return new Opened.Whole(check(bytes));
        } catch (MalformedRowException | BufferUnderflowException _) {
            return new Opened.Refused("holds values that no node writes");
        }
    }

    private static boolean isSummedRight(ByteBuffer bytes) {
        int end = bytes.limit() - SnapshotFormat.TRAILER_BYTES;
        var checksum = new CRC32C();
        checksum.update(bytes.duplicate().rewind().limit(end));
        return (int) checksum.getValue() == bytes.getInt(end);
    }

    private static SnapshotReader check(ByteBuffer bytes) {
        bytes.limit(bytes.limit() - SnapshotFormat.TRAILER_BYTES);
        long takenAtMillis = bytes.getLong();
        byte[] name = new byte[bytes.get() & 0xff];
        bytes.get(name);
        var header = new SnapshotHeader(new String(name, UTF_8), takenAtMillis);
        ByteBuffer rows = bytes.slice();
        Set<Integer> internalIps = new HashSet<>();
        long mappings = 0;
        long sessions = 0;
        var cursor = new SnapshotCursor(rows.duplicate(), _ -> true);
        for (Optional<KeptRow> row = cursor.next(); row.isPresent(); row = cursor.next()) {
            if (row.get() instanceof KeptMapping mapping) {
                internalIps.add(mapping.internal().internalIp());
                mappings++;
                sessions += mapping.sessions().size();
            }
        }
        cursor.checkEnd(mappings, sessions);
        int[] ips = internalIps.stream().mapToInt(Integer::intValue).sorted().toArray();
        return new SnapshotReader(rows, header, ips, mappings, sessions);
    }

    /** Whose it is and of when. */
    public SnapshotHeader header() {
        return header;
    }

    /** The internal addresses of its mappings, each once. */
    public IntStream internalIps() {
        return IntStream.of(internalIps);
    }

    /** How many mappings there are. */
    public long mappings() {
        return mappings;
    }

    /** How many sessions they have. */
    public long sessions() {
        return sessions;
    }

    /** The rows of these external addresses, from the first on. */
    public SnapshotCursor rows(IntPredicate externalIps) {
        return new SnapshotCursor(rows.duplicate(), externalIps);
    }
}
