package org.portreeve.control.store.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import javax.sql.DataSource;
import org.portreeve.control.store.StoreException;

/** Connections of a store, and what is done on them as a whole or not at all. Any thread. */
final class Transactions implements AutoCloseable {
    /** Connections, which is how many threads can work at once; others wait. */
    private static final int CONNECTIONS = 4;

    /** How long to wait for a connection or a server. */
    private static final long PATIENCE_MILLIS = 5000;

    /** How often work is begun when others change the same rows. */
    private static final int ATTEMPTS = 5;

    private final StorePlace place;
    private final HikariDataSource pool;

    private Transactions(StorePlace place, HikariDataSource pool) {
        this.place = place;
        this.pool = pool;
    }

    /** Statements on a connection, without the commit. */
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    /** Connects. */
    static Transactions open(StorePlace place) throws StoreException {
        var config = new HikariConfig();
        config.setPoolName("store");
        config.setJdbcUrl(place.url());
        if (!place.user().isEmpty()) {
            config.setUsername(place.user());
        }
        config.setMaximumPoolSize(CONNECTIONS);
        config.setConnectionTimeout(PATIENCE_MILLIS);
        config.setAutoCommit(false);
        if (place.isEmbedded()) {
            // The database closes with its last connection.
            config.setMaxLifetime(0);
        }
        try {
            return new Transactions(place, new HikariDataSource(config));
        } catch (RuntimeException e) {
            throw StoreFaults.opening(place.shown(), e);
        }
    }

    /** For what brings its own transactions. */
    DataSource source() {
        return pool;
    }

    /**
     * Looks.
     *
     * @param what for an operator, after "could not"
     */
    <T> T read(String what, Work<T> work) throws StoreException {
        try (Connection connection = pool.getConnection()) {
            T found = work.on(connection);
            connection.rollback();
            return found;
        } catch (SQLException e) {
            throw StoreFaults.doing(what, place.shown(), e);
        }
    }

    /** Changes something; it is durable when this returns. */
    <T> T change(String what, Work<T> work) throws StoreException {
        try {
            return attempt(what, work, true);
        } catch (SQLException e) {
            throw StoreFaults.doing(what, place.shown(), e);
        }
    }

    /** As {@link #change}, but empty and nothing changed when a row has what must be unique. */
    <T> Optional<T> changeUnlessTaken(String what, Work<T> work) throws StoreException {
        try {
            return Optional.of(attempt(what, work, true));
        } catch (SQLException e) {
            if (StoreFaults.isTaken(e)) {
                return Optional.empty();
            }
            throw StoreFaults.doing(what, place.shown(), e);
        }
    }

    /** As {@link #change}, but a power cut may take it soon afterwards. */
    <T> T append(String what, Work<T> work) throws StoreException {
        try {
            return attempt(what, work, false);
        } catch (SQLException e) {
            throw StoreFaults.doing(what, place.shown(), e);
        }
    }

    private <T> T attempt(String what, Work<T> work, boolean isForced)
            throws SQLException, StoreException {
        for (int attempt = 1; ; attempt++) {
            boolean isToBeKept = false;
            try (Connection connection = pool.getConnection()) {
                T result = rolledBackOnFault(connection, work);
                isToBeKept = true;
                commit(connection, isForced);
                return result;
            } catch (SQLException e) {
                if (isToBeKept) {
                    throw StoreFaults.unknown(what, place.shown(), e);
                }
                if (attempt == ATTEMPTS || !StoreFaults.isPassing(e)) {
                    throw e;
                }
            }
        }
    }

    private static <T> T rolledBackOnFault(Connection connection, Work<T> work)
            throws SQLException {
        try {
            return work.on(connection);
        } catch (SQLException | RuntimeException | Error e) {
            connection.rollback();
            throw e;
        }
    }

    private void commit(Connection connection, boolean isForced) throws SQLException {
        connection.commit();
        if (isForced && place.isEmbedded()) {
            // H2 writes at the commit but never calls fsync unasked.
            try (Statement sync = connection.createStatement()) {
                sync.execute("CHECKPOINT SYNC");
            }
        }
    }

    /** Waits for nobody: work under way fails. */
    @Override
    public void close() {
        pool.close();
    }
}
