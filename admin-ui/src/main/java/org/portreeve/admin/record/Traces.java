package org.portreeve.admin.record;

import io.vertx.core.Future;
import java.util.List;
import org.portreeve.control.store.HistoryEntry;
import org.portreeve.control.store.HistoryStore;

/** Who had which port, for code that must not block. Any thread. */
public final class Traces {
    private final HistoryStore store;
    private final BoundedWorker worker;

    /** What this store knows, read by this worker. */
    public Traces(HistoryStore store, BoundedWorker worker) {
        this.store = store;
        this.worker = worker;
    }

    /** Who had an external port between two times, as {@link HistoryStore#find}. */
    public Future<List<HistoryEntry>> find(
            int externalIp, int port, int protocol, int remoteIp, long fromMillis, long toMillis) {
        return worker.run(
                () -> store.find(externalIp, port, protocol, remoteIp, fromMillis, toMillis));
    }
}
