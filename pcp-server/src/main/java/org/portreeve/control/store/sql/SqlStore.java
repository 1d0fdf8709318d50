package org.portreeve.control.store.sql;

import java.io.IOException;
import java.nio.file.Path;
import org.portreeve.control.files.Inheritance;
import org.portreeve.control.files.OwnDirectories;
import org.portreeve.control.store.AuditStore;
import org.portreeve.control.store.HistoryStore;
import org.portreeve.control.store.ProfileStore;
import org.portreeve.control.store.ReservationStore;
import org.portreeve.control.store.StoreException;
import org.portreeve.control.store.SubscriberStore;
import org.portreeve.control.store.UserStore;

/**
 * The store of a node: H2 in this process, or a database that several nodes share. Any thread; all
 * methods of what it hands out block.
 */
public final class SqlStore implements AutoCloseable {
    private final Transactions transactions;
    private final SqlAudit audit;
    private final SqlReservations reservations;
    private final SqlUsers users;
    private final SqlSubscribers subscribers;
    private final SqlProfiles profiles;
    private final SqlHistory history;

    private SqlStore(Transactions transactions, String node) {
        this.transactions = transactions;
        this.audit = new SqlAudit(transactions, node);
        this.reservations = new SqlReservations(transactions, node, audit);
        this.users = new SqlUsers(transactions);
        this.subscribers = new SqlSubscribers(transactions);
        this.profiles = new SqlProfiles(transactions);
        this.history = new SqlHistory(transactions, node);
    }

    /**
     * Opens the store and brings its tables up to date; a second at the first start, half of it
     * later. Blocks.
     *
     * @param dataDirectory where the embedded database is made when it is not there
     * @param url empty for the embedded database, or a JDBC URL
     * @param node whose rows are read and written
     * @throws StoreException with a sentence for the operator: in use by another process, no
     *     permission, damaged, written by a newer version, server not there
     */
    public static SqlStore open(Path dataDirectory, String url, String node) throws StoreException {
        if (!url.isEmpty()) {
            return open(StorePlace.at(url), node);
        }
        SqlStore store = open(StorePlace.inDirectory(dataDirectory), node);
        try {
            Path directory = StorePlace.directory(dataDirectory);
            Inheritance.ofDirectory(StorePlace.file(directory));
            // A database that was just made is forced by its commits; its name is not.
            OwnDirectories.force(directory);
            return store;
        } catch (IOException e) {
            store.close();
            throw StoreFaults.opening(dataDirectory.toString(), e);
        }
    }

    /** As the public one, at a place that is ready. */
    static SqlStore open(StorePlace place, String node) throws StoreException {
        Transactions transactions = Transactions.open(place);
        try {
            Schema.bringUpToDate(place, transactions.source());
            FormerHistory.takeOver(transactions);
            return new SqlStore(transactions, node);
        } catch (StoreException | RuntimeException e) {
            transactions.close();
            throw e;
        }
    }

    /** Static forwards of this node. */
    public ReservationStore reservations() {
        return reservations;
    }

    /** Who may log in. */
    public UserStore users() {
        return users;
    }

    /** Who did what. */
    public AuditStore audit() {
        return audit;
    }

    /** Named subscribers. */
    public SubscriberStore subscribers() {
        return subscribers;
    }

    /** Profiles of subscribers. */
    public ProfileStore profiles() {
        return profiles;
    }

    /** Who had which ports. */
    public HistoryStore history() {
        return history;
    }

    /** Closes connections, and the embedded database with them. */
    @Override
    public void close() {
        history.close();
        transactions.close();
    }
}
