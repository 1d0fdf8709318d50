package org.portreeve.admin.record;

import io.vertx.core.Future;
import java.util.List;
import java.util.function.LongSupplier;
import org.portreeve.control.store.AuditEntry;
import org.portreeve.control.store.AuditStore;
import org.portreeve.control.store.StoreException;

/** The audit, for code that must not block. Any thread. */
public final class Audits {
    /** Characters of a subject or a detail, which may come from anybody. */
    private static final int MAX_TEXT = 200;

    private final AuditStore store;
    private final BoundedWorker worker;
    private final LongSupplier wallMillis;

    /** The audit in this store, written by this worker. */
    public Audits(AuditStore store, BoundedWorker worker, LongSupplier wallMillis) {
        this.store = store;
        this.worker = worker;
        this.wallMillis = wallMillis;
    }

    /** Adds an entry; completes when it is durable. */
    public Future<Void> add(String who, String action, String subject, String detail) {
        return worker.run(() -> {
            write(who, action, subject, detail);
            return null;
        });
    }

    /** The latest entries before a time, latest first. */
    public Future<List<AuditEntry>> latest(long beforeMillis, int limit) {
        return worker.run(() -> store.latest(beforeMillis, limit));
    }

    /** Adds an entry now; worker threads only. */
    public void write(String who, String action, String subject, String detail)
            throws StoreException {
        store.add(
                new AuditEntry(
                        wallMillis.getAsLong(),
                        who,
                        action,
                        printable(subject),
                        printable(detail)));
    }

    private static String printable(String text) {
        String shortened = text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) + "..." : text;
        return shortened.replaceAll("\\p{Cntrl}", "?");
    }
}
