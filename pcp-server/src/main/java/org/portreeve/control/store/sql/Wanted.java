package org.portreeve.control.store.sql;

import org.portreeve.control.store.HistoryEntry;
import org.portreeve.control.store.HistoryStore;

/** What is looked for in the history, as {@link HistoryStore#find} has it. Immutable. */
record Wanted(
        int externalIp, int port, int protocol, int remoteIp, long fromMillis, long toMillis) {
    /** Whether an entry is one, but for its end, which another may tell. */
    boolean includes(PackedEntry entry) {
        return entry.externalIp() == externalIp
                && entry.firstPort() <= port
                && entry.firstPort() + entry.portCount() > port
                && isProtocol(entry.protocol())
                && entry.fromMillis() <= toMillis
                && isRemote(entry.remoteIp());
    }

    private boolean isProtocol(int found) {
        return found == protocol || found == HistoryEntry.ANY_PROTOCOL;
    }

    private boolean isRemote(int found) {
        return remoteIp == HistoryEntry.ANY_REMOTE
                || found == remoteIp
                || found == HistoryEntry.ANY_REMOTE;
    }

    /** Whether what has this end had not ended before. */
    boolean isNotOverBefore(long endMillis) {
        return endMillis >= fromMillis;
    }
}
