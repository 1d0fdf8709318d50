package org.portreeve.admin.web;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Optional;
import org.portreeve.admin.record.AdminCounter;
import org.portreeve.admin.record.Audits;
import org.portreeve.admin.record.BoundedWorker;
import org.portreeve.admin.record.Traces;
import org.portreeve.admin.security.Accounts;
import org.portreeve.control.counter.Counters;

/**
 * What stands behind pages and API, whichever way a request comes in: the node's services, the
 * users, the audit and the counters. Any thread.
 */
public final class Office implements AutoCloseable {
    /** Calls of the store that wait; each takes some milliseconds. */
    private static final int MAX_STORE_CALLS_WAITING = 256;

    /** Traces that wait; each may take seconds in a long history. */
    private static final int MAX_TRACES_WAITING = 16;

    private final Vertx vertx;
    private final AdminServices services;
    private final BoundedWorker storeWorker;
    private final BoundedWorker traceWorker;
    private final Audits audits;
    private final Traces traces;
    private final Accounts accounts;
    private final StaffDesk staffDesk;
    private final Counters<AdminCounter> counters = new Counters<>(AdminCounter.class);
    private final MappingFeed mappingFeed = new MappingFeed();

    private Office(
            Vertx vertx,
            AdminServices services,
            BoundedWorker storeWorker,
            Audits audits,
            Accounts accounts) {
        this.vertx = vertx;
        this.services = services;
        this.storeWorker = storeWorker;
        this.traceWorker = new BoundedWorker(vertx, "admin-trace", 1, MAX_TRACES_WAITING);
        this.audits = audits;
        this.traces = new Traces(services.history(), traceWorker);
        this.accounts = accounts;
        this.staffDesk = new StaffDesk(vertx, services.desk(), services.node(), audits);
    }

    /** Reads the users; makes the first one when there is none. */
    public static Future<Office> open(Vertx vertx, AdminServices services) {
        // One thread: changes are made, and written down, one after the other.
        var storeWorker = new BoundedWorker(vertx, "admin-store", 1, MAX_STORE_CALLS_WAITING);
        var audits = new Audits(services.audit(), storeWorker, services.wallMillis());
        return Accounts.open(vertx, services.users(), storeWorker, audits, services.random())
                .map(accounts -> new Office(vertx, services, storeWorker, audits, accounts))
                .compose(office ->
                        Future.fromCompletionStage(
                                        services.desk().listen(office.mappingFeed::onEvent))
                                .map(office));
    }

    /**
     * The password of the user {@link Accounts#FIRST_NAME}, when this start made it; to be shown to
     * the operator.
     */
    public Optional<String> firstPassword() {
        return accounts.firstStart();
    }

    /** What the node lent. */
    public AdminServices services() {
        return services;
    }

    /** Who may log in. */
    public Accounts accounts() {
        return accounts;
    }

    /** Who did what. */
    public Audits audits() {
        return audits;
    }

    /** Who had which port. */
    public Traces traces() {
        return traces;
    }

    /** Changes in port control. */
    public StaffDesk staffDesk() {
        return staffDesk;
    }

    /** What happens to mappings. */
    public MappingFeed mappingFeed() {
        return mappingFeed;
    }

    /** Timers and event loops. */
    public Vertx vertx() {
        return vertx;
    }

    /** What is counted. */
    public Counters<AdminCounter> counters() {
        return counters;
    }

    @Override
    public void close() {
        accounts.close();
        storeWorker.close();
        traceWorker.close();
    }
}
