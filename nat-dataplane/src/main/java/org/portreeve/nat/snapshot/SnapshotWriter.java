package org.portreeve.nat.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.zip.CRC32C;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.snapshot.KeptRow.KeptMapping;
import org.portreeve.nat.snapshot.KeptRow.KeptRest;

/** Writes a snapshot, row after row. Rows beyond the largest file are left out. One thread. */
public final class SnapshotWriter {
    private static final int BUFFER_BYTES = 1 << 20;

    private final WritableByteChannel out;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final CRC32C checksum = new CRC32C();
    private final long maxBytes;
    private long bytes;
    private long mappings;
    private long sessions;
    private long leftOut;

    /** Begins a snapshot; the channel stays the caller's. */
    public SnapshotWriter(WritableByteChannel out, SnapshotHeader header) throws IOException {
        this(out, header, SnapshotFormat.MAX_BYTES);
    }

    /** The same with another bound. */
    SnapshotWriter(WritableByteChannel out, SnapshotHeader header, long maxBytes)
            throws IOException {
        this.out = out;
        this.maxBytes = maxBytes;
        byte[] name = header.node().getBytes(UTF_8);
        assert name.length <= SnapshotFormat.MAX_NAME_BYTES : "a name longer than names are";
        buffer.putLong(SnapshotFormat.MAGIC).putShort(SnapshotFormat.VERSION);
        buffer.putLong(header.takenAtMillis()).put((byte) name.length).put(name);
    }

    /** Rows of another shard follow. */
    public void shard(int index) throws IOException {
        if (hasRoom(SnapshotFormat.SECTION_BYTES)) {
            room(SnapshotFormat.SECTION_BYTES).put(SnapshotFormat.SECTION).putShort((short) index);
        }
    }

    /** A mapping with its sessions. */
    public void mapping(KeptMapping kept) throws IOException {
        int protocol = kept.internal().protocol();
        int count = kept.sessions().size();
        long all = (long) count * SnapshotFormat.sessionBytes(protocol);
        if (!hasRoom(SnapshotFormat.MAPPING_BYTES + all)) {
            leftOut += 1 + count;
            return;
        }
        room(SnapshotFormat.MAPPING_BYTES)
                .put(SnapshotFormat.MAPPING)
                .putInt(kept.externalIp())
                .putShort((short) kept.externalPort())
                .put((byte) protocol)
                .put((byte) kept.internal().realm())
                .putInt(kept.internal().internalIp())
                .putShort((short) kept.internal().internalPort())
                .putLong(kept.peers())
                .put((byte) kept.state())
                .put((byte) kept.flags())
                .putLong(kept.restsNs())
                .putInt(count);
        for (KeptSession session : kept.sessions()) {
            session(session, protocol);
        }
        mappings++;
        sessions += count;
    }

    private void session(KeptSession kept, int protocol) throws IOException {
        room(SnapshotFormat.sessionBytes(protocol))
                .putInt(kept.remoteIp())
                .putShort((short) kept.remotePort())
                .put((byte) kept.flags())
                .put((byte) kept.tcpState())
                .putLong(kept.idleNs())
                .putInt(kept.ownIdleMs());
        if (protocol == Protocol.TCP) {
            window(kept.outbound());
            window(kept.inbound());
        }
    }

    private void window(KeptSession.Window window) {
        buffer.putInt(window.acknowledgement())
                .putInt(window.octets())
                .put((byte) window.scale())
                .put((byte) (window.isKnown() ? 1 : 0));
    }

    /** A block that rests. */
    public void rest(KeptRest kept) throws IOException {
        if (!hasRoom(SnapshotFormat.REST_BYTES)) {
            leftOut++;
            return;
        }
        room(SnapshotFormat.REST_BYTES)
                .put(SnapshotFormat.REST)
                .putInt(kept.externalIp())
                .putShort((short) kept.firstPort())
                .putInt(kept.size())
                .putLong(kept.restsNs());
    }

    /** Ends the snapshot: without this it is none. */
    public void finish() throws IOException {
        room(SnapshotFormat.END_BYTES).put(SnapshotFormat.END).putLong(mappings).putLong(sessions);
        flush();
        buffer.putInt((int) checksum.getValue());
        flush();
    }

    /** Mappings written. */
    public long mappings() {
        return mappings;
    }

    /** Sessions written. */
    public long sessions() {
        return sessions;
    }

    /** Rows that were too many for a file. */
    public long leftOut() {
        return leftOut;
    }

    private boolean hasRoom(long more) {
        long end = SnapshotFormat.END_BYTES + SnapshotFormat.TRAILER_BYTES;
        return bytes + buffer.position() + more + end <= maxBytes;
    }

    private ByteBuffer room(int wanted) throws IOException {
        if (buffer.remaining() < wanted) {
            flush();
        }
        return buffer;
    }

    private void flush() throws IOException {
        buffer.flip();
        checksum.update(buffer.duplicate());
        bytes += buffer.remaining();
        while (buffer.hasRemaining()) {
            out.write(buffer);
        }
        buffer.clear();
    }
}
