package org.portreeve.control.store.sql;

import org.portreeve.control.store.HistoryEntry;
import org.portreeve.control.store.HistoryStore;

/** What is looked for in the history, as {@link HistoryStore#find} has it. Immutable. */
record Wanted(
        int externalIp, int port, int protocol, int remoteIp, long fromMillis, long toMillis) {
    /** Whether an entry is one, but for its end, which another may tell. */
    boolean includes(HistoryEntry entry) {
        return entry.externalIp() == externalIp
                && entry.firstPort() <= port
                && entry.lastPort() >= port
                && (entry.protocol() == protocol || entry.protocol() == HistoryEntry.ANY_PROTOCOL)
                && entry.fromMillis() <= toMillis
                && (remoteIp == HistoryEntry.ANY_REMOTE
                        || entry.remoteIp() == remoteIp
                        || entry.remoteIp() == HistoryEntry.ANY_REMOTE);
    }

    /** Whether what has this end had not ended before. */
    boolean isNotOverBefore(HistoryEntry entry) {
        return entry.toMillis() >= fromMillis;
    }
}
