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
     * there is one. Costs the same however long the history is; {@link #settle} is to follow when
     * much was added.
     */
    void add(List<HistoryEntry> entries) throws StoreException;

    /**
     * Puts the oldest of the entries that did not settle yet, a million or all of them, where
     * {@link #find} need not look through them one by one. Does a part of that, some milliseconds
     * of work; they have settled when there is no more. To be called by the thread that adds.
     *
     * @return whether there is more to do
     * @throws StoreException and the next call begins anew
     */
    boolean settle() throws StoreException;

    /** How many of the entries that were added did not settle yet. */
    long unsettled() throws StoreException;

    /** What subscribers still have, as far as this store knows. For the thread that adds. */
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
