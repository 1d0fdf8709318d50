package org.portreeve.control.store;

import java.util.List;

/** The audit: only ever added to. Methods block and may be called from several threads. */
public interface AuditStore {
    /** Adds an entry; it is durable when this returns. */
    void add(AuditEntry entry) throws StoreException;

    /** The latest entries before a time, latest first. */
    List<AuditEntry> latest(long beforeMillis, int limit) throws StoreException;
}
