package org.portreeve.control.store.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalInt;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.portreeve.control.store.StoreException;

/**
 * The tables, brought up to date by migrations that are only ever added. Flyway does it; but it is
 * loaded only when there is something to do, because that alone takes a second of every start. Any
 * thread.
 */
final class Schema {
    /** The number of the last migration in {@link #MIGRATIONS}. */
    static final int VERSION = 5;

    private static final String MIGRATIONS = "db/migration";

    /** Flyway's record of what it did; version and success are its columns. */
    private static final String RECORD = "flyway_schema_history";

    private static final String SELECT_VERSIONS =
            """
            SELECT "version", "success" FROM "flyway_schema_history"
            WHERE "version" IS NOT NULL
            """;

    private Schema() {}

    /** Makes the tables what this version of the program expects. */
    static void bringUpToDate(StorePlace place, DataSource source) throws StoreException {
        OptionalInt found = found(place, source);
        if (found.isPresent() && found.getAsInt() > VERSION) {
            throw new StoreException(
                    ("Store %s was written by a newer version of the program (schema %d, this one"
                                    + " knows %d). Run that version, or restore the store from a copy made"
                                    + " before the update.")
                            .formatted(place.shown(), found.getAsInt(), VERSION));
        }
        if (found.isEmpty() || found.getAsInt() < VERSION) {
            migrate(place, source);
        }
    }

    /** The schema's version; empty when there is none or a migration failed. */
    private static OptionalInt found(StorePlace place, DataSource source) throws StoreException {
        try (Connection connection = source.getConnection()) {
            OptionalInt version =
                    hasRecord(connection) ? recorded(connection) : OptionalInt.empty();
            connection.rollback();
            return version;
        } catch (SQLException | NumberFormatException e) {
            throw StoreFaults.opening(place.shown(), e);
        }
    }

    private static boolean hasRecord(Connection connection) throws SQLException {
        try (ResultSet tables =
                connection
                        .getMetaData()
                        .getTables(connection.getCatalog(), connection.getSchema(), RECORD, null)) {
            return tables.next();
        }
    }

    private static OptionalInt recorded(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(SELECT_VERSIONS);
                ResultSet rows = select.executeQuery()) {
            int highest = 0;
            while (rows.next()) {
                if (!rows.getBoolean(2)) {
                    return OptionalInt.empty();
                }
                highest = Math.max(highest, Integer.parseInt(rows.getString(1)));
            }
            return OptionalInt.of(highest);
        }
    }

    private static void migrate(StorePlace place, DataSource source) throws StoreException {
        try {
            Flyway.configure()
                    .dataSource(source)
                    .locations("classpath:" + MIGRATIONS)
                    .failOnMissingLocations(true)
                    .javaMigrationClassProvider(List::of)
                    .ignoreMigrationPatterns(new String[0])
                    .loggers("slf4j")
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            throw new StoreException(
                    ("Store %s has tables that are not what this version expects: %s. Restore it"
                                    + " from a copy, or give the node a database of its own.")
                            .formatted(
                                    place.shown(),
                                    String.valueOf(e.getMessage())
                                            .lines()
                                            .findFirst()
                                            .orElse("no reason given")),
                    e);
        }
    }
}
