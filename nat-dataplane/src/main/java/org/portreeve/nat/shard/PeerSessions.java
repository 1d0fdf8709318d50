package org.portreeve.nat.shard;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.port.InboundIndex;
import org.portreeve.nat.shard.ShardOutcome.Refusal;
import org.portreeve.nat.table.MappingTable;
import org.portreeve.nat.table.SessionTable;

/**
 * Sessions that clients ask for by PEER (RFC 6887 §12): each is what the host's own packet to that
 * peer would find or make, so that its mapping, its port, its limits and who may answer are those
 * of traffic; but it lives as long as was granted. Owned by the shard thread.
 */
final class PeerSessions {
    private final Tables tables;
    private final MappingTable rows;
    private final Mappings mappings;
    private final Sessions sessions;
    private final MappingChoice choice;
    private final Answers answers;
    private final Untranslated untranslated;

    /**
     * Those whose subscriber has a pending block, by subscriber, since a decided block is for one;
     * as many as requests at most.
     */
    private final Map<Integer, Deque<ShardCommand.KeepSession>> waiting = new HashMap<>();

    PeerSessions(Tables tables, Mappings mappings, MappingChoice choice, Answers answers) {
        this.tables = tables;
        this.rows = tables.mappings;
        this.mappings = mappings;
        this.sessions = mappings.sessions();
        this.choice = choice;
        this.answers = answers;
        untranslated = new Untranslated(tables);
    }

    void keep(ShardCommand.KeepSession keep, long nowNs) {
        keep(keep, false, nowNs);
    }

    /** A block of the subscriber gives ports, or was refused. */
    void onBlock(int subscriber, boolean isGranted, long nowNs) {
        if (waiting.isEmpty()) {
            return;
        }
        Deque<ShardCommand.KeepSession> decided = waiting.remove(subscriber);
        while (decided != null && !decided.isEmpty()) {
            ShardCommand.KeepSession keep = decided.remove();
            if (isGranted) {
                keep(keep, true, nowNs);
            } else {
                answers.refused(keep.requestId(), Refusal.NO_PORTS);
            }
        }
    }

    void query(ShardCommand.QuerySession query, long nowNs) {
        int session = find(query.internal(), query.remoteIp(), query.remotePort());
        if (session == SessionTable.NONE) {
            answers.ended(query.requestId(), false, query.internal());
        } else {
            answers.kept(query.requestId(), session, sessions.remainingNs(session, nowNs));
        }
    }

    void release(ShardCommand.ReleaseSession release, long nowNs) {
        int session = find(release.internal(), release.remoteIp(), release.remotePort());
        if (session != SessionTable.NONE) {
            sessions.release(session, nowNs);
        }
        answers.ended(release.requestId(), session != SessionTable.NONE, release.internal());
    }

    void restore(ShardCommand.RestoreSession restore, long nowNs) {
        int session = find(restore.internal(), restore.remoteIp(), restore.remotePort());
        int mapping = session == SessionTable.NONE ? restored(restore, nowNs) : MappingTable.NONE;
        if (mapping == MappingTable.NONE) {
            boolean isTaken = isTaken(restore);
            answers.refused(
                    restore.requestId(), isTaken ? Refusal.PORT_USED : Refusal.CANNOT_PROVIDE);
            return;
        }
        session =
                open(mapping, restore.internal(), restore.remoteIp(), restore.remotePort(), nowNs);
        sessions.keep(session, nowNs + restore.remainingNs(), nowNs);
        answers.reserved(restore.requestId(), mapping, false);
    }

    private void keep(ShardCommand.KeepSession keep, boolean isAdmitted, long nowNs) {
        int protocol = keep.internal().protocol();
        if (!isValid(protocol, keep.remoteIp(), keep.remotePort())) {
            answers.refused(keep.requestId(), Refusal.INVALID_PEER);
            return;
        }
        int session = find(keep.internal(), keep.remoteIp(), keep.remotePort());
        if (session == SessionTable.NONE) {
            make(keep, isAdmitted, nowNs);
        } else if (isKeepable(session, keep.subscriber())) {
            prolong(keep, session, nowNs);
        } else {
            answers.refused(keep.requestId(), Refusal.NO_PORTS);
        }
    }

    /** RFC 6887 §12.3: what is checked of a packet's destination is checked of the peer. */
    private boolean isValid(int protocol, int remoteIp, int remotePort) {
        return !tables.addresses.isMartian(remoteIp)
                && !tables.addresses.isInside(remoteIp)
                && !tables.addresses.isPcpAnycast(remoteIp)
                && !untranslated.isListed(protocol, remoteIp, remotePort);
    }

    /**
     * Not what a former owner of the address left, nor what has a port that others share: that is
     * gone with the process.
     */
    private boolean isKeepable(int session, int subscriber) {
        int mapping = tables.sessions.mapping(session);
        return tables.sessions.subscriber(session) == subscriber
                && !rows.has(mapping, MappingTable.OVERLAPPED);
    }

    private void prolong(ShardCommand.KeepSession keep, int session, long nowNs) {
        long remainingNs = sessions.remainingNs(session, nowNs);
        boolean isLonger = keep.askedNs() > remainingNs && keep.grantedNs() > remainingNs;
        sessions.keep(session, nowNs + (isLonger ? keep.grantedNs() : remainingNs), nowNs);
        answers.kept(keep.requestId(), session, sessions.remainingNs(session, nowNs));
    }

    private void make(ShardCommand.KeepSession keep, boolean isAdmitted, long nowNs) {
        int refusal = choice.admit(keep.subscriber(), isAdmitted, nowNs);
        int mapping =
                refusal == PacketCheck.OK ? mapping(keep, nowNs) : MappingChoice.refusal(refusal);
        if (mapping == MappingChoice.AWAIT_BLOCK) {
            waiting.computeIfAbsent(keep.subscriber(), _ -> new ArrayDeque<>(1)).add(keep);
        } else if (mapping < 0) {
            answers.refused(keep.requestId(), reason(keep, mapping));
        } else {
            int session = open(mapping, keep.internal(), keep.remoteIp(), keep.remotePort(), nowNs);
            prolong(keep, session, nowNs);
        }
    }

    private int mapping(ShardCommand.KeepSession keep, long nowNs) {
        long key = Mappings.key(keep.internal());
        int subscriber = keep.subscriber();
        int addressIndex = keep.addressIndex();
        long peers = choice.peers(key, subscriber, keep.remoteIp(), keep.remotePort());
        int there = rows.find(key, peers);
        boolean isThere =
                there != MappingTable.NONE && !mappings.isLeftOver(there, subscriber, addressIndex);
        int wouldBe = isThere ? rows.addressIndex(there) : addressIndex;
        if (keep.suggestedIp() != 0 && keep.suggestedIp() != tables.externalIp(wouldBe)) {
            return MappingChoice.CANNOT_PROVIDE;
        }
        int internalIp = keep.internal().internalIp();
        tables.ports.aim(SessionTable.key0(internalIp, keep.remoteIp()), keep.remotePort());
        return keep.suggestedPort() == 0
                ? choice.mapping(
                        key, peers, subscriber, addressIndex, keep.suggestedIp() == 0, nowNs)
                : choice.mappingAt(
                        key, peers, subscriber, addressIndex, keep.suggestedPort(), nowNs);
    }

    private static Refusal reason(ShardCommand.KeepSession keep, int refusal) {
        if (refusal == MappingChoice.CANNOT_PROVIDE) {
            return Refusal.CANNOT_PROVIDE;
        }
        int verdict = MappingChoice.verdict(refusal);
        if (verdict == MappingChoice.EXHAUSTED && keep.suggestedIp() != 0) {
            // RFC 6887 §12.3: another address will not do.
            return Refusal.CANNOT_PROVIDE;
        }
        if (verdict == MappingChoice.TABLE_FULL) {
            return Refusal.TABLE_FULL;
        }
        boolean isShortage = verdict == MappingChoice.EXHAUSTED || verdict == MappingChoice.BUSY;
        return isShortage ? Refusal.NO_PORTS : Refusal.QUOTA;
    }

    /** Whether the port is another tuple's by now, or the tuple has another port. */
    private boolean isTaken(ShardCommand.RestoreSession restore) {
        int protocol = restore.internal().protocol();
        int port = restore.externalPort();
        int holder = mappings.ofExternal(restore.addressIndex(), protocol, port);
        long key = Mappings.key(restore.internal());
        int own = rows.find(key, peers(restore));
        return (holder != InboundIndex.NONE && rows.key(holder) != key)
                || (own != MappingTable.NONE && !mappings.isResting(own));
    }

    private long peers(ShardCommand.RestoreSession restore) {
        long key = Mappings.key(restore.internal());
        return choice.peers(key, restore.subscriber(), restore.remoteIp(), restore.remotePort());
    }

    /** The mapping of what was granted before the restart, as far as it is to be had. */
    private int restored(ShardCommand.RestoreSession restore, long nowNs) {
        if (tables.sessions.size() == tables.sessions.capacity()) {
            return MappingTable.NONE;
        }
        long key = Mappings.key(restore.internal());
        long peers = peers(restore);
        int mapping = rows.find(key, peers);
        if (mapping == MappingTable.NONE && isSame(rows.find(key), restore)) {
            // What a lease left, which was for every peer.
            mapping = rows.find(key);
        }
        if (mapping == MappingTable.NONE) {
            // It was for every peer, and is back for the one that was put back first.
            mapping = inUse(restore);
        }
        if (isSame(mapping, restore)) {
            mappings.useOutbound(mapping);
            return mapping;
        }
        return mapping == MappingTable.NONE || mappings.isResting(mapping)
                ? restoredAnew(restore, peers, mapping, nowNs)
                : MappingTable.NONE;
    }

    /** What the tuple itself uses the port by. */
    private int inUse(ShardCommand.RestoreSession restore) {
        int protocol = restore.internal().protocol();
        int held = mappings.ofExternal(restore.addressIndex(), protocol, restore.externalPort());
        boolean isOwn =
                held != InboundIndex.NONE
                        && rows.key(held) == Mappings.key(restore.internal())
                        && rows.state(held) == MappingTable.ACTIVE;
        return isOwn ? held : MappingTable.NONE;
    }

    /** A mapping beside what rests of the same tuple at another port. */
    private int restoredAnew(
            ShardCommand.RestoreSession restore, long peers, int left, long nowNs) {
        int addressIndex = restore.addressIndex();
        int port = restore.externalPort();
        int address = tables.localAddress(addressIndex);
        if (tables.ports.isForeignRange(address, restore.internal().internalIp(), port)) {
            return MappingTable.NONE;
        }
        long key = Mappings.key(restore.internal());
        int subscriber = restore.subscriber();
        int held = mappings.ofExternal(addressIndex, restore.internal().protocol(), port);
        boolean isOwnRest =
                held != InboundIndex.NONE
                        && mappings.isResting(held)
                        && rows.key(held) == key
                        && rows.subscriber(held) == subscriber;
        boolean isHeld = isOwnRest && rows.has(held, MappingTable.WAS_EXPLICIT);
        long heldUntilNs = isHeld ? rows.restsUntilNs(held) : 0;
        if (isOwnRest) {
            // One of several ports of the tuple that rest.
            mappings.endRest(held, nowNs);
        }
        int state = MappingTable.ACTIVE;
        int mapping = mappings.restore(key, peers, subscriber, addressIndex, port, state, nowNs);
        if (mapping != MappingTable.NONE && left != MappingTable.NONE) {
            mappings.orphan(left);
        }
        if (mapping != MappingTable.NONE && isHeld) {
            mappings.holdUntil(mapping, heldUntilNs);
        }
        return mapping;
    }

    private boolean isSame(int mapping, ShardCommand.RestoreSession restore) {
        return mapping != MappingTable.NONE
                && rows.subscriber(mapping) == restore.subscriber()
                && rows.addressIndex(mapping) == restore.addressIndex()
                && rows.externalPort(mapping) == restore.externalPort();
    }

    private int open(
            int mapping, InternalTuple internal, int remoteIp, int remotePort, long nowNs) {
        long key0 = SessionTable.key0(internal.internalIp(), remoteIp);
        long key1 = key1(internal, remotePort);
        int hash = tables.sessions.hash(key0, key1);
        int session = sessions.openForPeer(mapping, key0, key1, hash, nowNs);
        assert session != SessionTable.NONE : "room for the session was not looked for";
        return session;
    }

    private int find(InternalTuple internal, int remoteIp, int remotePort) {
        long key0 = SessionTable.key0(internal.internalIp(), remoteIp);
        long key1 = key1(internal, remotePort);
        return tables.sessions.find(key0, key1, tables.sessions.hash(key0, key1));
    }

    private static long key1(InternalTuple internal, int remotePort) {
        return SessionTable.key1(
                internal.realm(), internal.protocol(), internal.internalPort(), remotePort);
    }
}
