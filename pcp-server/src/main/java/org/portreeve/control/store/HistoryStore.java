package org.portreeve.control.store;

import java.util.List;

/**
 * Who had which external ports when. Written in large batches, the more the faster; a power cut may
 * take what was written in the last second. Methods block and may be called from several threads.
 */
public interface HistoryStore {
    /** Entries that {@link #find} returns at most, the latest of them. */
    int MAX_FOUND = 1000;

    /**
     * Adds entries. One that has ended takes the place of the ongoing one that began with it, when
     * there is one.
     */
    void add(List<HistoryEntry> entries) throws StoreException;

    /** What subscribers still have, as far as this store knows. */
    List<HistoryEntry> ongoing() throws StoreException;

    /**
     * Who had this external port at some time between two, both included; latest first.
     *
     * @param protocol an IP protocol number; entries of any protocol match too
     * @param remoteIp the remote address that a packet came from or went to; of a shared port those
     *     match who had it towards that one. {@link HistoryEntry#ANY_REMOTE}: all
     */
    List<HistoryEntry> find(
            int externalIp, int port, int protocol, int remoteIp, long fromMillis, long toMillis)
            throws StoreException;
}
