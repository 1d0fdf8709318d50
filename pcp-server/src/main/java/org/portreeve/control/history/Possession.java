package org.portreeve.control.history;

import org.portreeve.control.event.NodeEvent;
import org.portreeve.control.store.HistoryEntry;
import org.portreeve.control.view.BlockView;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.InternalTuple;

/** External ports and whose they are. Immutable. */
record Possession(
        int realm,
        String subscriber,
        int protocol,
        int externalIp,
        int firstPort,
        int portCount,
        int remoteIp) {
    /** Ports that are had towards every remote address. */
    Possession(
            int realm,
            String subscriber,
            int protocol,
            int externalIp,
            int firstPort,
            int portCount) {
        this(
                realm,
                subscriber,
                protocol,
                externalIp,
                firstPort,
                portCount,
                HistoryEntry.ANY_REMOTE);
    }

    /** A port that a connection shares. */
    static Possession of(NodeEvent overlap) {
        return new Possession(
                InternalTuple.DEFAULT_REALM,
                overlap.subscriber(),
                overlap.protocol(),
                overlap.externalIp(),
                overlap.firstPort(),
                1,
                overlap.remoteIp());
    }

    /** Whether the port is shared: the translator alone knows of it. */
    boolean isShared() {
        return remoteIp != HistoryEntry.ANY_REMOTE;
    }

    /** What tells its first port from all others, unless it is shared. */
    long key() {
        return (long) protocol << 48 | (externalIp & 0xffff_ffffL) << 16 | firstPort;
    }

    /** Ports of somebody from the port of a key on. */
    static Possession of(long key, int realm, String subscriber, int portCount) {
        return new Possession(
                realm,
                subscriber,
                (int) (key >>> 48),
                (int) (key >>> 16),
                (int) key & 0xffff,
                portCount);
    }

    /** The same ports, whoever has them. */
    Possession place() {
        return new Possession(realm, "", protocol, externalIp, firstPort, portCount, remoteIp);
    }

    static Possession of(MappingView mapping) {
        InternalTuple internal = mapping.internal();
        return new Possession(
                internal.realm(),
                mapping.subscriber(),
                internal.protocol(),
                mapping.externalIp(),
                mapping.externalPort(),
                mapping.portCount());
    }

    static Possession of(BlockView block) {
        return new Possession(
                InternalTuple.DEFAULT_REALM,
                block.subscriber(),
                HistoryEntry.ANY_PROTOCOL,
                block.externalIp(),
                block.firstPort(),
                block.portCount());
    }

    static Possession of(HistoryEntry entry) {
        return new Possession(
                entry.realm(),
                entry.subscriber(),
                entry.protocol(),
                entry.externalIp(),
                entry.firstPort(),
                entry.portCount(),
                entry.remoteIp());
    }

    HistoryEntry during(long fromMillis, long toMillis) {
        return new HistoryEntry(
                realm,
                subscriber,
                protocol,
                externalIp,
                firstPort,
                portCount,
                remoteIp,
                fromMillis,
                toMillis);
    }
}
