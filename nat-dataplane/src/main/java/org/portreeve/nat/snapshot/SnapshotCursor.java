package org.portreeve.nat.snapshot;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.session.TcpTransitions;
import org.portreeve.nat.snapshot.KeptRow.KeptMapping;
import org.portreeve.nat.snapshot.KeptRow.KeptRest;
import org.portreeve.nat.table.MappingTable;

/** A place among the rows of a snapshot. One thread. */
public final class SnapshotCursor {
    private final ByteBuffer bytes;
    private final IntPredicate externalIps;

    SnapshotCursor(ByteBuffer bytes, IntPredicate externalIps) {
        this.bytes = bytes;
        this.externalIps = externalIps;
    }

    /** The next row that was asked for; empty at the end. */
    public Optional<KeptRow> next() {
        while (true) {
            int at = bytes.position();
            byte tag = bytes.get();
            switch (tag) {
                case SnapshotFormat.SECTION -> bytes.getShort();
                case SnapshotFormat.MAPPING, SnapshotFormat.REST -> {
                    int externalIp = bytes.getInt();
                    boolean isWanted = externalIps.test(externalIp);
                    boolean isMapping = tag == SnapshotFormat.MAPPING;
                    if (isWanted) {
                        return Optional.of(isMapping ? mapping(externalIp) : rest(externalIp));
                    }
                    skip(at, isMapping);
                }
                case SnapshotFormat.END -> {
                    bytes.position(at);
                    return Optional.empty();
                }
                default -> throw new MalformedRowException("tag " + tag);
            }
        }
    }

    /** Whether the end is where it belongs and says what was found. */
    void checkEnd(long mappings, long sessions) {
        int at = bytes.position();
        require(bytes.remaining() == SnapshotFormat.END_BYTES);
        require(bytes.getLong(at + 1) == mappings && bytes.getLong(at + 9) == sessions);
    }

    private void skip(int at, boolean isMapping) {
        if (!isMapping) {
            bytes.position(at + SnapshotFormat.REST_BYTES);
            return;
        }
        int protocol = bytes.get(at + 7);
        int count = bytes.getInt(at + SnapshotFormat.MAPPING_BYTES - 4);
        int sessions = count * SnapshotFormat.sessionBytes(protocol);
        bytes.position(at + SnapshotFormat.MAPPING_BYTES + sessions);
    }

    private KeptRow mapping(int externalIp) {
        int externalPort = bytes.getShort() & 0xffff;
        int protocol = bytes.get();
        int realm = bytes.get() & 0xff;
        require(protocol == Protocol.TCP || protocol == Protocol.UDP || protocol == Protocol.ICMP);
        int internalIp = bytes.getInt();
        var internal = new InternalTuple(realm, protocol, internalIp, bytes.getShort() & 0xffff);
        long peers = bytes.getLong();
        require(MappingTable.arePeers(peers));
        int state = bytes.get();
        int flags = bytes.get() & 0xff;
        require(MappingTable.ACTIVE <= state && state <= MappingTable.ORPHAN);
        require((flags & ~SnapshotFormat.MAPPING_FLAGS) == 0);
        long restsNs = duration();
        int count = bytes.getInt();
        require(count >= 0 && count <= bytes.remaining() / SnapshotFormat.sessionBytes(protocol));
        require(count == 0 || !MappingTable.isResting(state));
        boolean isShared = (flags & MappingTable.OVERLAPPED) != 0;
        boolean isSharedRest =
                protocol == Protocol.TCP
                        && state == MappingTable.RESTING
                        && flags == MappingTable.OVERLAPPED;
        require(isShared == MappingTable.areOverlapPeers(peers));
        require(!isShared || isSharedRest);
        List<KeptSession> sessions = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            sessions.add(session(protocol));
        }
        return new KeptMapping(
                internal, peers, externalIp, externalPort, state, flags, restsNs, sessions);
    }

    private KeptSession session(int protocol) {
        int remoteIp = bytes.getInt();
        int remotePort = bytes.getShort() & 0xffff;
        int flags = bytes.get() & 0xff;
        int tcpState = bytes.get();
        require((flags & ~SnapshotFormat.SESSION_FLAGS) == 0);
        long idleNs = duration();
        int ownIdleMs = bytes.getInt();
        require(ownIdleMs >= 0);
        boolean isTcp = protocol == Protocol.TCP;
        require(
                isTcp
                        ? TcpTransitions.CLOSED < tcpState && tcpState < TcpTransitions.STATES
                        : tcpState == 0);
        return new KeptSession(
                remoteIp,
                remotePort,
                flags,
                tcpState,
                idleNs,
                ownIdleMs,
                isTcp ? window() : KeptSession.Window.UNKNOWN,
                isTcp ? window() : KeptSession.Window.UNKNOWN);
    }

    private KeptSession.Window window() {
        int acknowledgement = bytes.getInt();
        int octets = bytes.getInt();
        int scale = bytes.get();
        int known = bytes.get();
        require(0 <= scale && scale <= SnapshotFormat.MAX_WINDOW_SCALE);
        require(octets >= 0 && (known == 0 || known == 1));
        return new KeptSession.Window(known == 1, acknowledgement, octets, scale);
    }

    private KeptRow rest(int externalIp) {
        int firstPort = bytes.getShort() & 0xffff;
        int size = bytes.getInt();
        require(size > 0 && firstPort + (long) size <= 1 << 16);
        return new KeptRest(externalIp, firstPort, size, duration());
    }

    private long duration() {
        long ns = bytes.getLong();
        require(0 <= ns && ns <= SnapshotFormat.MAX_DURATION_NS);
        return ns;
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new MalformedRowException("a value that no node writes");
        }
    }
}
