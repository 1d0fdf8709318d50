package org.portreeve.daemon;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.portreeve.control.PortControl;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.desk.Desk;
import org.portreeve.control.desk.Reservations;
import org.portreeve.control.event.NodeEvent;
import org.portreeve.control.history.HistoryCounter;
import org.portreeve.control.history.HistoryFeed;
import org.portreeve.control.history.Rush;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.store.AuditStore;
import org.portreeve.control.store.HistoryStore;
import org.portreeve.control.store.StoreException;
import org.portreeve.control.store.UserStore;
import org.portreeve.control.store.sql.SqlStore;
import org.portreeve.daemon.config.NodeConfig;
import org.portreeve.pcp.socket.Clocks;
import org.portreeve.pcp.socket.PcpVerticle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What staff edit, as the node uses it: opened beside the rest of the start, which it would hold
 * up. Methods block until it is open. Main and reload thread.
 */
final class Storage {
    private static final Logger LOG = LoggerFactory.getLogger(Storage.class);

    private final CompletableFuture<SqlStore> opening;

    /** Calls of the store, one after the other. */
    private final ExecutorService worker =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().name("store").factory());

    private volatile Optional<HistoryFeed> history = Optional.empty();

    private Storage(NodeConfig config) {
        opening = CompletableFuture.supplyAsync(() -> open(config), worker);
    }

    /** Begins to open the store of a node. */
    static Storage opening(NodeConfig config) {
        return new Storage(config);
    }

    private static SqlStore open(NodeConfig config) {
        try {
            return SqlStore.open(config.data(), "", config.node());
        } catch (StoreException e) {
            throw new CompletionException(e);
        }
    }

    private SqlStore store() throws StoreException {
        try {
            return opening.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof StoreException refused) {
                throw refused;
            }
            throw e;
        }
    }

    /** The policy of the file and what the store adds to it. */
    Policy together(Policy file) throws StoreException, NodeStartException {
        return StoredPolicy.together(file, store().profiles().all(), store().subscribers().all());
    }

    /** Gives port control the reservations that are to be in force before any lease. */
    void load(PortControl control) throws StoreException {
        List<Reservation> found = store().reservations().all();
        int leftOut = control.statics().load(found);
        if (leftOut > 0) {
            LOG.warn(
                    "{} reservations are not in force: a node has room for {}",
                    leftOut,
                    found.size() - leftOut);
        }
    }

    /** The desk for reservations. */
    Reservations reservations(PortControl control, PcpVerticle pcp, Clocks clocks)
            throws StoreException {
        return new Reservations(
                control,
                store().reservations(),
                pcp.loop(),
                worker,
                clocks.nowNs(),
                clocks.wallMillis());
    }

    /** Takes down who has which ports: from now on, and what is there when a rush is over. */
    Counters<HistoryCounter> takeDown(Desk desk, Clocks clocks, Rush rush) throws StoreException {
        var feed =
                HistoryFeed.start(
                        desk,
                        store().history(),
                        clocks.nowNs(),
                        clocks.wallMillis(),
                        rush,
                        Storage::report);
        history = Optional.of(feed);
        return feed.counters();
    }

    /** Takes down what a shard told, from {@link #takeDown} on. Event loop only. */
    void onEvent(NodeEvent event) {
        history.ifPresent(feed -> feed.onEvent(event));
    }

    private static void report(Optional<StoreException> fault) {
        fault.ifPresentOrElse(
                e -> LOG.warn("The history is not written, it is tried again: {}", e.getMessage()),
                () -> LOG.info("The history is written again"));
    }

    /** Who had which ports. */
    HistoryStore history() throws StoreException {
        return store().history();
    }

    UserStore users() throws StoreException {
        return store().users();
    }

    AuditStore audit() throws StoreException {
        return store().audit();
    }

    void close() {
        history.ifPresent(HistoryFeed::close);
        opening.thenAccept(SqlStore::close).exceptionally(_ -> null).join();
        worker.close();
    }
}
